"""`sandbox()`: AWS on this machine for as long as a block runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
import psutil
from filelock import FileLock, Timeout

from sandbox.errors import SandboxFailed
from sandbox.runners.process import MARK as CONTAINER_MARK
from stack.processes import Endpoint, kill

REGION = "us-east-2"
# A base image for the Docker engine may have to be made.
STARTS_WITHIN_S = 600.0
ENDS_WITHIN_S = 40.0
# What a sandbox leaves behind and the next one of the same home does without.
PASSING = ("databases", "caches", "containers/containers", "certificates")

Engine = Literal["docker", "process"]


@dataclass(frozen=True)
class Faults:
    """The fault switch of a sandbox; `sandbox.faults.Fault` says what the fields mean."""

    endpoint_url: str

    def on(self, service: str, operation: str = "*", **fields: Any) -> str:
        """Switches a fault on; returns its id.

        Raises:
            SandboxFailed: it is no fault.
        """
        answer = self._ask("POST", "faults", json={"service": service, "operation": operation, **fields})
        if not answer.is_success:
            raise SandboxFailed(answer.json()["error"])
        return answer.json()["id"]

    def off(self, fault_id: str = "") -> None:
        """Switches one off, or all."""
        self._ask("DELETE", f"faults/{fault_id}" if fault_id else "faults")

    def all(self) -> list[dict[str, Any]]:
        """Those that are on and have hits left."""
        return self._ask("GET", "faults").json()

    def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        with httpx.Client(trust_env=False) as client:
            return client.request(method, f"{self.endpoint_url}/_sandbox/{path}", **given)


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox.

    Attributes:
        endpoint_url: the one URL of every AWS API.
        engine: what runs containers.
        docker_host: where its Docker engine answers, if it has one.
        registry: host and port of the registry.
        pid: of the server.
        log: what the server writes.
        base_image: what an image is built upon with the Docker engine; it is there.
        provider: what Terraform needs to find the provider: TF_REATTACH_PROVIDERS, or nothing.
    """

    endpoint_url: str
    engine: Engine
    docker_host: str | None
    registry: str
    base_image: str
    pid: int
    log: Path
    provider: Mapping[str, str] = field(default_factory=dict)
    region: str = REGION

    @property
    def faults(self) -> Faults:
        return Faults(self.endpoint_url)

    def environment(self) -> dict[str, str]:
        """The environment variables by which a process takes this for AWS."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ENDPOINT_URL_S3": self.endpoint_url,
            # Any are accepted.
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            # A word that stands nowhere else, since secrets are masked wherever they stand.
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-rehearsal-EXAMPLEKEY",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            **({"DOCKER_HOST": self.docker_host} if self.docker_host else {}),
            **self.provider,
        }

    def state_backend(self) -> dict[str, str]:
        """What Terraform's S3 backend must be told beside bucket, key and region."""
        return {
            "use_path_style": "true",
            "skip_credentials_validation": "true",
            "skip_requesting_account_id": "true",
            "skip_region_validation": "true",
            "skip_metadata_api_check": "true",
        }

    def calls(self) -> list[dict[str, Any]]:
        """The calls that were made of AWS's API, oldest first: service, operation, region, time."""
        return httpx.get(f"{self.endpoint_url}/_sandbox/calls", trust_env=False).json()

    def forget_calls(self) -> None:
        httpx.delete(f"{self.endpoint_url}/_sandbox/calls", trust_env=False)


@contextmanager
def sandbox(
    home: Path,
    *,
    engine: Literal["auto", "docker", "process"] = "auto",
    database_creation_s: float = 0.0,
    timing: Mapping[str, Any] | None = None,
    terraform: bool = True,
) -> Iterator[Sandbox]:
    """A sandbox, new and empty; only images outlive it in `home`.

    Args:
        home: its state directory; made if missing.
        engine: what runs containers; "auto" takes a Docker engine where one can be had.
        database_creation_s: how long RDS takes to create an instance, in seconds.
        timing: other fields of `sandbox.timing.Timing`.
        terraform: whether Terraform finds its provider there.

    Raises:
        SandboxFailed: a part could not be started, or another sandbox uses the directory.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        try:
            running.enter_context(FileLock(home / "sandbox.lock", timeout=0))
        except Timeout:
            raise SandboxFailed(
                f"Another sandbox runs in {home}: end it, or give this one another directory."
            ) from None
        _clear(home)
        running.callback(_clear, home)
        fields = {"database_creation_s": database_creation_s, **(timing or {})}
        process = _started(home, engine, fields)
        running.callback(_stop, process)
        announced = _announced(home, process)
        yield Sandbox(
            **announced,
            pid=process.pid,
            log=home / "sandbox.log",
            provider=_provider(announced["endpoint_url"], running) if terraform else {},
        )


def _started(home: Path, engine: str, timing: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    (home / "announced.json").unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "sandbox.server"),
        *("--home", str(home), "--announce", str(home / "announced.json")),
        *("--engine", engine, "--parent", str(os.getpid()), "--timing", json.dumps(timing)),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with (home / "sandbox.log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=Path(__file__).parents[1],
            env=environment | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal reaches the command, which then ends the sandbox in order.
            start_new_session=True,
        )


def _announced(home: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What the server announces, once it listens."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SandboxFailed(
                f"The sandbox ended while starting: {_last_line(home / 'sandbox.log')} "
                f"See {home}/sandbox.log."
            )
        with suppress(FileNotFoundError):
            return json.loads((home / "announced.json").read_text())
        time.sleep(0.02)
    raise SandboxFailed(f"The sandbox did not start within {STARTS_WITHIN_S:.0f} s. See {home}/sandbox.log.")


def _provider(endpoint_url: str, running: ExitStack) -> dict[str, str]:
    from sandbox.provider import serving

    return {"TF_REATTACH_PROVIDERS": running.enter_context(serving(endpoint_url, REGION))}


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _clear(home: Path) -> None:
    """Ends the servers that a killed sandbox has left, and takes away what does not outlive it."""
    for state in (*home.glob("*/run/*.json"), *home.glob("*/*/run/*.json")):
        with suppress(ValueError, TypeError, psutil.NoSuchProcess, FileNotFoundError):
            endpoint = Endpoint(**json.loads(state.read_text()))
            if endpoint.alive():
                leader = psutil.Process(endpoint.pid)
                kill([leader, *leader.children(recursive=True)])
    kill(_left_over(home))
    for name in PASSING:
        shutil.rmtree(home / name, ignore_errors=True)


def _left_over(home: Path) -> list[psutil.Process]:
    """The containers of a killed sandbox: the engine's, by its socket, and processes, by their mark."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if any(str(home / "engine" / "exec") in word for word in process.cmdline()):
                found += [process, *process.children(recursive=True)]
            environment = process.environ()
            if CONTAINER_MARK in environment and environment.get("HOME", "").startswith(f"{home}/"):
                found.append(process)
    return found


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing."
