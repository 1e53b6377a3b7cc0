"""Music and voice as a film's flow takes them: ordered once a film, kept, and found by the next one."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app import admission, local_user, storage_keys
from app.ledger import JobLedger
from app.models import Purpose
from app.requests import GenerationCreate
from app.settings import settings
from blocks.media_store import DirectoryMediaStore
from blocks.replicate.api import ReplicateApi
from blocks.replicate.models import load_models
from blocks.replicate.music import ReplicateMusic
from blocks.replicate.purchase import Counter
from blocks.replicate.voice import ReplicateVoiceSource
from flows.generation.assets import music_of
from flows.generation.music import pulse_of, track_of
from flows.generation.narration import narration_of
from planning.brief import Brief
from planning.builtin import BuiltinPlanner
from planning.cut_list import Music, cut_list_of
from planning.voice_over import VoiceOver
from sandbox.replicate.running import StandIn
from tests.replicate.conftest import States

FIRST = load_models().music[0].name
FilmOf = Callable[..., Any]


@pytest.fixture
def brief() -> Brief:
    return Brief(prompt="Volta, the electric city bike", duration_s=15, seed=secrets.randbelow(1 << 30))


@pytest.fixture
def film_of(
    account: ReplicateApi, engine: Engine, tmp_path: Path, brief: Brief, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FilmOf]:
    """Makes as much of a `Production` as sound needs, for a new job or for one that goes on."""
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    settings.cache_clear()
    store = DirectoryMediaStore(root=tmp_path / "store")

    def make(job: UUID | None = None) -> Any:
        if job is None:
            with Session(engine) as db, db.begin():
                request = GenerationCreate(prompt=brief.prompt, duration_s=15)
                job = admission.create_job(db, request, local_user.local_session(db)).id
        workdir = tmp_path / str(uuid4())
        workdir.mkdir()
        counters = {
            purpose: Counter(
                account, JobLedger(engine, job, purpose), told=lambda _: True, settles_within_s=1.0
            )
            for purpose in (Purpose.MUSIC, Purpose.VOICE)
        }
        return SimpleNamespace(
            job_id=job,
            brief=brief,
            request=SimpleNamespace(music_asset_id=None),
            store=store,
            workdir=workdir,
            cancel=threading.Event(),
            composer=ReplicateMusic(counters[Purpose.MUSIC], load_models()),
            voice=ReplicateVoiceSource(account=account).at(counters[Purpose.VOICE]),
        )

    yield make
    settings.cache_clear()


def test_a_film_is_cut_to_one_track_in_all_its_versions(
    film_of: FilmOf, brief: Brief, states: States
) -> None:
    first = film_of()
    planned = BuiltinPlanner().plan(brief)
    heard = track_of(first, planned.mood)
    assert heard is not None
    assert len(heard.downbeats) > 5
    # An edit, by another process, when no model is configured any more.
    later = film_of(first.job_id)
    later.composer = None
    cut_list = cut_list_of(planned)
    music = music_of(later, cut_list, planned.mood)
    assert music is not None
    assert (music.key, music.path.exists()) == ("track", True)
    assert len(pulse_of(later, cut_list).downbeats) > 5
    silent = cut_list.model_copy(update={"music": Music(kind="none")})
    assert pulse_of(later, silent).energy is None
    assert [(model, state) for model, state, _ in states()] == [(FIRST, "succeeded")]


def test_the_film_of_a_draft_has_its_track_and_its_voice_unpaid(
    film_of: FilmOf, brief: Brief, states: States
) -> None:
    planned = BuiltinPlanner().plan(brief)
    said = VoiceOver(text=f"Arrive fresh, number {secrets.randbelow(1 << 30)}.")
    cut_list = cut_list_of(planned, voice=said)
    draft, film = film_of(), film_of()
    track_of(draft, planned.mood)
    narration_of(draft, cut_list, "16:9")
    paid = states()
    assert [state for _, state, _ in paid] == ["succeeded"] * 2
    music = music_of(film, cut_list, planned.mood)
    narration = narration_of(film, cut_list, "16:9")
    assert (music and music.key, narration and len(narration.parts)) == ("track", 1)
    assert states() == paid


def test_where_no_model_plays_the_score_is_composed(
    film_of: FilmOf, brief: Brief, replicate: StandIn, states: States
) -> None:
    replicate.fault("failed")
    film, planned = film_of(), BuiltinPlanner().plan(brief)
    assert track_of(film, planned.mood) is None
    music = music_of(film, cut_list_of(planned), planned.mood)
    assert (music and music.key) == "score"
    assert list(film.store.list(storage_keys.music_prefix(film.job_id))) == []
    assert {state for _, state, _ in states()} == {"failed"}


def test_an_uploaded_track_is_never_ordered_beside(film_of: FilmOf, brief: Brief, states: States) -> None:
    film, planned = film_of(), BuiltinPlanner().plan(brief)
    film.request.music_asset_id = uuid4()
    music = music_of(film, cut_list_of(planned), planned.mood)
    assert (music and music.key) == "score"
    assert states() == []
