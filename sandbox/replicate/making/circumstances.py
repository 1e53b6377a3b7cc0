"""What every maker is told, and what it gives back."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from sandbox.replicate.faults import FaultName


class Failed(Exception):
    """The model failed at this input; says why, as its logs would."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """How outputs are made.

    Attributes:
        cache: directory of clips that serve many predictions.
        quick: whether those serve.
        stop: set when the output is no longer wanted.
        spoiled: the faults of the output, in the order in which they are made.
    """

    cache: Path
    quick: bool
    stop: threading.Event
    spoiled: tuple[FaultName, ...] = ()


@dataclass(frozen=True)
class Made:
    """Files, or pieces of text; and notes for the prediction's logs."""

    items: list[Path] | list[str]
    notes: list[str]
