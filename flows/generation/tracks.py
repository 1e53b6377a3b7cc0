"""Music that a model has made for a film: ordered once, kept with the job, heard in all its versions."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from prefect.logging import get_logger

from app import storage_keys
from blocks.clip_source import ClipSourceError, ClipSourceUnavailable
from blocks.replicate.music import MusicOrder
from flows.generation.bought import found_elsewhere
from flows.generation.film import Asset
from flows.generation.production import Production
from planning.music_words import music_prompt


def ordered_track(film: Production, mood: str) -> Asset | None:
    """The film's track, ordered where it is not there yet; None where the score is to be composed.

    A film is worth more than its music: when no model makes it, the score is composed.

    Raises:
        BudgetExceeded: it would be too dear.
        ClipSourceUnavailable: Replicate can't be asked now; it may be later.
        media.errors.Cancelled: the film is not wanted any more.
    """
    if film.composer is None or film.request.music_asset_id:
        return None
    if kept := kept_track(film, mood):
        return kept
    order = _order(film, mood)
    address = film.composer.address(order)
    try:
        film.composer.play(order, path := _path(film), cancel=film.cancel)
    except ClipSourceUnavailable:
        raise
    except ClipSourceError as fault:
        get_logger(__name__).warning("The score is composed: %s", fault)
        return None
    film.store.put_file(storage_keys.music_key(film.job_id, address), path, content_type="audio/flac")
    return _asset(film, address)


def kept_track(film: Production, mood: str) -> Asset | None:
    """The film's track, if one was bought for it, or for another film of the same words, length and seed."""
    if film.request.music_asset_id:
        return None
    # By its place and not by its address: that may be another one since, and no second track is bought.
    kept = next(film.store.list(storage_keys.music_prefix(film.job_id)), None)
    if kept:
        film.store.get_file(kept.key, _path(film))
        return _asset(film, PurePosixPath(kept.key).stem)
    if film.composer is None:
        return None
    address = film.composer.address(_order(film, mood))
    if not found_elsewhere(film, address, lambda job: [storage_keys.music_key(job, address)]):
        return None
    film.store.get_file(storage_keys.music_key(film.job_id, address), _path(film))
    return _asset(film, address)


def _order(film: Production, mood: str) -> MusicOrder:
    return MusicOrder(
        prompt=music_prompt(film.brief, mood), seconds=film.brief.duration_s, seed=film.brief.seed
    )


def _path(film: Production) -> Path:
    return film.workdir / "track.flac"


def _asset(film: Production, address: str) -> Asset:
    return Asset(key="track", address=address, path=_path(film))
