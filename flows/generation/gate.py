"""The quality gate: each take of a clip is measured when it arrives, and only the failed are made again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import structlog
from sqlmodel import Session, col, select

from app import records, storage_keys
from app.configuration import configured
from app.database import session
from app.errors import AppError
from app.models import Clip
from app.quality import ClipQuality, Take
from blocks.clip_source import ClipRequest
from flows.generation.production import Production
from media.quality.measures import Measures
from media.quality.measuring import measure
from media.quality.style import distance_to_neighbours
from media.quality.verdict import Verdict, Wanted, judge
from planning.brief import SEED_LIMIT
from planning.vocabulary import may_show_letters

# Far apart, so that a neighbour's next take is not this one's.
SEED_STEP = 104_729

log = structlog.get_logger(__name__)


class ClipRefused(AppError):
    """No take of a clip is one that a film can be cut from."""


class Gate:
    """The takes of one clip. What was found is written down at once: a killed run judges none twice."""

    def __init__(self, film: Production, number: int, order: ClipRequest) -> None:
        self._film, self._number, self._order = film, number, order
        with session() as db:
            self._config = configured(db).quality_gate
            self._quality = records.quality_of(_row(db, film, number)) or ClipQuality()

    def left(self) -> list[ClipRequest]:
        """The takes that are still to be made: as ordered, then from other seeds."""
        # One that was accepted and yet is not in the store was lost with the process that had it.
        judged = {take.seed for take in self._quality.takes if take.faults}
        seeds = (
            (self._order.seed + take * SEED_STEP) % (SEED_LIMIT + 1) for take in range(self._config.takes)
        )
        takes = [self._order.model_copy(update={"seed": seed}) for seed in seeds if seed not in judged]
        return [take for take in takes if not self._film.source.was_refused(take)]

    @property
    def has_one_of_use(self) -> bool:
        """Whether a take was refused that the film could show for want of a better one."""
        return any(take.usable for take in self._quality.takes)

    def examine(self, take: ClipRequest, arrived: Path) -> Verdict:
        """Measures what has arrived, judges it, and keeps it aside if it is refused and yet of use."""
        letters = may_show_letters(take.description)
        measures = measure(arrived, take.palette, letters=not letters)
        with session() as db:
            neighbours = _neighbours(db, self._film, self._number)
        wanted = Wanted(frames=take.frames, width=take.width, height=take.height, letters=letters)
        verdict = judge(measures, wanted, self._config.thresholds, neighbours)
        if not verdict.accepted and verdict.usable:
            shutil.copyfile(arrived, self._aside(take.seed))
            self._film.store.put_file(self._aside_key(take.seed), arrived, content_type="video/mp4")
        self._note(_take(take.seed, measures, verdict, neighbours))
        return verdict

    def choose(self, arrived: Path) -> None:
        """Settles for the best take, and puts it where it is taken from.

        Raises:
            ClipRefused: none is of use.
        """
        takes = self._quality.takes
        best = self._quality.best
        if best is None or not takes[best].usable:
            raise self._nothing_of_use()
        if takes[best].faults:
            log.warning("clip kept for all its faults", clip=self._number, cause=takes[best].cause)
            aside = self._aside(takes[best].seed)
            if not aside.exists():
                self._film.store.get_file(self._aside_key(takes[best].seed), aside)
            shutil.move(aside, arrived)
        self._write(self._quality.model_copy(update={"chosen": best}))

    def _nothing_of_use(self) -> ClipRefused:
        causes = "; ".join(dict.fromkeys(take.cause or "" for take in self._quality.takes))
        return ClipRefused(
            f"Clip {self._number} could not be made",
            f"none of its {len(self._quality.takes)} takes can be used: {causes}",
            "Describe the scene otherwise, or try again later: finished clips are kept",
        )

    def _note(self, take: Take) -> None:
        before = [each for each in self._quality.takes if each.seed != take.seed]
        self._write(ClipQuality(takes=(*before, take)))

    def _write(self, quality: ClipQuality) -> None:
        self._quality = quality
        with session() as db:
            records.note_quality(db, _row(db, self._film, self._number).id, quality)

    def _aside(self, seed: int) -> Path:
        return self._film.workdir / f"clip_{self._number:03d}.take_{seed}.mp4"

    def _aside_key(self, seed: int) -> str:
        return storage_keys.refused_take_key(self._film.job_id, self._number, seed)


def inherit(db: Session, clip: Clip) -> None:
    """Gives a clip that was found rather than made what was measured on it when it was made."""
    if clip.quality is None:
        known = select(Clip).where(Clip.address == clip.address, col(Clip.quality).is_not(None)).limit(1)
        origin = db.exec(known).first()
        clip.quality = origin and origin.quality


def _row(db: Session, film: Production, number: int) -> Clip:
    return db.exec(select(Clip).where(Clip.job_id == film.job_id, Clip.number == number)).one()


def _neighbours(db: Session, film: Production, number: int) -> list[tuple[float, ...]]:
    """The styles of the clips before and after this one, where they have been measured."""
    beside = select(Clip).where(Clip.job_id == film.job_id, col(Clip.number).in_([number - 1, number + 1]))
    shown = [quality.shown for clip in db.exec(beside) if (quality := records.quality_of(clip))]
    return [take.style for take in shown if take]


def _take(seed: int, measures: Measures, verdict: Verdict, neighbours: Sequence[Sequence[float]]) -> Take:
    distance = distance_to_neighbours(measures.style, neighbours)
    return Take(
        seed=seed,
        faults=tuple(fault.name for fault in verdict.faults),
        cause=verdict.cause or None,
        usable=verdict.usable,
        severity=round(verdict.severity, 4),
        style_distance=None if distance is None else round(distance, 4),
        **measures.as_dict(),
    )
