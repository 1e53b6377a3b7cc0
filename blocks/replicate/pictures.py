"""Pictures from the image models at Replicate."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from blocks.replicate.buying import Useless, buy
from blocks.replicate.models import Models
from blocks.replicate.purchase import Counter, Offer, Purchase
from media.files import written_whole
from planning.brief import SEED_LIMIT, Aspect

DRAWN_WITHIN_S = 300.0
QUALITY = 92
# Of 255 steps from the darkest to the brightest place: what has fewer is an empty picture.
FEWEST_STEPS = 16


class PictureOrder(BaseModel):
    """A picture as it is ordered.

    Attributes:
        prompt: what is to be seen, in words.
        aspect: its shape, where the model has it.
        seed: the same order with another seed is another picture.
    """

    model_config = ConfigDict(frozen=True)

    prompt: str = Field(min_length=1)
    aspect: Aspect
    seed: int = 0

    def address(self, models: Models) -> str:
        """The hash of all that decides the picture."""
        decisive = json.dumps([models.identity("image"), self.model_dump()], sort_keys=True)
        return hashlib.sha256(decisive.encode()).hexdigest()


class ReplicatePictures:
    """Orders pictures; one that can't be decoded or is empty is ordered once more.

    Args:
        counter: where they are ordered.
        models: those of the role `image` are asked, the first one first.
    """

    def __init__(self, counter: Counter, models: Models) -> None:
        self._counter, self.models = counter, models

    def draw(self, order: PictureOrder, destination: Path, *, cancel: threading.Event | None = None) -> None:
        """Has the picture drawn, and keeps it as JPEG, whole or not at all.

        Raises:
            BudgetExceeded: it would be too dear.
            ClipSourceUnavailable: Replicate can't be asked now; it may be later.
            ClipSourceError: no model draws it, or none of use.
            media.errors.Cancelled: it is not wanted any more.
            media.errors.DiskFull: there is no room.
        """
        buy(
            replace(self._counter, pause=cancel.wait) if cancel else self._counter,
            order.address(self.models),
            lambda refused: self._offers(order, refused),
            lambda purchase: _take(purchase, destination),
            within_s=DRAWN_WITHIN_S,
        )

    def _offers(self, order: PictureOrder, refused: int) -> Sequence[Offer]:
        given = {"prompt": order.prompt, "seed": (order.seed + refused) % (SEED_LIMIT + 1)}
        return [
            Offer(
                model.name,
                model.inputs({**given, "aspect": order.aspect if order.aspect in model.aspects else None}),
                model.price_of(),
            )
            for model in self.models.image
        ]


def _take(purchase: Purchase, destination: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="picture-", dir=destination.parent) as folder:
        purchase.fetch(arrived := Path(folder) / "arrived")
        try:
            with Image.open(arrived) as opened:
                picture = opened.convert("RGB")
        except (OSError, SyntaxError, ValueError) as fault:
            raise Useless(f"the picture can't be decoded: {fault}") from fault
        darkest, brightest = picture.convert("L").getextrema()
        if brightest - darkest < FEWEST_STEPS:  # pyright: ignore[reportOperatorIssue]
            raise Useless("the picture is of one colour")
        with written_whole(destination) as temporary:
            picture.save(temporary, "JPEG", quality=QUALITY, subsampling=0)
