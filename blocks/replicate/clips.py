"""Clips from the video models at Replicate."""

from __future__ import annotations

import base64
import io
import tempfile
import time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

from PIL import Image
from pydantic import Field, PrivateAttr

from blocks.clip_source import ClipProgress, ClipRequest, ClipSource, ClipSourceError
from blocks.replicate.api import ReplicateApi
from blocks.replicate.models import ModelProfile, Models, Use, load_models
from blocks.replicate.purchase import Counter, Offer, Purchase
from media.frames import frames_at
from media.join import Piece, join
from media.normalise import normalise
from media.timeline import Size

# What a shot takes to be made, as far as a progress bar is concerned.
USUAL_S = 60.0
# A frame that a shot goes on from is sent within the request, which must stay small.
FRAME_WIDTH = 768
FRAME_QUALITY = 85


class ReplicateClipSource(ClipSource):
    """Orders clips from models at Replicate; a shot that is longer than their longest is made of parts.

    Each part goes on from the last frame of the one before, where the model takes a picture to begin with.
    """

    _block_type_name = "Replicate Clip Source"
    _block_type_slug = "replicate-clip-source"

    local: ClassVar[bool] = False
    takes_style: ClassVar[bool] = True

    account: ReplicateApi = Field(description="The account that pays.")
    models: Models = Field(default_factory=load_models, description="The models, the wanted one first.")
    scratch: Path | None = Field(default=None, description="Directory for parts that have arrived.")

    _counter: Counter | None = PrivateAttr(default=None)
    _shots: dict[str, _Shot] = PrivateAttr(default_factory=dict)

    def at(self, counter: Counter) -> ReplicateClipSource:
        """The same source, ordering at a counter: with a job's ledger and limits."""
        source = self.model_copy()
        source._counter, source._shots = counter, {}
        return source

    @property
    def identity(self) -> str:
        return self.models.identity("clip")

    @property
    def takes_reference(self) -> bool:
        return "reference" in self.models.clip[0].input

    def cost(self, request: ClipRequest) -> Decimal:
        wanted, use = self.models.clip[0], _use(request)
        parts = wanted.parts(request.frames / request.fps)
        return sum((wanted.price_of(seconds=part, use=use) for part in parts), Decimal(0))

    def bought_frames(self, frames: int) -> int:
        fps = ClipRequest.model_fields["fps"].default
        return sum(self.models.clip[0].parts(frames / fps)) * fps

    def submit(self, request: ClipRequest) -> str:
        submission = request.address(self.identity)
        shot = _Shot(self._at_counter(), self.models.clip, request, submission, self.scratch)
        shot.begin()
        self._shots[submission] = shot
        return submission

    def poll(self, submission: str) -> ClipProgress:
        return self._shot(submission).progress()

    def fetch(self, submission: str, destination: Path) -> None:
        self._shot(submission).deliver(destination)
        self.release(submission)

    def release(self, submission: str) -> None:
        if shot := self._shots.pop(submission, None):
            shot.drop()

    def refuse(self, request: ClipRequest, reason: str) -> None:
        counter, submission = self._at_counter(), request.address(self.identity)
        for address in _addresses(submission, self.models.clip[0], request):
            if entries := counter.ledger.entries(address):
                counter.ledger.end(entries[-1].id, "refused", Decimal(0), reason)

    def was_refused(self, request: ClipRequest) -> bool:
        counter, submission = self._at_counter(), request.address(self.identity)
        for address in _addresses(submission, self.models.clip[0], request):
            entries = counter.ledger.entries(address)
            if entries and entries[-1].state == "refused":
                return True
        return False

    def _shot(self, submission: str) -> _Shot:
        try:
            return self._shots[submission]
        except KeyError:
            raise ClipSourceError(f"No order {submission} in this process. Submit it again.") from None

    def _at_counter(self) -> Counter:
        if self._counter is None:
            raise ClipSourceError("This source can't order: it was not given a job's ledger (`at`).")
        return self._counter


class _Shot:
    """One clip being bought, part by part."""

    def __init__(
        self,
        counter: Counter,
        models: tuple[ModelProfile, ...],
        request: ClipRequest,
        submission: str,
        scratch: Path | None,
    ) -> None:
        self._counter, self._models, self._request = counter, models, request
        self._seconds = models[0].parts(request.frames / request.fps)
        self._addresses = _addresses(submission, models[0], request)
        self._directory = tempfile.TemporaryDirectory(prefix="shot-", dir=scratch, ignore_cleanup_errors=True)
        self._arrived: list[Path] = []
        self._purchase: Purchase | None = None
        self._since = time.monotonic()

    def begin(self) -> None:
        """Orders the next part."""
        number = len(self._arrived)
        self._purchase = Purchase(
            self._counter, self._addresses[number], self._offers(number), self._request.number
        )
        self._purchase.begin()
        self._since = time.monotonic()

    def progress(self) -> ClipProgress:
        if self._purchase and self._purchase.look():
            self._arrive(self._purchase)
            self._purchase = None
            if len(self._arrived) < len(self._seconds):
                self.begin()
        if self._purchase is None:
            return ClipProgress(state="succeeded", done=1.0)
        share = min(0.95, (time.monotonic() - self._since) / USUAL_S)
        return ClipProgress(state="processing", done=(len(self._arrived) + share) / len(self._seconds))

    def deliver(self, destination: Path) -> None:
        if len(self._arrived) < len(self._seconds):
            raise ClipSourceError("The clip is not whole yet: poll it until it has succeeded.")
        if len(self._arrived) == 1:
            self._arrived[0].replace(destination)
            return
        arriving = Path(self._directory.name) / "joined.mp4"
        parts = zip(self._arrived, self._shares(), strict=True)
        join([Piece(path, 0, frames) for path, frames in parts], (), arriving)
        arriving.replace(destination)

    def drop(self) -> None:
        self._directory.cleanup()

    def _arrive(self, purchase: Purchase) -> None:
        """Copies a part out; one of several is brought into the shape in which they are joined."""
        number = len(self._arrived)
        path = Path(self._directory.name) / f"part_{number}.mp4"
        purchase.fetch(path)
        if len(self._seconds) > 1:
            size = Size(width=self._request.width, height=self._request.height)
            normalise(
                path, whole := path.with_stem(f"whole_{number}"), size=size, frames=self._shares()[number]
            )
            path = whole
        self._arrived.append(path)

    def _shares(self) -> list[int]:
        """The frames that each part shows: as its length is to the whole."""
        whole = sum(self._seconds)
        edges = [
            round(self._request.frames * sum(self._seconds[:n]) / whole)
            for n in range(len(self._seconds) + 1)
        ]
        return [end - start for start, end in pairwise(edges)]

    def _offers(self, number: int) -> list[Offer]:
        use, wanted = _use(self._request), self._seconds[number]
        picture = _frame(self._arrived[-1], self._shares()[number - 1] - 1) if number else None
        shown = self._request.reference_picture
        reference = shown and _data_uri(Image.open(shown))
        offers: list[Offer] = []
        for model in self._models:
            length = next((length for length in model.seconds if length >= wanted), None)
            if length is None:
                continue
            given = {
                "prompt": prompt_for(self._request, model),
                "negative": self._request.negative or None,
                "seconds": length,
                "aspect": _nearest(self._request, model),
                "resolution": model.resolution.get(use),
                "seed": self._request.seed,
                "image": picture,
                # The parts after the first go on from a frame that has the subject in it already.
                "reference": reference if not number else None,
            }
            offers.append(Offer(model.name, model.inputs(given), model.price_of(seconds=length, use=use)))
        return offers


def _use(request: ClipRequest) -> Use:
    return "draft" if request.draft else "final"


def _addresses(submission: str, wanted: ModelProfile, request: ClipRequest) -> list[str]:
    return [f"{submission}/{n}" for n, _ in enumerate(wanted.parts(request.frames / request.fps))]


def _nearest(request: ClipRequest, model: ModelProfile) -> str | None:
    """The shape that the model draws and of which the least is cut off."""
    wanted = request.width / request.height

    def cut(aspect: str) -> float:
        width, height = map(int, aspect.split(":"))
        ratio = width / height / wanted
        return max(ratio, 1 / ratio)

    return min(model.aspects, key=cut, default=None)


def prompt_for(request: ClipRequest, model: ModelProfile) -> str:
    """What the model is told: the shot, what all shots share, and what is to be left out, if only so."""
    told = [request.description, request.style]
    if request.negative and "negative" not in model.input:
        told.append(f"Avoid: {request.negative}.")
    return " ".join(filter(None, told))


def _frame(clip: Path, number: int) -> str:
    """One picture of a clip, as a data URI."""
    (frame,) = frames_at(clip, [number])
    return _data_uri(Image.fromarray(frame))


def _data_uri(picture: Image.Image) -> str:
    picture.thumbnail((FRAME_WIDTH, FRAME_WIDTH))
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=FRAME_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
