"""Processes of this machine: whether they still are the same, where they listen, and their end."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil

KILLED_WITHIN_S = 10.0


@dataclass(frozen=True)
class Endpoint:
    """Where a running service listens: process id, start time (s since the epoch) and TCP port."""

    pid: int
    started: float
    port: int

    def alive(self) -> bool:
        """Whether that very process, not a later one with its id, still runs."""
        return is_running(self.pid, self.started)

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
    raise OSError("No TCP port of 127.0.0.1 is free: close what holds them and try again.")


def kill(processes: Sequence[psutil.Process]) -> None:
    """Kills the processes and waits until they are gone."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=KILLED_WITHIN_S)


def is_taken(port: int) -> bool:
    """Whether somebody listens on a TCP port of 127.0.0.1."""
    return port != 0 and free_port(port) != port


def is_running(pid: int, started: float) -> bool:
    """Whether the process that was started then (s since the epoch) still runs under its id."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def marked(variable: str, value: str) -> list[psutil.Process]:
    """The processes that were started with an environment variable of this value."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(variable) == value:
                found.append(process)
    return found
