"""What runs containers: a Docker engine, or plain processes. Both do what this contract says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class PullFailed(Exception):
    """An image could not be had; says why, as an engine would."""


class StartFailed(Exception):
    """A container could not be started; says why, as an engine would."""


@dataclass(frozen=True, kw_only=True)
class ContainerSpec:
    """What is to be run.

    Attributes:
        name: unique on this machine.
        image: as it was pulled: repository@sha256:….
        entry_point: instead of the image's, if not None.
        command: instead of the image's, if not None.
        environment: beyond and above the image's.
        address: the task's own address: what localhost is to a task on AWS.
        read_only: whether the image's files can't be written to.
        writable: directories that can all the same, for the container's life; a process's files are its own.
        init: whether something reaps what the container's first process leaves behind.
    """

    name: str
    image: str
    entry_point: Sequence[str] | None
    command: Sequence[str] | None
    environment: Mapping[str, str]
    address: str
    read_only: bool = False
    writable: Sequence[str] = ()
    init: bool = False


class RunningContainer(Protocol):
    """A container that was started."""

    @property
    def runtime_id(self) -> str: ...

    def exit_code(self) -> int | None:
        """Its exit code, 128 + the signal that ended it, or None while it runs."""
        ...

    def execute(self, command: Sequence[str], timeout_s: float) -> bool:
        """Runs a command inside; whether it ended with 0 in time."""
        ...

    def terminate(self) -> None:
        """Asks it to end (SIGTERM)."""
        ...

    def kill(self) -> None:
        """Ends it and all that it started."""
        ...

    def close(self) -> None:
        """Waits, once it has ended, until its last line was heard, and clears it away."""
        ...


class Runner(Protocol):
    """Pulls images and runs containers."""

    def pull(self, image: str) -> str:
        """Has the image here; returns its digest.

        Raises:
            PullFailed: it can't be had.
        """
        ...

    def start(self, spec: ContainerSpec, on_line: Callable[[str], None]) -> RunningContainer:
        """Starts a container; each line that it writes is given to `on_line`, from a thread of its own.

        Raises:
            StartFailed: it can't be started.
        """
        ...

    def close(self) -> None:
        """Clears away what containers have left."""
        ...


def inside(command: Sequence[str], address: str) -> list[str]:
    """A command as it is run for a task: localhost is the task's own address."""
    return [word.replace("127.0.0.1", address).replace("localhost", address) for word in command]


def health_command(test: Sequence[str]) -> list[str]:
    """The command of a health check, from its CMD or CMD-SHELL form."""
    return ["/bin/sh", "-c", test[1]] if test[0] == "CMD-SHELL" else list(test[1:])
