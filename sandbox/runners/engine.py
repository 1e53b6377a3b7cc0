"""A Docker engine: the one that runs already, or, as root, one for this sandbox alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import docker
import psutil
from docker.errors import DockerException

from sandbox.errors import SandboxFailed
from sandbox.runners.process import CRADLE

STARTS_WITHIN_S = 60.0
ENDS_WITHIN_S = 20.0


def docker_host(home: Path, running: ExitStack) -> str:
    """Where an engine answers; what `running` holds ends the one that was started here.

    Args:
        home: where an engine of our own keeps its images.

    Raises:
        SandboxFailed: there is none, and none can be started.
    """
    configured = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    if _answers(configured):
        return configured
    program = shutil.which("dockerd")
    if program is None or os.geteuid() != 0:
        raise SandboxFailed(
            "No Docker engine answers, and none can be started: that takes dockerd, and root. Start one, "
            "type 'sudo apt-get install docker.io debootstrap', or use the engine 'process'."
        )
    # A socket's path may have 107 bytes, and a state directory's alone may have more.
    sockets = Path(tempfile.mkdtemp(prefix="reelflow-docker-"))
    running.callback(shutil.rmtree, sockets, ignore_errors=True)
    host = f"unix://{sockets}/docker.sock"
    _start(program, host, home, running)
    return host


def _start(program: str, host: str, home: Path, running: ExitStack) -> None:
    (home / "run").mkdir(parents=True, exist_ok=True)
    (home / "dockerd.pid").unlink(missing_ok=True)
    command = [
        *(program, "--host", host, "--data-root", str(home / "data"), "--exec-root", str(home / "exec")),
        # Containers use this machine's network: no bridge, and no rules of its firewall are touched.
        *("--pidfile", str(home / "dockerd.pid"), "--bridge", "none", "--iptables=false"),
    ]
    with (home / "dockerd.log").open("wb") as log:
        engine = subprocess.Popen(
            [sys.executable, "-I", "-S", str(CRADLE), str(os.getpid()), *command],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    running.callback(_end, engine)
    started = psutil.Process(engine.pid).create_time()
    record = {"pid": engine.pid, "started": started, "port": 0}
    (home / "run" / "dockerd.json").write_text(json.dumps(record))
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not _answers(host):
        if engine.poll() is not None or time.monotonic() > deadline:
            lines = (home / "dockerd.log").read_text(errors="replace").strip().splitlines()
            raise SandboxFailed(
                f"dockerd did not start: {lines[-1] if lines else 'it said nothing.'} "
                f"See {home}/dockerd.log, or use the engine 'process'."
            )
        time.sleep(0.1)


def _end(engine: subprocess.Popen[bytes]) -> None:
    engine.terminate()
    try:
        engine.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        engine.kill()
        engine.wait()


def _answers(host: str) -> bool:
    try:
        client = docker.DockerClient(base_url=host, timeout=5)
    except DockerException:
        return False
    try:
        return bool(client.ping())
    except DockerException:
        return False
    finally:
        client.close()
