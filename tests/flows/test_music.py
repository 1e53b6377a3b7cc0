"""A film's music as its flow takes it: listened to once, and no reason to fail where it has no beat."""

from __future__ import annotations

import logging
import wave
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import numpy as np
import pytest

from app import storage_keys
from blocks.media_store import DirectoryMediaStore
from flows.generation import music
from flows.generation.film import Asset
from planning.brief import Brief
from planning.builtin import BuiltinPlanner
from planning.cut_list import CutList, cut_list_of
from planning.track import Beat, Track

BRIEF = Brief(prompt="Volta, the electric city bike", duration_s=15)
TRACK = Track(
    beats=tuple(Beat(at_s=0.5 * number, place=number % 4, energy=0.8) for number in range(40)), metre=4
)


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What these functions use of a production, with five silent seconds as its music."""
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.zeros(40_000, np.int16).tobytes())
    asset = Asset(key="music:1", address="0", path=path)
    monkeypatch.setattr(music, "uploaded", lambda _, asset_id: asset if asset_id else None)
    return SimpleNamespace(
        job_id=uuid4(),
        brief=BRIEF,
        request=SimpleNamespace(music_asset_id=UUID(int=1)),
        source=SimpleNamespace(bought_frames=lambda frames: frames),
        store=DirectoryMediaStore(root=tmp_path / "store"),
        workdir=tmp_path / "work",
        cancel=None,
        composer=None,
    )


def _film_of(film: SimpleNamespace) -> music.Production:
    return film  # pyright: ignore[reportReturnType]


def test_a_film_without_an_upload_is_left_alone(film: SimpleNamespace) -> None:
    film.request.music_asset_id = None
    assert music.track_of(_film_of(film), "calm") is None
    planned = BuiltinPlanner().plan(BRIEF)
    assert music.cut_to(_film_of(film), planned, None) is planned


def test_what_was_heard_is_kept(film: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = music.track_of(_film_of(film), "calm")
    assert first == Track(beats=(), metre=4)
    monkeypatch.setattr(music, "listen", lambda *_: pytest.fail("it was listened to twice"))
    assert music.track_of(_film_of(film), "calm") == first


def test_music_without_a_beat_leaves_the_film_as_planned(
    film: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    planned = BuiltinPlanner().plan(BRIEF)
    with caplog.at_level(logging.WARNING):
        assert music.cut_to(_film_of(film), planned, Track(beats=(), metre=4)) is planned
    assert "0 of them were heard" in caplog.text


def test_the_picture_shows_the_pulse_of_its_own_music_only(film: SimpleNamespace) -> None:
    key = storage_keys.track_key(film.job_id)
    film.store.put_bytes(key, TRACK.model_dump_json().encode(), content_type="application/json")
    cut_list: CutList = cut_list_of(BuiltinPlanner().plan(BRIEF), UUID(int=1))
    pulse = music.pulse_of(_film_of(film), cut_list)
    assert pulse.downbeats == tuple(range(0, 450, 60))
    assert pulse.energy is not None
    assert pulse.energy.max() == pytest.approx(0.8)
    other = cut_list_of(BuiltinPlanner().plan(BRIEF), UUID(int=2))
    assert music.pulse_of(_film_of(film), other).downbeats == ()
