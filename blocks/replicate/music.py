"""Music from the models at Replicate."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from blocks.replicate.buying import Useless, buy
from blocks.replicate.models import ModelProfile, Models
from blocks.replicate.purchase import Counter, Offer, Purchase
from media.arriving_sound import keep_sound
from media.errors import SourceRejected
from planning.brief import SEED_LIMIT

PLAYED_WITHIN_S = 600.0
DECODED_WITHIN_S = 120.0
# Models count in blocks of their codec: what is ordered as long as the film ends a moment before it.
SPARE_S = 1


class MusicOrder(BaseModel):
    """A track as it is ordered.

    Attributes:
        prompt: what is heard, in words.
        seconds: the length of the film below which it is laid.
        seed: the same order with another seed is another track.
    """

    model_config = ConfigDict(frozen=True)

    prompt: str = Field(min_length=1)
    seconds: int = Field(ge=1)
    seed: int = 0


class ReplicateMusic:
    """Orders a track for a film; one that is too short or can't be decoded is ordered once more.

    Args:
        counter: where it is ordered.
        models: those of the role `music` are asked, the first one first.
    """

    def __init__(self, counter: Counter, models: Models) -> None:
        self._counter, self._models = counter, models

    def address(self, order: MusicOrder) -> str:
        """The hash of all that decides the track."""
        decisive = json.dumps([self._models.identity("music"), order.model_dump()], sort_keys=True)
        return hashlib.sha256(decisive.encode()).hexdigest()

    def play(self, order: MusicOrder, destination: Path, *, cancel: threading.Event | None = None) -> None:
        """Has the track made, and keeps it as FLAC in stereo, whole or not at all.

        Raises:
            BudgetExceeded: it would be too dear.
            ClipSourceUnavailable: Replicate can't be asked now; it may be later.
            ClipSourceError: no model makes it, or none of use.
            media.errors.Cancelled: it is not wanted any more.
            media.errors.DiskFull: there is no room.
        """
        buy(
            replace(self._counter, pause=cancel.wait) if cancel else self._counter,
            self.address(order),
            lambda refused: self._offers(order, refused),
            lambda purchase: self._take(purchase, order, destination, cancel),
            within_s=PLAYED_WITHIN_S,
        )

    def _offers(self, order: MusicOrder, refused: int) -> Sequence[Offer]:
        given = {"prompt": order.prompt, "seed": (order.seed + refused) % (SEED_LIMIT + 1)}
        return [
            Offer(
                model.name,
                model.inputs({**given, "seconds": _length(model, order.seconds)}),
                _price(model, order.seconds),
            )
            for model in _able(self._models, order.seconds)
        ]

    def _take(
        self, purchase: Purchase, order: MusicOrder, destination: Path, cancel: threading.Event | None
    ) -> None:
        with tempfile.TemporaryDirectory(prefix="music-", dir=destination.parent) as folder:
            purchase.fetch(arrived := Path(folder) / "arrived")
            kept = Path(folder) / "kept.flac"
            try:
                seconds = keep_sound(
                    arrived, kept, form="flac", channels=2, deadline_s=DECODED_WITHIN_S, cancel=cancel
                )
            except SourceRejected as fault:
                raise Useless(f"the track is refused, since {fault.cause}") from fault
            if seconds < order.seconds:
                raise Useless(f"the track lasts {seconds:.1f} s, and the film {order.seconds} s")
            kept.replace(destination)


def music_cost(models: Models, seconds: int) -> Decimal:
    """The price of the track of a film of so many seconds, in US dollars; 0 where no model makes one."""
    return next((_price(model, seconds) for model in _able(models, seconds)), Decimal(0))


def _able(models: Models, seconds: int) -> list[ModelProfile]:
    """Those that make tracks as long, or don't ask how long."""
    return [model for model in models.music if not model.seconds or _length(model, seconds)]


def _length(model: ModelProfile, seconds: int) -> int | None:
    return model.length_for(seconds + SPARE_S)


def _price(model: ModelProfile, seconds: int) -> Decimal:
    return model.price_of(seconds=_length(model, seconds) or seconds)
