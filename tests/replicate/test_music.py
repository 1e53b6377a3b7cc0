"""Tracks made by models: as long as their films, with a beat, and bought anew where they are of no use."""

from __future__ import annotations

import secrets
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.clip_source import ClipSourceError
from blocks.replicate import music
from blocks.replicate.models import Models, load_models
from blocks.replicate.music import MusicOrder, ReplicateMusic, music_cost
from blocks.replicate.purchase import Counter
from listening.listen import listen
from media.hearing import RATE, hear
from media.voice import voice_seconds
from planning.brief import FPS, Brief
from planning.music_words import music_prompt
from sandbox.replicate.running import StandIn
from tests.replicate.conftest import States

FIRST, SECOND = (model.name for model in load_models().music)
SECONDS = 15


@pytest.fixture
def order() -> MusicOrder:
    """A track that no other test has ordered."""
    brief = Brief(prompt="Volta, the electric city bike", duration_s=SECONDS, seed=secrets.randbelow(1 << 30))
    return MusicOrder(prompt=music_prompt(brief, "energetic"), seconds=SECONDS, seed=brief.seed)


@pytest.fixture
def composer(eager: Counter) -> ReplicateMusic:
    return ReplicateMusic(eager, load_models())


def test_a_track_is_as_long_as_its_film_and_has_a_beat(
    composer: ReplicateMusic, order: MusicOrder, states: States, replicate: StandIn, tmp_path: Path
) -> None:
    before = Decimal(replicate.bill()["total_usd"])
    composer.play(order, track := tmp_path / "track.flac")
    assert track.read_bytes().startswith(b"fLaC")
    assert SECONDS <= voice_seconds(track) < SECONDS + 2
    heard = listen(hear(track, SECONDS * FPS, tmp_path, deadline_s=60), RATE)
    assert len(heard.downbeats) > 5
    price = music_cost(load_models(), SECONDS)
    assert states() == [(FIRST, "succeeded", price)]
    assert Decimal(replicate.bill()["total_usd"]) - before == price == Decimal("0.2")


def test_a_run_that_was_killed_before_the_track_was_kept_pays_once(
    composer: ReplicateMusic,
    eager: Counter,
    order: MusicOrder,
    replicate: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object, **__: object) -> float:
        raise SystemExit

    before = replicate.bill()["count"]
    with monkeypatch.context() as patched:
        patched.setattr(music, "keep_sound", killed)
        with pytest.raises(SystemExit):
            composer.play(order, tmp_path / "track.flac")
    assert list(tmp_path.iterdir()) == []
    ReplicateMusic(eager, load_models()).play(order, tmp_path / "track.flac")
    assert (tmp_path / "track.flac").exists()
    assert replicate.bill()["count"] - before == 1


def test_where_the_first_model_fails_the_second_plays_by_the_second(
    composer: ReplicateMusic, order: MusicOrder, states: States, replicate: StandIn, tmp_path: Path
) -> None:
    replicate.fault("failed", model=FIRST)
    composer.play(order, tmp_path / "track.flac")
    assert states() == [
        *[(FIRST, "failed", Decimal(0))] * 2,
        (SECOND, "succeeded", Decimal("0.0083") * (SECONDS + 1)),
    ]


@pytest.mark.parametrize("fault", ["short_output", "corrupt_output"])
def test_a_track_of_no_use_is_bought_once_more(
    composer: ReplicateMusic,
    order: MusicOrder,
    states: States,
    replicate: StandIn,
    tmp_path: Path,
    fault: str,
) -> None:
    replicate.fault(fault, times=1)
    composer.play(order, tmp_path / "track.flac")
    assert [(model, state) for model, state, _ in states()] == [(FIRST, "refused"), (FIRST, "succeeded")]


def test_and_no_more_than_once_more(
    composer: ReplicateMusic, order: MusicOrder, states: States, replicate: StandIn, tmp_path: Path
) -> None:
    replicate.fault("short_output")
    for _ in range(2):
        with pytest.raises(ClipSourceError, match=r"of no use: the track lasts 8\.0 s, and the film 15 s"):
            composer.play(order, tmp_path / "track.flac")
    assert states() == [(FIRST, "refused", Decimal("0.2"))] * 2
    assert list(tmp_path.iterdir()) == []


def test_a_film_that_is_longer_than_all_tracks_has_no_price(order: MusicOrder) -> None:
    models = load_models()
    assert music_cost(models, 180) == Decimal("0.2")
    assert music_cost(models, 200) == Decimal("0.0083") * 201
    alone = Models(clip=models.clip, music=models.music[:1])
    assert music_cost(alone, 200) == 0


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("A bike", "Instrumental music for an ad, calm; soft piano and warm pads"),
        ("A bike, with Jazz and lo-fi", "Instrumental jazz, lo-fi for an ad, calm. A steady beat"),
        ("A house on a rock, rock music", "Instrumental rock for an ad, calm. A steady beat"),
    ],
)
def test_a_model_is_told_the_genre_or_else_what_the_mood_sounds_like(prompt: str, told: str) -> None:
    assert music_prompt(Brief(prompt=prompt), "calm").startswith(told)
    assert music_prompt(Brief(prompt=prompt), "calm").endswith("No vocals.")
