"""Runs one command of Terraform to its end: lines as they come, a deadline, and a gentle stop.

Its output goes to files that are read as they grow, not to pipes: when this process is killed, Terraform goes
on, writes its state and gives back the lock, where a broken pipe would have ended it halfway.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from blocks.terraform.errors import TerraformDeadline, TerraformMissing

POLL_S = 0.05
# After an interrupt Terraform lets running operations end, saves the state and unlocks it.
INTERRUPT_GRACE_S = 25.0
KILL_GRACE_S = 10.0


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished command: its exit code and all that it wrote. Not redacted."""

    code: int
    stdout: str
    stderr: str
    seconds: float


async def run(
    command: Sequence[str],
    *,
    name: str,
    directory: Path,
    environment: Mapping[str, str],
    output: Path,
    deadline_s: float,
    on_line: Callable[[str], None] = lambda _: None,
) -> Ended:
    """Runs a command in a process group of its own.

    Args:
        name: what errors call it.
        output: a directory for what it writes; only its owner may read it.
        deadline_s: seconds after which it is stopped.
        on_line: is given every whole line of its standard output.

    Raises:
        TerraformDeadline: it was stopped.
        TerraformMissing: there is no such program.
    """
    started = time.monotonic()
    written = _Written(output)
    process = await _start(command, name, directory, environment, written)
    try:
        async with asyncio.timeout(deadline_s):
            await written.follow(process, on_line)
    except TimeoutError:
        await _stop(process)
        raise TerraformDeadline(
            f"{name} was stopped",
            f"it took longer than {deadline_s:g} s",
            "See what it waits for, and try again",
        ) from None
    except BaseException:
        await asyncio.shield(_stop(process))
        raise
    stdout, stderr = written.read()
    return Ended(process.returncode or 0, stdout, stderr, time.monotonic() - started)


async def _start(
    command: Sequence[str], name: str, directory: Path, environment: Mapping[str, str], written: _Written
) -> Process:
    with written.stdout.open("wb") as out, written.stderr.open("wb") as err:
        try:
            return await asyncio.create_subprocess_exec(
                *command,
                cwd=directory,
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise TerraformMissing(
                f"Can't run {name}", f"there is no program {command[0]!r}", "Install Terraform 1.11 or later"
            ) from error


class _Written:
    """What a process writes, in two files that only their owner may read."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        stem = str(time.time_ns())
        self.stdout, self.stderr = directory / f"{stem}.out", directory / f"{stem}.err"
        for file in (self.stdout, self.stderr):
            file.touch(mode=0o600)
        self._rest = b""

    async def follow(self, process: Process, on_line: Callable[[str], None]) -> None:
        """Hands out each whole line once; returns when the process has ended and its last line is out."""
        ended = asyncio.ensure_future(process.wait())
        try:
            with self.stdout.open("rb") as file:
                while not ended.done():
                    await asyncio.wait((ended,), timeout=POLL_S)
                    self._hand_out(file, on_line)
                self._hand_out(file, on_line, last=True)
        finally:
            ended.cancel()

    def read(self) -> tuple[str, str]:
        """All of it; the files are gone afterwards."""
        texts = tuple(file.read_text(errors="replace") for file in (self.stdout, self.stderr))
        self.stdout.unlink()
        self.stderr.unlink()
        return texts[0], texts[1]

    def _hand_out(self, file: BinaryIO, on_line: Callable[[str], None], *, last: bool = False) -> None:
        *whole, self._rest = (self._rest + file.read() + (b"\n" if last else b"")).split(b"\n")
        for line in whole:
            if line.strip():
                on_line(line.decode(errors="replace"))


async def _stop(process: Process) -> None:
    """Asks it to end, and kills its group when it doesn't, or what is left of that when it does."""
    for sign, grace_s in ((signal.SIGINT, INTERRUPT_GRACE_S), (signal.SIGKILL, KILL_GRACE_S)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(process.wait())), grace_s)
            break
    # A program that a provisioner was about to start has not heard of the interrupt.
    with suppress(ProcessLookupError, TimeoutError):
        async with asyncio.timeout(KILL_GRACE_S):
            while True:
                os.killpg(process.pid, signal.SIGKILL)
                await asyncio.sleep(POLL_S)
