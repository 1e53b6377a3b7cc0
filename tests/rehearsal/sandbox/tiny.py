"""A tiny image: a program that does as it is told, in the form of `reelflow`, pushed without an engine."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import docker
import httpx

from sandbox.running import Sandbox

PROGRAM = """
import http.server, os, signal, socket, sys, threading, time, urllib.parse

VERSION = "{version}"
BEHAVIOUR = "{behaviour}"

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        healthy = BEHAVIOUR != "never healthy"
        time.sleep(0.2 if self.path == "/slow" else 0)
        body = VERSION.encode()
        self.send_response(200 if healthy else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

class Server(http.server.ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

def serve():
    if BEHAVIOUR == "crash":
        print("no such table: films", flush=True)
        sys.exit(3)
    server = Server((os.environ["HOST"], int(os.environ.get("PORT", "8000"))), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"serving {{VERSION}}", flush=True)
    server.serve_forever()
    print("served", flush=True)

def tell():
    for name in sys.argv[2:]:
        print(name, os.environ.get(name), flush=True)

def stay():
    print("staying", flush=True)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)

def write():
    for path in sys.argv[2:]:
        try:
            open(path, "w").write("written")
            print(path, "written", flush=True)
        except OSError as error:
            print(path, error.strerror, flush=True)

def leave():
    sys.exit(int(sys.argv[2]))

def need():
    print(os.environ[sys.argv[2]], flush=True)

def connect():
    server = urllib.parse.urlsplit(os.environ["STORE_URL"])
    print("connecting to", server.scheme, server.port, flush=True)
    with socket.create_connection((server.hostname, server.port), timeout=2):
        print("connected", flush=True)

{{"serve": serve, "tell": tell, "stay": stay, "write": write, "leave": leave,
 "need": need, "connect": connect}}[sys.argv[1]]()
"""


def push(ecr: Any, repository: str, tag: str, *, version: str, behaviour: str = "") -> str:
    """Pushes the image over the distribution API; returns its reference by digest."""
    data = ecr.get_authorization_token()["authorizationData"][0]
    user, _, token = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    program = PROGRAM.format(version=version, behaviour=behaviour).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("app/cli.py")
        member.size = len(program)
        archive.addfile(member, io.BytesIO(program))
    layer = packed.getvalue()
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Entrypoint": ["reelflow"], "Cmd": ["serve"], "WorkingDir": "/app"},
            "rootfs": {"type": "layers", "diff_ids": []},
        }
    ).encode()
    host = data["proxyEndpoint"]
    with httpx.Client(base_url=f"{host}/v2/{repository}", auth=(user, token), trust_env=False) as client:
        for blob in (layer, config):
            location = client.post("/blobs/uploads/").raise_for_status().headers["Location"]
            whole = httpx.URL(location).copy_merge_params({"digest": digest(blob)})
            client.put(whole, content=blob).raise_for_status()
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": {
                    "mediaType": "application/vnd.oci.image.config.v1+json",
                    "digest": digest(config),
                    "size": len(config),
                },
                "layers": [
                    {
                        "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                        "digest": digest(layer),
                        "size": len(layer),
                    }
                ],
            }
        ).encode()
        client.put(
            f"/manifests/{tag}",
            content=manifest,
            headers={"Content-Type": "application/vnd.oci.image.manifest.v1+json"},
        ).raise_for_status()
    return f"{host.removeprefix('http://')}/{repository}@{digest(manifest)}"


DOCKERFILE = """FROM {base}
COPY cli.py /app/cli.py
RUN printf '#!/bin/sh\\nexec python3 /app/cli.py "$@"\\n' >/usr/local/bin/reelflow \\
    && chmod +x /usr/local/bin/reelflow && ln -sf "$(command -v python3)" /usr/local/bin/python
WORKDIR /app
ENTRYPOINT ["reelflow"]
CMD ["serve"]
"""


def push_built(
    cloud: Sandbox, ecr: Any, repository: str, tag: str, *, version: str, behaviour: str = ""
) -> str:
    """The same, built and pushed by the sandbox's Docker engine."""
    data = ecr.get_authorization_token()["authorizationData"][0]
    user, _, token = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    name = f"{cloud.registry}/{repository}"
    engine = docker.DockerClient(base_url=cloud.docker_host)
    with tempfile.TemporaryDirectory() as context:
        Path(context, "cli.py").write_text(PROGRAM.format(version=version, behaviour=behaviour))
        Path(context, "Dockerfile").write_text(DOCKERFILE.format(base=cloud.base_image))
        engine.images.build(path=context, tag=f"{name}:{tag}", network_mode="host", rm=True, forcerm=True)
    for answer in engine.api.push(
        name, tag, stream=True, decode=True, auth_config={"username": user, "password": token}
    ):
        assert "error" not in answer, answer
        if "aux" in answer:
            return f"{name}@{answer['aux']['Digest']}"
    raise AssertionError("the engine names no digest")


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
