"""What makes clips: one contract for models behind an API and for the built-in drawing engine."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Literal

from prefect.blocks.core import Block
from pydantic import BaseModel, ConfigDict, Field


class ClipRequest(BaseModel):
    """A clip as it is ordered.

    Attributes:
        description: what is to be seen, in words; the only channel for content.
        width, height: pixels.
        frames: length, at `fps` frames per second.
        palette: `#rrggbb` colours, the brand's first.
        seed: the same request with the same seed is the same clip.
        cuts: frames at which the film will cut the clip. A source that encodes for itself puts
            keyframes there and spares another encoding; they are no part of what is ordered.
        draft: whether a cheaper model may draw it, to be looked at and then made anew.
        number: of the clip in its film, for the books; no part of what is ordered.
        style: what every shot of the film is told alike, in words.
        negative: what is not to be seen, as a list in words.
        reference: hash of a picture that shows the subject as it looked in an earlier shot.
        reference_picture: where that picture lies on this machine.
    """

    model_config = ConfigDict(frozen=True)

    description: str = Field(min_length=1)
    width: int = Field(ge=64, multiple_of=2)
    height: int = Field(ge=64, multiple_of=2)
    frames: int = Field(ge=1)
    fps: int = 30
    palette: tuple[str, ...] = ()
    seed: int = 0
    cuts: tuple[int, ...] = ()
    draft: bool = False
    number: int | None = None
    style: str = ""
    negative: str = ""
    reference: str | None = None
    reference_picture: Path | None = None

    def address(self, identity: str) -> str:
        """The hash of all that decides the clip: the source's identity and what is ordered of it."""
        unsaid = {"cuts", "number", "reference_picture"}
        # What is not asked for is not said: such an order keeps the address that it had before one could.
        unsaid |= {name for name in ("draft", "style", "negative", "reference") if not getattr(self, name)}
        order = json.dumps([identity, self.model_dump(exclude=unsaid)], sort_keys=True)
        return hashlib.sha256(order.encode()).hexdigest()


class ClipProgress(BaseModel):
    """How far a submission is.

    Attributes:
        done: from 0 to 1.
        error: why it failed.
        encoding: from when to when an encoder ran for it on this machine, in seconds since the epoch.
    """

    state: Literal["processing", "succeeded", "failed"]
    done: float = 0.0
    error: str | None = None
    encoding: tuple[float, float] | None = None


class ClipSourceError(Exception):
    """A clip could not be made; says what happened, why, and what to do."""


class ClipSourceUnavailable(ClipSourceError):
    """A transient fault of the source: the same request may succeed a moment later."""


class ClipSource(Block, ABC):
    """Makes clips: `submit → poll → fetch`, at a `cost` known beforehand.

    A submission belongs to the process that made it where the source works on this machine; elsewhere, who
    submits the same once more goes on with what was ordered before.
    """

    _block_type_name = "Clip Source"

    @property
    @abstractmethod
    def identity(self) -> str:
        """Name and version of all that decides a clip besides its request; part of its address."""

    local: ClassVar[bool] = True
    """Whether it works on this machine, and takes a share of it."""

    takes_style: ClassVar[bool] = False
    """Whether it reads a request's `style` and `negative`."""

    @property
    def takes_reference(self) -> bool:
        """Whether it draws the subject as a request's `reference_picture` shows it."""
        return False

    @abstractmethod
    def cost(self, request: ClipRequest) -> Decimal:
        """The price of the clip in USD."""

    def bought_frames(self, frames: int) -> int:
        """How many frames are paid for, for a clip that must hold so many; more where lengths are fixed."""
        return frames

    @abstractmethod
    def submit(self, request: ClipRequest) -> str:
        """Orders the clip and returns the submission's id at once.

        Raises:
            ClipSourceUnavailable: try again later.
            ClipSourceError: the request can't be served.
        """

    @abstractmethod
    def poll(self, submission: str) -> ClipProgress:
        """How far the submission is; cheap enough for several calls a second."""

    @abstractmethod
    def fetch(self, submission: str, destination: Path) -> None:
        """Moves a succeeded submission's clip to `destination`, whole or not at all.

        Raises:
            ClipSourceError: the submission has not succeeded.
        """

    @abstractmethod
    def release(self, submission: str) -> None:
        """Drops what this process holds of a submission, and stops it if it works on this machine.

        Does nothing for an unknown or ended one. One that works elsewhere goes on there.
        """

    def refuse(self, request: ClipRequest, reason: str) -> None:
        """Is told that what was made of a request is of no use; it is not made of it again."""

    def was_refused(self, request: ClipRequest) -> bool:
        """Whether what was made of a request was found to be of no use, by this process or another."""
        return False
