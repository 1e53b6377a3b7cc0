"""Containers as plain processes of this machine, where no Docker engine is.

They get what a container gets: the image's files as working directory, its entry point and command, an
environment of their own, SIGTERM, an exit code. They share this machine's Python and its packages; what
of the environment's paths is the image's own is not theirs.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from sandbox.runners import ContainerSpec, PullFailed, StartFailed
from sandbox.runners.images import Image, Images
from stack.processes import kill, marked

MARK = "REELFLOW_SANDBOX_CONTAINER"
CRADLE = Path(__file__).with_name("cradle.py")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Paths inside an image that mean nothing here.
IMAGES_OWN = ("PATH", "HOME", "REELFLOW_HOME", "PREFECT_HOME")
SIGNALLED = 128


class ProcessRunner:
    """Runs containers as processes.

    Args:
        home: where images and the scratch directories of containers are kept.
        credentials: user and password for a registry, or None.
    """

    def __init__(self, home: Path, credentials: Callable[[str], tuple[str, str] | None]) -> None:
        self._home = home
        self._images = Images(home / "images", credentials)
        self._pulled: dict[str, Image] = {}
        self._programs = home / "programs"
        _provide_programs(self._programs)

    def pull(self, image: str) -> str:
        pulled = self._images.pull(image)
        self._pulled[pulled.digest] = pulled
        return pulled.digest

    def start(self, spec: ContainerSpec, on_line: Callable[[str], None]) -> ProcessContainer:
        image = self._pulled.get(spec.image.partition("@")[2])
        if image is None:
            raise PullFailed(f"{spec.image} was not pulled")
        command = _command(spec, image)
        if not command:
            raise StartFailed("no command specified")
        if not image.directory.is_dir():
            raise StartFailed(f"the working directory {image.directory.name} is not in the image")
        scratch = self._home / "containers" / spec.name
        scratch.mkdir(parents=True)
        environment = self._environment(spec, image, scratch)
        if shutil.which(command[0], path=environment["PATH"]) is None:
            raise StartFailed(f'exec: "{command[0]}": executable file not found in $PATH')
        return ProcessContainer(spec.name, command, environment, image.directory, scratch, on_line)

    def close(self) -> None:
        """Clears away what containers have left."""
        shutil.rmtree(self._home / "containers", ignore_errors=True)

    def _environment(self, spec: ContainerSpec, image: Image, scratch: Path) -> dict[str, str]:
        own = {name: value for name, value in image.environment.items() if name not in IMAGES_OWN}
        return {
            **own,
            "PATH": f"{self._programs}:{Path(sys.executable).parent}:{SYSTEM_PATH}",
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(image.directory),
            "PYTHONUNBUFFERED": "1",
            "REELFLOW_HOME": str(scratch / "reelflow"),
            "PREFECT_HOME": str(scratch / "prefect"),
            **spec.environment,
            MARK: spec.name,
        }


class ProcessContainer:
    """One container that is a process."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        directory: Path,
        scratch: Path,
        on_line: Callable[[str], None],
    ) -> None:
        self._name = name
        self._environment = dict(environment)
        self._directory = directory
        self._scratch = scratch
        # The cradle has the kernel end the process when the sandbox dies.
        cradle = [sys.executable, "-I", "-S", str(CRADLE), str(os.getpid())]
        try:
            self._process = subprocess.Popen(
                [*cradle, *command],
                env=self._environment,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise StartFailed(str(error)) from error
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=_read, args=(self._process.stdout, on_line), daemon=True)
        self._reader.start()

    @property
    def runtime_id(self) -> str:
        return f"process-{self._process.pid}"

    def exit_code(self) -> int | None:
        code = self._process.poll()
        return SIGNALLED - code if code is not None and code < 0 else code

    def execute(self, command: Sequence[str], timeout_s: float) -> bool:
        try:
            done = subprocess.run(
                list(command),
                env=self._environment,
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout_s,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def terminate(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        self._process.wait()
        # As in a container, nothing outlives its first process.
        kill(marked(MARK, self._name))
        self._reader.join()
        shutil.rmtree(self._scratch, ignore_errors=True)


def _command(spec: ContainerSpec, image: Image) -> list[str]:
    """Entry point and command, by Docker's rule: another entry point forgets the image's command."""
    if spec.entry_point is not None:
        return [*spec.entry_point, *(spec.command or ())]
    return [*image.entry_point, *(image.command if spec.command is None else spec.command)]


def _read(stream: BinaryIO, on_line: Callable[[str], None]) -> None:
    for line in stream:
        on_line(line.decode(errors="replace").rstrip("\r\n"))


def _provide_programs(directory: Path) -> None:
    """The programs that an image's commands name, and this machine has under other names."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, start in {"reelflow": "-m cli", "python": "", "python3": ""}.items():
        program = directory / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {start} "$@"\n')
        program.chmod(0o755)
