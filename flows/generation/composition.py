"""Clips → film: the version that is due, composed with sound on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from app import events, jobs, records
from app.database import session
from app.models import JobStatus
from flows.generation.assets import draft_mark, music_of, uploaded
from flows.generation.faults import transient
from flows.generation.film import clip_name, clip_requests, timeline_of
from flows.generation.narration import narration_of
from flows.generation.production import ENCODING_DEADLINE_S, Production
from media.compose import Composition, compose
from media.provenance import Credentials
from media.timeline import Timeline
from planning.brief import Aspect
from planning.cut_list import CutList, cut_list_of
from planning.storyboard import Storyboard


@dataclass(frozen=True)
class Rendition:
    """A film in another aspect ratio than its own, still on this machine.

    Attributes:
        padded: the clips, by number, that are shown before a backdrop since their subject doesn't fit.
        following: those whose crop moves with the subject.
    """

    aspect: Aspect
    video: Path
    timeline: Timeline
    composition: Composition
    padded: tuple[int, ...]
    following: tuple[int, ...]


@dataclass(frozen=True)
class Film:
    """The finished film, still on this machine.

    Attributes:
        version_id: the composition's.
        video: the MP4.
        cut_list: what was asked for.
        timeline: what it was composed from.
        composition: how it came out.
        assets: what its timeline names besides clips, by key.
        renditions: the same film in other aspect ratios.
        signer: who has signed its manifest; None while it has none.
    """

    version_id: UUID
    video: Path
    cut_list: CutList
    timeline: Timeline
    composition: Composition
    assets: Mapping[str, Path]
    renditions: tuple[Rendition, ...] = ()
    signer: Credentials | None = None


@task(
    name="compose film",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=transient,
    cache_policy=NO_CACHE,
)
def compose_film(film: Production, storyboard: Storyboard, clips: Sequence[Path]) -> Film:
    """Composes the film from its clips, given in scene order.

    It is cut as was asked of the version that is due; the first one as the storyboard has it.
    Segments that an earlier, killed attempt has rendered are used again.

    Raises:
        Cancelled: the film is no longer wanted.
        AssetMissing: an upload that it uses is gone.
        VoiceTooLong: what is said takes longer than the film.
        media.errors.MediaError: it can't be composed; says why.
    """
    with film.working():
        with session() as db:
            jobs.advance(db, film.job_id, JobStatus.COMPOSING)
            planned = cut_list_of(
                storyboard, film.request.music_asset_id, film.request.voice, film.request.also
            )
            version = records.begin_composition(db, film.job_id, planned.model_dump(mode="json"))
        events.status_changed(film.job_id)
        cut_list = CutList.model_validate(version.cut_list)
        logo = uploaded(film, film.request.logo_asset_id)
        mark = draft_mark(film) if film.brief.draft else None
        music = music_of(film, cut_list, storyboard.mood)
        narration = narration_of(film, cut_list, film.brief.aspect)
        scenes = [scene.number for scene in storyboard.shown]
        timeline = timeline_of(
            cut_list,
            film.size,
            palette=storyboard.palette,
            addresses=dict(zip(scenes, _addresses(film, storyboard), strict=True)),
            logo=logo,
            mark=mark,
            music=music,
            narration=narration,
        )
        voices = [asset for asset, _, _ in narration.parts] if narration else []
        assets = {asset.key: asset.path for asset in (logo, mark, music, *voices) if asset}
        video = film.workdir / "film.mp4"
        # Its other aspect ratios are composed after it.
        share = 1 / (1 + len(cut_list.also))
        composition = compose(
            timeline,
            dict(zip(map(clip_name, scenes), clips, strict=True)),
            video,
            assets=assets,
            workdir=film.workdir / "segments",
            on_progress=lambda done: film.progress.part("composition", done * share),
            deadline_s=ENCODING_DEADLINE_S,
            cancel=film.cancel,
        )
        film.stopwatch.add(composition.ffmpeg)
    return Film(version.id, video, cut_list, timeline, composition, assets)


def _addresses(film: Production, storyboard: Storyboard) -> list[str]:
    orders = clip_requests(storyboard, film.size, draft=film.brief.draft)
    return [order.address(film.source.identity) for order in orders]
