"""Containers in a Docker engine, on this machine's network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound
from docker.types import Mount

from sandbox.runners import ContainerSpec, PullFailed, StartFailed
from sandbox.runners.images import Reference

LABEL = "reelflow.sandbox"
TIMEOUT_S = 120


class DockerRunner:
    """Runs containers in an engine.

    Args:
        host: where the engine answers.
        credentials: user and password for a registry, or None.
        trusted: the certificates that containers trust: a file that they see under the same path.
    """

    def __init__(
        self, host: str, credentials: Callable[[str], tuple[str, str] | None], trusted: Path
    ) -> None:
        self._client = docker.DockerClient(base_url=host, timeout=TIMEOUT_S, max_pool_size=64)
        self._credentials = credentials
        self._trusted = trusted
        self._clear()

    def pull(self, image: str) -> str:
        reference = Reference.parsed(image)
        given = self._credentials(reference.registry)
        login = {"username": given[0], "password": given[1]} if given else None
        repository = f"{reference.registry}/{reference.repository}"
        try:
            pulled: Any = self._client.images.pull(repository, tag=reference.version, auth_config=login)
        except DockerException as error:
            raise PullFailed(_explained(error)) from error
        digests = [one.partition("@") for one in pulled.attrs["RepoDigests"]]
        return next(digest for name, _, digest in digests if name == repository)

    def start(self, spec: ContainerSpec, on_line: Callable[[str], None]) -> DockerContainer:
        trusted = str(self._trusted)
        mounts = [Mount(trusted, trusted, type="bind", read_only=True)]
        # A new volume has what the image has there, and its owner.
        mounts += [Mount(path, None, type="volume") for path in spec.writable]
        try:
            container: Any = self._client.containers.create(
                spec.image,
                list(spec.command) if spec.command is not None else None,
                entrypoint=list(spec.entry_point) if spec.entry_point is not None else None,
                environment=dict(spec.environment),
                healthcheck={"test": ["NONE"]},
                labels={LABEL: "task"},
                name=spec.name,
                init=spec.init,
                mounts=mounts,
                network_mode="host",
                read_only=spec.read_only,
            )
        except DockerException as error:
            raise StartFailed(_explained(error)) from error
        try:
            container.start()
        except DockerException as error:
            container.remove(force=True, v=True)
            raise StartFailed(_explained(error)) from error
        return DockerContainer(container, on_line)

    def close(self) -> None:
        self._clear()
        self._client.close()

    def _clear(self) -> None:
        """Takes away the containers that a sandbox has left."""
        for container in self._client.containers.list(all=True, filters={"label": LABEL}):
            with suppress(APIError):
                container.remove(force=True, v=True)


class DockerContainer:
    """One container of an engine."""

    def __init__(self, container: Any, on_line: Callable[[str], None]) -> None:
        self._container = container
        self._code: int | None = None
        self._reader = threading.Thread(
            target=_read, args=(container.logs(stream=True, follow=True), on_line), daemon=True
        )
        self._reader.start()
        self._waiter = threading.Thread(target=self._wait, daemon=True)
        self._waiter.start()

    @property
    def runtime_id(self) -> str:
        return self._container.id

    def exit_code(self) -> int | None:
        return self._code

    def execute(self, command: Sequence[str], timeout_s: float) -> bool:
        answers: list[int] = []

        def ask() -> None:
            with suppress(DockerException):
                answers.append(self._container.exec_run(list(command)).exit_code)

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(timeout_s)
        return answers == [0]

    def terminate(self) -> None:
        self._signal("SIGTERM")

    def kill(self) -> None:
        self._signal("SIGKILL")

    def close(self) -> None:
        self._waiter.join()
        self._reader.join()
        with suppress(NotFound):
            self._container.remove(force=True, v=True)

    def _signal(self, name: str) -> None:
        # It may have ended just now.
        with suppress(APIError):
            self._container.kill(name)

    def _wait(self) -> None:
        try:
            self._code = self._container.wait(timeout=None)["StatusCode"]
        except (DockerException, OSError):
            # An engine that is gone has taken its containers with it.
            self._code = 137


def _read(chunks: Iterable[bytes], on_line: Callable[[str], None]) -> None:
    rest = b""
    with suppress(DockerException, OSError):
        for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                on_line(line.decode(errors="replace").rstrip("\r"))
    if rest:
        on_line(rest.decode(errors="replace"))


def _explained(error: DockerException) -> str:
    return str(error.explanation if isinstance(error, APIError) and error.explanation else error)
