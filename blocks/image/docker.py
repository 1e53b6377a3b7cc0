"""Builds with a Docker engine, and pushes through it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from docker.utils import kwargs_from_env
from requests.exceptions import RequestException

from blocks.image.contract import (
    BuilderUnavailable,
    BuildFailed,
    BuiltImage,
    Login,
    LoginRefused,
    OnProgress,
    Progress,
    PushBrokenOff,
    PushFailed,
    TagTaken,
    ignore,
)

BUILD_TIMEOUT_S = 1800
LOG_LINES = 40
_STEP = re.compile(r"Step (\d+)/(\d+)")
_LOGIN = re.compile(
    r"authorization token has expired|unauthorized|authentication required|no basic auth|denied"
)
_BROKEN = re.compile(r"timeout|EOF|reset by peer|refused|unavailable|50\d|429|toomanyrequests", re.IGNORECASE)


class DockerImage(BuiltImage):
    """An image in the engine, by its id."""

    id: str

    def push(self, login: Login, repository: str, tag: str, on_progress: OnProgress = ignore) -> str:
        what = f"Can't push {repository}:{tag}"
        with _engine() as engine:
            engine.tag(self.id, repository, tag, force=True)
            digest, layers = None, {}
            answers = engine.push(
                repository,
                tag,
                stream=True,
                decode=True,
                auth_config={"username": login.user, "password": login.password.get_secret_value()},
            )
            for answer in answers:
                if error := answer.get("error"):
                    raise _refused(what, str(error))
                if "aux" in answer:
                    digest = answer["aux"].get("Digest", digest)
                _count(layers, answer)
                on_progress(Progress(str(answer.get("status", "")), _pushed(layers)))
        if digest is None:
            raise PushFailed(what, "the engine names no digest", "Push again")
        return digest


class DockerBuilder:
    """Builds the Dockerfile of a checkout with the engine that `DOCKER_HOST` names.

    Args:
        base_image: the Dockerfile's argument BASE_IMAGE.
        platform: what it is to run on; the engine must be able to run that too.
    """

    kind = "docker"

    def __init__(self, *, base_image: str, platform: str | None = None) -> None:
        self._base_image = base_image
        self._platform = platform

    def check(self) -> str:
        with _engine() as engine:
            version = engine.version()
            try:
                engine.inspect_image(self._base_image)
                base = "is there"
            except ImageNotFound:
                try:
                    engine.inspect_distribution(self._base_image)
                    base = "can be pulled"
                except APIError as error:
                    raise BuildFailed(
                        f"There is no base image {self._base_image}",
                        str(error.explanation or error).strip().rstrip("."),
                        "Import it into the engine, or check the way to its registry",
                    ) from error
        return f"Docker {version.get('Version')}, the base image {self._base_image} {base}"

    def build(self, source: Path, tag: str, on_progress: OnProgress = ignore) -> DockerImage:
        log: deque[str] = deque(maxlen=LOG_LINES)
        done: float | None = None
        with _engine() as engine:
            answers = engine.build(
                path=str(source),
                tag=f"reelflow:{tag}",
                buildargs={"BASE_IMAGE": self._base_image},
                # Packages come over the network that this machine has.
                network_mode="host",
                platform=self._platform_to_ask(engine),
                rm=True,
                forcerm=True,
                decode=True,
            )
            for answer in answers:
                if error := answer.get("error"):
                    raise BuildFailed(
                        "Can't build the image",
                        str(error).strip().rstrip("."),
                        "Correct the Dockerfile or what it installs",
                        tuple(log),
                    )
                for line in str(answer.get("stream") or answer.get("status") or "").splitlines():
                    if not line.strip():
                        continue
                    log.append(line)
                    if step := _STEP.match(line):
                        done = (int(step[1]) - 1) / int(step[2])
                    on_progress(Progress(line, done))
            image = engine.inspect_image(f"reelflow:{tag}")
        on_progress(Progress("built", 1.0))
        return DockerImage(id=image["Id"])

    def _platform_to_ask(self, engine: docker.APIClient) -> str | None:
        # An engine of the same kind builds without being asked for it; old ones refuse the question.
        version = engine.version()
        own = f"{version.get('Os')}/{version.get('Arch')}"
        return None if self._platform in (None, own) else self._platform


@contextmanager
def _engine() -> Iterator[docker.APIClient]:
    """The engine; its errors in our words.

    Raises:
        BuilderUnavailable: it does not answer.
        BuildFailed: it refuses.
    """
    client = None
    try:
        client = docker.APIClient(**kwargs_from_env(), timeout=BUILD_TIMEOUT_S)
        yield client
    except APIError as error:
        raise BuildFailed(
            "The Docker engine refuses", str(error.explanation or error).strip().rstrip("."), "See its log"
        ) from error
    except (DockerException, RequestException) as error:
        raise BuilderUnavailable(
            "The Docker engine does not answer",
            str(error).strip().rstrip("."),
            "Start it (systemctl start docker), or set DOCKER_HOST",
        ) from error
    finally:
        if client:
            client.close()


def _refused(what: str, error: str) -> PushFailed:
    if "immutable" in error.lower() or "already exists" in error:
        return TagTaken(what, error, "Use the image that is there")
    if _LOGIN.search(error):
        return LoginRefused(what, error, "Log in again; check the rights to push to the repository")
    if _BROKEN.search(error):
        return PushBrokenOff(what, error, "Check the way to the registry, then try again")
    return PushFailed(what, error, "Check that the repository exists and takes this image")


def _count(layers: dict[str, tuple[int, int]], answer: Mapping[str, Any]) -> None:
    detail, layer = answer.get("progressDetail") or {}, answer.get("id")
    if layer and detail.get("total"):
        layers[layer] = (detail.get("current", 0), detail["total"])


def _pushed(layers: Mapping[str, tuple[int, int]]) -> float | None:
    total = sum(size for _, size in layers.values())
    return sum(min(sent, size) for sent, size in layers.values()) / total if total else None
