"""The film cut to the music that was uploaded or ordered for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from prefect.logging import get_logger

from app import storage_keys
from blocks.media_store import ObjectMissing
from flows.generation.assets import uploaded
from flows.generation.production import ENCODING_DEADLINE_S, Production
from flows.generation.tracks import ordered_track
from listening.listen import listen
from media.hearing import RATE, hear
from planning.beat_cuts import NoBeatCuts
from planning.brief import FPS
from planning.cut_list import CutList
from planning.music_cut import cut_to_music
from planning.storyboard import Storyboard
from planning.track import Track


@dataclass(frozen=True)
class Pulse:
    """The frames of the downbeats, and the energy from 0 to 1 evenly over the film; None where unknown."""

    downbeats: tuple[int, ...]
    energy: NDArray[np.float32] | None


def track_of(film: Production, mood: str) -> Track | None:
    """What is heard of the music under the film, listened to once; None where the score will be composed.

    Music that was not uploaded is ordered, where a model makes it.

    Raises:
        AssetMissing: the upload is gone.
        BudgetExceeded, ClipSourceUnavailable: as `ordered_track`.
        media.errors.MediaError: it can't be listened to; says why.
    """
    music = uploaded(film, film.request.music_asset_id) or ordered_track(film, mood)
    if music is None:
        return None
    if (kept := _kept(film)) is not None:
        return kept
    samples = hear(
        music.path, film.brief.frames, film.workdir, deadline_s=ENCODING_DEADLINE_S, cancel=film.cancel
    )
    track = listen(samples, RATE)
    document = track.model_dump_json().encode()
    film.store.put_bytes(storage_keys.track_key(film.job_id), document, content_type="application/json")
    return track


def _kept(film: Production) -> Track | None:
    try:
        return Track.model_validate_json(film.store.get_bytes(storage_keys.track_key(film.job_id)))
    except ObjectMissing:
        return None


def pulse_of(film: Production, cut_list: CutList) -> Pulse:
    """What a picture shows of the music that a version was cut to; nothing where it has other music."""
    # The request's music, or the score, which was listened to only where it was bought.
    own = cut_list.music.kind != "none" and cut_list.music.asset_id == film.request.music_asset_id
    track = _kept(film) if own else None
    if track is None:
        return Pulse((), None)
    energies = [track.energy_at(frame / FPS) for frame in range(0, cut_list.frames, FPS // 2)]
    frames = [round(second * FPS) for second in track.downbeats]
    return Pulse(tuple(frame for frame in frames if frame < cut_list.frames), np.array(energies, np.float32))


def cut_to(film: Production, storyboard: Storyboard, track: Track | None) -> Storyboard:
    """The storyboard with its scenes changed on the track's beats; as it was planned where that can't be."""
    if track is None:
        return storyboard
    try:
        return cut_to_music(storyboard, track, film.brief.job_type, film.source.bought_frames)
    except NoBeatCuts as reason:
        get_logger(__name__).warning("The film is cut as planned. %s", reason)
        return storyboard
