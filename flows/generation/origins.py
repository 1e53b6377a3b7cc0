"""Where the clips of a film come from: what the ledger and the gate know of the take that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app import records
from app.models import Clip, Prediction, PredictionState
from blocks.clip_source import ClipRequest
from flows.generation.film import clip_name, clip_requests
from flows.generation.production import Production
from media.files import sha256_of
from media.provenance import Origin
from planning.storyboard import Storyboard

# How the identity of the built-in source begins; every other one is a model that was trained.
DRAWN = "drawn/"
MOST_PARTS = 20
# A take that the gate refused was paid and delivered, and may be the best there is.
_DELIVERED = (PredictionState.SUCCEEDED, PredictionState.REFUSED)


@dataclass(frozen=True)
class Sourced:
    """A clip's row with its origin, and what its provider calls the orders that it came of."""

    clip: Clip
    origin: Origin
    predictions: tuple[str, ...]


def sourced_clips(db: Session, film: Production, storyboard: Storyboard) -> list[Sourced]:
    """The job's clips by number. Their files must be in the film's work directory."""
    orders = clip_requests(storyboard, film.size, draft=film.brief.draft)
    by_number = {scene.number: order for scene, order in zip(storyboard.shown, orders, strict=True)}
    return [_sourced(db, film, clip, by_number[clip.number]) for clip in records.clips_of(db, film.job_id)]


def _sourced(db: Session, film: Production, clip: Clip, order: ClipRequest) -> Sourced:
    quality = records.quality_of(clip)
    shown = quality and quality.shown
    take = order.model_copy(update={"seed": shown.seed}) if shown else order
    parts = _delivered(db, take.address(clip.source))
    origin = Origin(
        number=clip.number,
        # The source's name is that of its first choice; the ledger knows who stood in.
        model=" + ".join(dict.fromkeys(part.model for part in parts)) or clip.source,
        trained=not clip.source.startswith(DRAWN),
        seed=take.seed,
        sha256=sha256_of(film.workdir / f"{clip_name(clip.number)}.mp4"),
        # The shot, and what every shot of the film is told alike.
        prompt=" ".join(filter(None, (take.description, take.style))),
    )
    return Sourced(clip, origin, tuple(part.prediction_id for part in parts if part.prediction_id))


def _delivered(db: Session, address: str) -> Sequence[Prediction]:
    """The orders whose output the take is, part by part; this job's or an earlier one's. None was drawn."""
    places = [f"{address}/{part}" for part in range(MOST_PARTS)]
    found = db.exec(
        select(Prediction)
        .where(col(Prediction.address).in_(places), col(Prediction.state).in_(_DELIVERED))
        .order_by(col(Prediction.created_at))
    ).all()
    # The newest of each part: an older one was given up for it.
    newest = {prediction.address: prediction for prediction in found}
    return [newest[place] for place in places if place in newest]
