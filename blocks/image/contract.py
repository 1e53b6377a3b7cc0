"""What a builder makes: an image that can be pushed, however it was built."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, SecretStr

from blocks.errors import BlockError, Unavailable

BuilderKind = Literal["docker", "archive"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build or a push is. `done` is from 0 to 1, or None when nobody knows."""

    message: str
    done: float | None = None


OnProgress = Callable[[Progress], None]


def ignore(_progress: Progress) -> None:
    """What is done with progress that nobody asked for."""


class Login(BaseModel):
    """What a registry lets in: its address with scheme, a user and a password that soon ends."""

    model_config = ConfigDict(frozen=True)

    url: str
    user: str
    password: SecretStr


class BuildFailed(BlockError):
    """The image could not be built. `log` is the end of what the build said."""

    def __init__(self, what: str, cause: str, remedy: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(what, cause, remedy)
        self.args = (what, cause, remedy, log)
        self.log = log


class BuilderUnavailable(Unavailable):
    """The Docker engine does not answer."""


class PushFailed(BlockError):
    """The registry did not take the image."""


class PushBrokenOff(PushFailed, Unavailable):
    """The way to the registry broke; pushed again, what is there already is not sent twice."""


class LoginRefused(PushFailed, Unavailable):
    """The registry does not accept the login, or no longer: with a new one it may."""


class TagTaken(PushFailed):
    """The tag is there already, and tags can't be changed."""


class BuiltImage(BaseModel, ABC):
    """An image that was built and can be pushed; a value, so that another task can push it."""

    model_config = ConfigDict(frozen=True)

    @abstractmethod
    def push(self, login: Login, repository: str, tag: str, on_progress: OnProgress = ignore) -> str:
        """Pushes it under a tag and returns its digest, `sha256:…`.

        Args:
            repository: with the registry's host, as an image is named.

        Raises:
            PushBrokenOff, LoginRefused, TagTaken, PushFailed: it is not there.
        """


class Builder(Protocol):
    """Builds the image of a checkout."""

    def check(self) -> str:
        """With what it would build, in words.

        Raises:
            BuildFailed, BuilderUnavailable: it could not.
        """
        ...

    def build(self, source: Path, tag: str, on_progress: OnProgress = ignore) -> BuiltImage:
        """Builds it; `tag` names it on this machine.

        Raises:
            BuildFailed, BuilderUnavailable: there is no image.
        """
        ...
