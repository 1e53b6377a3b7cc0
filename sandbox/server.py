"""`python -m sandbox.server`: one process that is AWS for as long as it runs."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from sandbox import moto_additions
from sandbox.calls import CallLog
from sandbox.ecs.service import Ecs
from sandbox.errors import SandboxFailed
from sandbox.faults import FaultSwitch
from sandbox.gateway import Gateway
from sandbox.network.addresses import Addresses
from sandbox.network.certificates import Authority
from sandbox.network.loop import NetworkLoop
from sandbox.parts import buckets
from sandbox.parts.caches import Caches
from sandbox.parts.databases import Databases
from sandbox.parts.load_balancers import LoadBalancers, TargetGroups
from sandbox.parts.registry import Registry
from sandbox.rights import TaskCredentials
from sandbox.runners import Runner
from sandbox.runners.base_image import base_image
from sandbox.runners.docker import DockerRunner
from sandbox.runners.engine import docker_host
from sandbox.runners.process import ProcessRunner
from sandbox.timing import Timing

PARENT_LOOKED_AT_EVERY_S = 0.5
SWITCHES_EVERY_S = 0.0005
REGION = "us-east-2"
SLOW_TO_LOAD = ("ec2", "secretsmanager", "rds")


class _Quiet(MotoRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """A line for each of some ten thousand requests helps nobody."""


def main() -> None:
    """Runs until SIGTERM, or until its parent is gone; tells its address in a file."""
    # What goes through the balancer and to the databases shares this process with moto, and shall not wait.
    sys.setswitchinterval(SWITCHES_EVERY_S)
    arguments = _arguments()
    home: Path = arguments.home
    home.mkdir(parents=True, exist_ok=True)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        with ExitStack() as running:
            announced = _start(arguments, home, running)
            unfinished = arguments.announce.with_suffix(".unfinished")
            unfinished.write_text(json.dumps(announced))
            unfinished.rename(arguments.announce)
            while not ended.wait(PARENT_LOOKED_AT_EVERY_S):
                if arguments.parent and os.getppid() != arguments.parent:
                    break
    except SandboxFailed as failed:
        sys.exit(str(failed))


def _start(arguments: argparse.Namespace, home: Path, running: ExitStack) -> dict[str, str | None]:
    """Starts all parts; what `running` holds ends them. Returns what is announced."""
    timing = Timing(**json.loads(arguments.timing))
    faults, calls, addresses = FaultSwitch(), CallLog(), Addresses()
    authority = Authority(home / "certificates")
    loop = NetworkLoop()
    running.callback(loop.close)
    registry = Registry(home / "registry", loop, faults, DEFAULT_ACCOUNT_ID)
    registry.start()
    running.callback(registry.close)
    for part in (
        Databases(home / "databases", authority, addresses, timing),
        Caches(home / "caches", authority, addresses),
    ):
        running.callback(part.close)
    groups = TargetGroups(DEFAULT_ACCOUNT_ID, timing)
    running.callback(LoadBalancers(loop, groups).close)
    engine = _engine(arguments.engine, home, running)
    runner = _runner(engine, home, registry, authority)
    running.callback(runner.close)
    endpoint: dict[str, str] = {}
    credentials = TaskCredentials(DEFAULT_ACCOUNT_ID)
    ecs = Ecs(
        account=DEFAULT_ACCOUNT_ID,
        runner=runner,
        addresses=addresses,
        faults=faults,
        timing=timing,
        targets=lambda region: groups,
        environment=lambda region, role: {
            **(credentials.of(role) if role else {}),
            "AWS_ENDPOINT_URL": endpoint["url"],
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SSL_CERT_FILE": str(authority.bundle),
        },
    )
    running.callback(ecs.close)
    announced: dict[str, str | None] = {}
    moto_additions.install()
    buckets.install()
    gateway = Gateway(
        DomainDispatcherApplication(create_backend_app),
        {"ecs": ecs},
        faults,
        calls,
        credentials,
        {"state": lambda: announced},
    )
    server = make_server("127.0.0.1", arguments.port, gateway, threaded=True, request_handler=_Quiet)
    endpoint["url"] = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    running.callback(server.shutdown)
    threading.Thread(target=_warm_up, daemon=True).start()
    announced |= {
        "endpoint_url": endpoint["url"],
        "engine": "docker" if engine else "process",
        "docker_host": engine,
        "base_image": base_image(engine) if engine else "",
        "registry": registry.host,
    }
    return announced


def _warm_up() -> None:
    """Has moto's larger services loaded before they are asked: EC2's takes seconds."""
    for name in SLOW_TO_LOAD:
        get_backend(name)[DEFAULT_ACCOUNT_ID][REGION]


def _engine(asked: str, home: Path, running: ExitStack) -> str | None:
    """Where the Docker engine answers, or None where containers are to be processes."""
    if asked == "process":
        return None
    try:
        return docker_host(home / "engine", running)
    except SandboxFailed as failed:
        if asked == "docker":
            raise
        print(f"{failed} Containers run as processes.", file=sys.stderr)  # noqa: T201
        return None


def _runner(engine: str | None, home: Path, registry: Registry, authority: Authority) -> Runner:
    if engine:
        return DockerRunner(engine, registry.credentials, authority.bundle)
    return ProcessRunner(home / "containers", registry.credentials)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="AWS on one machine, for rehearsals.")
    parser.add_argument("--home", type=Path, required=True, help="state directory")
    parser.add_argument("--announce", type=Path, required=True, help="file that its address is written to")
    parser.add_argument("--engine", choices=("auto", "docker", "process"), default="auto")
    parser.add_argument("--port", type=int, default=0, help="of the API; a free one by default")
    parser.add_argument("--parent", type=int, default=0, help="process id whose end ends this")
    parser.add_argument("--timing", default="{}", help="fields of sandbox.timing.Timing as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
