"""What speaks: one contract for models behind an API and for the built-in voice."""

from __future__ import annotations

import hashlib
import json
import threading
from abc import ABC, abstractmethod
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from prefect.blocks.core import Block
from pydantic import BaseModel, ConfigDict, Field


class VoiceRequest(BaseModel):
    """A sentence as it is to be spoken: the unit that is ordered, kept and paid for.

    Attributes:
        text: one line, in `language`.
        language: ISO 639-1, such as `en`.
    """

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1)
    language: str = Field(pattern=r"^[a-z]{2}$")

    def address(self, identity: str) -> str:
        """The hash of all that decides the recording: the source's identity and what is ordered of it."""
        order = json.dumps([identity, self.model_dump()], sort_keys=True)
        return hashlib.sha256(order.encode()).hexdigest()


class SpokenWord(BaseModel):
    """When a word begins.

    Attributes:
        at: its first character, counted from 0 in the request's text.
        start_s: seconds from the recording's beginning.
    """

    model_config = ConfigDict(frozen=True)

    at: int = Field(ge=0)
    start_s: float = Field(ge=0)


class Speech(BaseModel):
    """What is known of a recording besides its sound.

    Attributes:
        words: in rising order; empty where the source can't tell.
    """

    model_config = ConfigDict(frozen=True)

    words: tuple[SpokenWord, ...] = ()


class VoiceSourceError(Exception):
    """A sentence could not be spoken; says what happened, why, and what to do."""


class VoiceSourceUnavailable(VoiceSourceError):
    """A transient fault of the source: the same request may succeed a moment later."""


class VoiceSource(Block, ABC):
    """Speaks sentences, each at a `cost` known beforehand.

    A caller keeps what was spoken under its address and asks for nothing twice.
    """

    _block_type_name = "Voice Source"

    local: ClassVar[bool] = True
    """Whether it speaks on this machine, at no cost."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """Name and version of all that decides a recording besides its request; part of its address."""

    @abstractmethod
    def cost(self, request: VoiceRequest) -> Decimal:
        """The price of the sentence in USD."""

    @abstractmethod
    def speak(
        self, request: VoiceRequest, destination: Path, *, cancel: threading.Event | None = None
    ) -> Speech:
        """Writes the spoken sentence to `destination` as a WAV file, whole or not at all.

        Returns when it is there, and soon after `cancel` is set.

        Raises:
            VoiceSourceUnavailable: try again later.
            VoiceSourceError: the sentence can't be spoken, in this language for instance.
            media.errors.Cancelled: `cancel` was set; what was ordered is cancelled, too.
            media.errors.DiskFull: there is no room.
        """
