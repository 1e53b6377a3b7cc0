"""A background process that several commands use at once, and the last of them stops.

Each user holds a *lease*: a file named after its process id and start time. A user that is
killed leaves a stale lease behind, which the next user finds to be nobody's and removes, so
the process is neither stopped under somebody's hands nor kept for ever.

A process that dies while it has users is started again where they look for it: on its own port.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from filelock import FileLock

from stack.processes import Endpoint, free_port, is_running, is_taken, kill, marked

# In the environment of a service and of all that it starts, so that these are found when it is dead.
MARK = "REELFLOW_SERVICE"


class ServiceFailed(RuntimeError):
    """An embedded service did not come up; names its log and what to do."""


class ServiceStopped(ServiceFailed):
    """Somebody has stopped the service on purpose, so that it is not to be started again."""


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
        grace_s: how long it may take to end before it is killed.
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
    grace_s: float = 10.0

    @property
    def log(self) -> Path:
        return self.home / "logs" / f"{self.name}.log"

    @property
    def _state(self) -> Path:
        return self.home / "run" / f"{self.name}.json"

    @property
    def _leases(self) -> Path:
        return self.home / "run" / f"{self.name}.leases"

    @property
    def _mark(self) -> str:
        return f"{self.name}@{self.home}"

    def _lock(self) -> FileLock:
        self._leases.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self.home / "run" / f"{self.name}.lock", timeout=self.deadline_s)

    def running(self) -> Endpoint | None:
        """The service as it runs now, or None."""
        endpoint = self._recorded()
        return endpoint if endpoint and endpoint.alive() else None

    def _recorded(self) -> Endpoint | None:
        """The service as it was started last and not stopped since, dead or alive."""
        try:
            return Endpoint(**json.loads(self._state.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def acquire(self) -> Endpoint:
        """Takes a lease, starting the service if it isn't up, and waits until it answers.

        Raises:
            ServiceFailed: it ended or did not answer within the deadline.
        """
        with self._lock():
            self._drop_stale_leases()
            if not (endpoint := self.running()):
                died = self._recorded() if any(self._leases.iterdir()) else None
                endpoint = self._start_where_it_was(died) if died else self._start(self.preferred_port)
            self._own_lease().touch()
        try:
            return self._when_ready(endpoint)
        except BaseException:
            self.release()
            raise

    def revive(self) -> Endpoint:
        """Starts the service again if it has died, where its users know it, and waits until it answers.

        Raises:
            ServiceFailed: it ended or did not answer within the deadline, or its port is another's by now.
            ServiceStopped: it didn't die, but was stopped.
        """
        with self._lock():
            if (recorded := self._recorded()) is None:
                raise ServiceStopped(
                    f"The {self.name} of {self.home} was stopped from elsewhere. Start again when you want."
                )
            endpoint = recorded if recorded.alive() else self._start_where_it_was(recorded)
        self._wait_until_ready(endpoint)
        return endpoint

    def _when_ready(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint once it answers, on another port if somebody else took the preferred one first."""
        try:
            self._wait_until_ready(endpoint)
        except ServiceFailed:
            if endpoint.port != self.preferred_port or not is_taken(endpoint.port):
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

    def _start_where_it_was(self, died: Endpoint) -> Endpoint:
        if is_taken(died.port):
            raise ServiceFailed(
                f"The {self.name} died, and its port {died.port} is held by another program: end that, "
                "or stop all that uses this directory and start again."
            )
        return self._start(died.port)

    def _start(self, preferred_port: int) -> Endpoint:
        port = free_port(preferred_port)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                list(self.command(port)),
                env=os.environ | dict(self.environment(port)) | {MARK: self._mark},
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
        while not (endpoint.listens() and self.ready(endpoint.port)):
            if not endpoint.alive():
                raise ServiceFailed(
                    f"The {self.name} ended while starting: {self.last_words()} "
                    f"See {self.log}; `reelflow doctor` tells what is missing."
                )
            if time.monotonic() > deadline:
                raise ServiceFailed(
                    f"The {self.name} did not answer on port {endpoint.port} within "
                    f"{self.deadline_s:.0f} s. See {self.log}; `reelflow down` clears what hangs."
                )
            time.sleep(0.05)

    def last_words(self) -> str:
        """The last line of its log."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else "it said nothing."

    def _stop(self) -> None:
        endpoint = self.running()
        self._state.unlink(missing_ok=True)
        if endpoint:
            leader = psutil.Process(endpoint.pid)
            members = [leader, *leader.children(recursive=True)]
            leader.send_signal(self.stop_signal)
            _, alive = psutil.wait_procs(members, timeout=self.grace_s)
            kill(alive)
        self._end_strays()

    def _end_strays(self) -> None:
        """Ends what the service had started and left behind when it was killed."""
        strays = marked(MARK, self._mark)
        ids = {process.pid for process in strays}
        for process in strays:
            with suppress(psutil.Error):
                # What one of them has started is for that one to end.
                if process.ppid() not in ids:
                    process.terminate()
        _, alive = psutil.wait_procs(strays, timeout=self.grace_s)
        kill(alive)

    def _own_lease(self) -> Path:
        return self._leases / f"{os.getpid()}-{psutil.Process().create_time()}"

    def _drop_stale_leases(self) -> None:
        for lease in self._leases.iterdir():
            pid, _, started = lease.name.partition("-")
            if not is_running(int(pid), float(started)):
                lease.unlink(missing_ok=True)
