"""Film → publication: files in the media store, rows in the database, pictures on Prefect's page."""

from __future__ import annotations

import base64
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from prefect import task
from prefect.artifacts import create_image_artifact, create_link_artifact
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from app import events, jobs, records, storage_keys
from app.database import session
from app.links import download_link
from app.models import Composition, JobStatus
from app.quality import ClipQuality
from app.settings import settings
from flows.generation.composition import Film, Rendition
from flows.generation.deliveries import Deliveries, deliver
from flows.generation.faults import transient
from flows.generation.metadata import composition_metadata, job_metadata
from flows.generation.music import pulse_of
from flows.generation.production import Production
from media.chart import draw_timeline
from media.files import sha256_of
from media.stills import SheetScene, contact_sheet, poster
from planning.brief import Aspect
from planning.storyboard import Storyboard

LINK_LIFETIME_S = 7 * 24 * 3600
VIDEO_NAME = "reelflow.mp4"


@dataclass(frozen=True)
class Pictures:
    """What people look at before they play the film."""

    poster: Path
    contact_sheet: Path
    timeline: Path


@task(
    name="publish film",
    retries=4,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=transient,
    cache_policy=NO_CACHE,
)
def publish_film(film: Production, storyboard: Storyboard, made: Film) -> UUID:
    """Stores the film and what belongs to it, completes the job, and returns the composition's id.

    Raises:
        StoreUnavailable: still so after the last retry.
    """
    with film.working():
        pictures = _draw(film, storyboard, made)
        _store(film, storyboard, made, pictures)
        deliveries = deliver(film, made)
        _show(film, made, pictures)
        film.progress.part("publishing", 1.0)
        _complete(film, made, deliveries)
    shutil.rmtree(film.workdir, ignore_errors=True)
    return made.version_id


def _draw(film: Production, storyboard: Storyboard, made: Film) -> Pictures:
    drawn = _draw_frames(film, storyboard, made, made.video, film.workdir)
    pictures = Pictures(*drawn, timeline=film.workdir / "timeline.png")
    pulse = pulse_of(film, made.cut_list)
    draw_timeline(
        made.timeline,
        _labels(made),
        pictures.timeline,
        waveform=pulse.energy,
        downbeats=pulse.downbeats,
        title=storyboard.title,
    )
    return pictures


def _labels(made: Film) -> list[str]:
    return [scene.title or scene.caption or scene.cta or "" for scene in made.cut_list.scenes]


def _draw_frames(
    film: Production, storyboard: Storyboard, made: Film, video: Path, folder: Path
) -> tuple[Path, Path]:
    """The poster and the contact sheet of a film, or of what it is in another aspect ratio."""
    drawn = folder / "poster.jpg", folder / "contact_sheet.jpg"
    # The first shot once it has settled, since its first frames may still be fading in.
    poster(video, made.timeline.shots[0].frames // 2, drawn[0])
    contact_sheet(video, _sheet_scenes(film, made), drawn[1], title=storyboard.title)
    return drawn


def _sheet_scenes(film: Production, made: Film) -> list[SheetScene]:
    """The middle of each scene, with what was measured on its clip."""
    with session() as db:
        found = {clip.number: records.quality_of(clip) for clip in records.clips_of(db, film.job_id)}
    scenes = zip(made.cut_list.scenes, made.timeline.starts, _labels(made), strict=True)
    return [
        _sheet_scene(start + scene.frames // 2, label, found.get(scene.number))
        for scene, start, label in scenes
    ]


def _sheet_scene(frame: int, label: str, quality: ClipQuality | None) -> SheetScene:
    if quality is None:
        return SheetScene(frame=frame, label=label)
    return SheetScene(
        frame=frame, label=label, note=quality.note, mark=quality.mark, flagged=quality.warning is not None
    )


def _files(
    composition: UUID, aspect: Aspect | None, video: Path, poster: Path, sheet: Path
) -> dict[str, tuple[Path, str]]:
    return {
        storage_keys.composition_key(composition, aspect): (video, "video/mp4"),
        storage_keys.composition_thumbnail_key(composition, aspect): (poster, "image/jpeg"),
        storage_keys.contact_sheet_key(composition, aspect): (sheet, "image/jpeg"),
    }


def _store(film: Production, storyboard: Storyboard, made: Film, pictures: Pictures) -> None:
    composition = made.version_id
    files = {
        **_files(composition, None, made.video, pictures.poster, pictures.contact_sheet),
        storage_keys.timeline_picture_key(composition): (pictures.timeline, "image/png"),
    }
    for each in made.renditions:
        drawn = _draw_frames(film, storyboard, made, each.video, each.video.parent)
        files |= _files(composition, each.aspect, each.video, *drawn)
    for key, (path, content_type) in files.items():
        film.store.put_file(key, path, content_type=content_type)
    documents = {
        storage_keys.composition_timeline_key(composition): made.timeline.model_dump(mode="json"),
        storage_keys.composition_metadata_key(composition): composition_metadata(film, storyboard, made),
        storage_keys.job_metadata_key(film.job_id): job_metadata(film, storyboard, made),
    }
    for key, document in documents.items():
        film.store.put_bytes(key, json.dumps(document, indent=1).encode(), content_type="application/json")


def _show(film: Production, made: Film, pictures: Pictures) -> None:
    """Prefect's page gets the pictures themselves: a link to them would expire before the run does."""
    create_image_artifact(
        _inline(pictures.contact_sheet, "jpeg"), f"contact-sheet-{film.job_id}", "Contact sheet"
    )
    create_image_artifact(_inline(pictures.timeline, "png"), f"timeline-{film.job_id}", "Timeline")
    create_link_artifact(
        download_link(
            storage_keys.composition_key(made.version_id),
            VIDEO_NAME,
            settings().public_url,
            lifetime_s=LINK_LIFETIME_S,
        ),
        link_text=f"The film, {made.timeline.duration_s:.0f} s",
        key=f"video-{film.job_id}",
        description="Download; the link expires in 7 days",
    )


def _inline(picture: Path, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(picture.read_bytes()).decode()}"


def _complete(film: Production, made: Film, deliveries: Deliveries) -> None:
    composition, result = made.version_id, made.composition
    with session() as db:
        records.finish_composition(
            db,
            composition,
            records.Film(
                storage_key=storage_keys.composition_key(composition),
                thumbnail_key=storage_keys.composition_thumbnail_key(composition),
                contact_sheet_key=storage_keys.contact_sheet_key(composition),
                timeline=made.timeline.model_dump(mode="json"),
                width=made.timeline.size.width,
                height=made.timeline.size.height,
                frames=result.probe.frames,
                duration_seconds=made.timeline.duration_s,
                loudness_lufs=result.loudness_lufs,
                true_peak_dbtp=result.true_peak_dbtp,
                size_bytes=made.video.stat().st_size,
                sha256=sha256_of(made.video),
                renditions=tuple(_rendition(composition, each) for each in made.renditions),
                **asdict(deliveries),
            ),
        )
        records.record_metric(db, film.job_id, "ffmpeg_seconds", film.stopwatch.seconds(), "s")
        jobs.advance(db, film.job_id, JobStatus.COMPLETED)
        version = db.get_one(Composition, composition).version
    events.tell(film.job_id, "completed", composition_id=str(composition), version=version)


def _rendition(composition: UUID, made: Rendition) -> records.Rendition:
    return records.Rendition(
        aspect=made.aspect,
        storage_key=storage_keys.composition_key(composition, made.aspect),
        thumbnail_key=storage_keys.composition_thumbnail_key(composition, made.aspect),
        contact_sheet_key=storage_keys.contact_sheet_key(composition, made.aspect),
        width=made.timeline.size.width,
        height=made.timeline.size.height,
        size_bytes=made.video.stat().st_size,
        sha256=sha256_of(made.video),
        padded=made.padded,
        following=made.following,
    )
