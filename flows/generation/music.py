"""The film cut to the music that was uploaded for it."""

from __future__ import annotations

from prefect.logging import get_logger

from app import storage_keys
from blocks.media_store import ObjectMissing
from flows.generation.assets import uploaded
from flows.generation.production import ENCODING_DEADLINE_S, Production
from listening.listen import listen
from media.hearing import RATE, hear
from planning.beat_cuts import NoBeatCuts
from planning.music_cut import cut_to_music
from planning.storyboard import Storyboard
from planning.track import Track


def track_of(film: Production) -> Track | None:
    """What is heard of the upload under the film, listened to once; None where the score will be composed.

    Raises:
        AssetMissing: the upload is gone.
        media.errors.MediaError: it can't be listened to; says why.
    """
    music = uploaded(film, film.request.music_asset_id)
    if music is None:
        return None
    key = storage_keys.track_key(film.job_id)
    try:
        return Track.model_validate_json(film.store.get_bytes(key))
    except ObjectMissing:
        samples = hear(
            music.path, film.brief.frames, film.workdir, deadline_s=ENCODING_DEADLINE_S, cancel=film.cancel
        )
        track = listen(samples, RATE)
        film.store.put_bytes(key, track.model_dump_json().encode(), content_type="application/json")
        return track


def cut_to(film: Production, storyboard: Storyboard, track: Track | None) -> Storyboard:
    """The storyboard with its scenes changed on the track's beats; as it was planned where that can't be."""
    if track is None:
        return storyboard
    try:
        return cut_to_music(storyboard, track, film.brief.job_type, film.source.bought_frames)
    except NoBeatCuts as reason:
        get_logger(__name__).warning("The film is cut as planned. %s", reason)
        return storyboard
