"""A background process that several commands use at once, and the last of them stops.

Each user holds a *lease*: a file named after its process id and start time. A user that is
killed leaves a stale lease behind, which the next user finds to be nobody's and removes, so
the process is neither stopped under somebody's hands nor kept for ever.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from filelock import FileLock

STOP_GRACE_S = 10.0


class ServiceFailed(RuntimeError):
    """An embedded service did not come up; names its log and what to do."""


@dataclass(frozen=True)
class Endpoint:
    """Where a running service listens: process id, start time (s since the epoch) and TCP port."""

    pid: int
    started: float
    port: int

    def alive(self) -> bool:
        """Whether that very process, not a later one with its id, still runs."""
        return _is_running(self.pid, self.started)

    def listens(self) -> bool:
        """Whether it is this process, or a child of it, that listens on the port."""
        try:
            process = psutil.Process(self.pid)
            connections = [
                connection
                for member in (process, *process.children(recursive=True))
                for connection in member.net_connections("tcp")
            ]
        except psutil.NoSuchProcess:
            return False
        return any(c.status == psutil.CONN_LISTEN and c.laddr.port == self.port for c in connections)


@dataclass(frozen=True, kw_only=True)
class SharedProcess:
    """One background service of a state directory, started once and shared by lease.

    Args:
        name: of its log, state and lease files.
        home: the state directory.
        command: builds the command line for a TCP port of 127.0.0.1.
        environment: builds what its environment has beyond ours, for the same port.
        ready: whether the service answers on that port.
        preferred_port: taken when free, so that its addresses stay the same from run to run.
        deadline_s: how long it may take to answer.
        user: the system user it runs as, or None for ours.
        stop_signal: what asks it to end at once and in order.
    """

    name: str
    home: Path
    command: Callable[[int], Sequence[str]]
    ready: Callable[[int], bool]
    environment: Callable[[int], Mapping[str, str]] = lambda port: {}
    preferred_port: int = 0
    deadline_s: float = 120.0
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def log(self) -> Path:
        return self.home / "logs" / f"{self.name}.log"

    @property
    def _state(self) -> Path:
        return self.home / "run" / f"{self.name}.json"

    @property
    def _leases(self) -> Path:
        return self.home / "run" / f"{self.name}.leases"

    def _lock(self) -> FileLock:
        self._leases.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self.home / "run" / f"{self.name}.lock", timeout=self.deadline_s)

    def running(self) -> Endpoint | None:
        """The service as it runs now, or None."""
        try:
            endpoint = Endpoint(**json.loads(self._state.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return endpoint if endpoint.alive() else None

    def acquire(self) -> Endpoint:
        """Takes a lease, starting the service if it isn't up, and waits until it answers.

        Raises:
            ServiceFailed: it ended or did not answer within the deadline.
        """
        with self._lock():
            self._drop_stale_leases()
            endpoint = self.running() or self._start(self.preferred_port)
            self._own_lease().touch()
        try:
            return self._when_ready(endpoint)
        except BaseException:
            self.release()
            raise

    def _when_ready(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint once it answers, on another port if somebody else took the preferred one first."""
        try:
            self._wait_until_ready(endpoint)
        except ServiceFailed:
            if endpoint.port != self.preferred_port or not _is_taken(endpoint.port):
                raise
            with self._lock():
                endpoint = self.running() or self._start(0)
            self._wait_until_ready(endpoint)
        return endpoint

    def release(self) -> None:
        """Gives the lease back; without any other lease the service is stopped."""
        with self._lock():
            self._own_lease().unlink(missing_ok=True)
            self._drop_stale_leases()
            if not any(self._leases.iterdir()):
                self._stop()

    def stop(self) -> None:
        """Stops the service whoever uses it."""
        with self._lock():
            for lease in self._leases.iterdir():
                lease.unlink(missing_ok=True)
            self._stop()

    def _start(self, preferred_port: int) -> Endpoint:
        port = free_port(preferred_port)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                list(self.command(port)),
                env=os.environ | dict(self.environment(port)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Its own session: Ctrl-C in the terminal reaches the command, not the service.
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )
        endpoint = Endpoint(process.pid, psutil.Process(process.pid).create_time(), port)
        self._state.write_text(json.dumps(endpoint.__dict__))
        return endpoint

    def _wait_until_ready(self, endpoint: Endpoint) -> None:
        deadline = time.monotonic() + self.deadline_s
        # That the port answers is not enough: another program's server may have taken it first.
        while not (self.ready(endpoint.port) and endpoint.listens()):
            if not endpoint.alive():
                raise ServiceFailed(
                    f"The embedded {self.name} ended while starting: {self._last_words()} "
                    f"See {self.log}; `reelflow doctor` tells what is missing."
                )
            if time.monotonic() > deadline:
                raise ServiceFailed(
                    f"The embedded {self.name} did not answer on port {endpoint.port} within "
                    f"{self.deadline_s:.0f} s. See {self.log}; `reelflow down` clears what hangs."
                )
            time.sleep(0.05)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else "it said nothing."

    def _stop(self) -> None:
        endpoint = self.running()
        self._state.unlink(missing_ok=True)
        if endpoint is None:
            return
        leader = psutil.Process(endpoint.pid)
        members = [leader, *leader.children(recursive=True)]
        leader.send_signal(self.stop_signal)
        _, alive = psutil.wait_procs(members, timeout=STOP_GRACE_S)
        for process in alive:
            process.kill()
        psutil.wait_procs(alive, timeout=STOP_GRACE_S)

    def _own_lease(self) -> Path:
        return self._leases / f"{os.getpid()}-{psutil.Process().create_time()}"

    def _drop_stale_leases(self) -> None:
        for lease in self._leases.iterdir():
            pid, _, started = lease.name.partition("-")
            if not _is_running(int(pid), float(started)):
                lease.unlink(missing_ok=True)


def free_port(preferred: int = 0) -> int:
    """A TCP port of 127.0.0.1 that nobody listens on: the preferred one if it can be had."""
    for candidate in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise ServiceFailed("No TCP port of 127.0.0.1 is free: close what holds them and try again.")


def _is_taken(port: int) -> bool:
    return port != 0 and free_port(port) != port


def _is_running(pid: int, started: float) -> bool:
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
