"""What is delivered beside the film: a moving preview, its captions as text, and itself as a stream."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from app import storage_keys
from flows.generation.composition import Film
from flows.generation.production import ENCODING_DEADLINE_S, Production
from media.hls import make_stream
from media.stills import preview, preview_starts
from media.subtitles import webvtt

PREVIEW_SIDE = 480


@dataclass(frozen=True)
class Deliveries:
    """Where each lies in the media store; None for what was not asked for."""

    preview_key: str
    captions_key: str | None
    stream_key: str | None


def deliver(film: Production, made: Film) -> Deliveries:
    """Makes and stores what is delivered beside a composed film.

    Raises:
        StoreUnavailable: try again; what is stored already is stored over.
        media.errors.MediaError: it can't be made; says why.
    """
    return Deliveries(_preview(film, made), _captions(film, made), _stream(film, made))


def _preview(film: Production, made: Film) -> str:
    timeline, picture = made.timeline, film.workdir / "preview.webp"
    shots = [(start, shot.frames) for start, shot in zip(timeline.starts, timeline.shots, strict=True)]
    preview(made.video, preview_starts(shots), picture, width=PREVIEW_SIDE, height=PREVIEW_SIDE)
    key = storage_keys.preview_key(made.version_id)
    film.store.put_file(key, picture, content_type="image/webp")
    return key


def _captions(film: Production, made: Film) -> str | None:
    if made.timeline.subtitles is None:
        return None
    key = storage_keys.captions_key(made.version_id)
    film.store.put_bytes(key, webvtt(made.timeline.subtitles).encode(), content_type="text/vtt")
    return key


def _stream(film: Production, made: Film) -> str | None:
    if not film.request.hls:
        return None
    folder = film.workdir / "hls"
    # A broken-off run may have left a part of it.
    shutil.rmtree(folder, ignore_errors=True)
    files = make_stream(
        made.video,
        folder,
        subtitles=made.timeline.subtitles,
        frames=made.timeline.frames,
        deadline_s=ENCODING_DEADLINE_S,
        cancel=film.cancel,
    )
    for file in files:
        key = storage_keys.stream_key(made.version_id, file.name)
        film.store.put_file(key, file.path, content_type=file.content_type)
    return storage_keys.stream_key(made.version_id)
