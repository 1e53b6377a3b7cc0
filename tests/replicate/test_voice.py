"""Sentences spoken by models: in a language that they speak, paid once, and decoded before they are taken."""

from __future__ import annotations

import secrets
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.replicate.api import ReplicateApi
from blocks.replicate.models import load_models
from blocks.replicate.purchase import Counter
from blocks.replicate.voice import ReplicateVoiceSource
from blocks.voice_source import VoiceRequest, VoiceSourceError
from media.errors import Cancelled
from media.voice import spoken_parts, voice_seconds
from sandbox.replicate.running import StandIn
from tests.replicate.conftest import States

FIRST, SECOND = (model.name for model in load_models().voice)


@pytest.fixture
def source(account: ReplicateApi, eager: Counter) -> ReplicateVoiceSource:
    return ReplicateVoiceSource(account=account).at(eager)


@pytest.fixture
def sentence() -> VoiceRequest:
    """A sentence that no other test has had spoken."""
    return VoiceRequest(
        text=f"Glide through the morning, number {secrets.randbelow(1 << 30)}.", language="en"
    )


def test_a_sentence_is_spoken_and_paid_by_its_characters(
    source: ReplicateVoiceSource, sentence: VoiceRequest, states: States, replicate: StandIn, tmp_path: Path
) -> None:
    before = Decimal(replicate.bill()["total_usd"])
    source.speak(sentence, tmp_path / "said.wav")
    assert (tmp_path / "said.wav").read_bytes().startswith(b"RIFF")
    assert 2.0 < voice_seconds(tmp_path / "said.wav") < 15.0
    assert spoken_parts(tmp_path / "said.wav")[0][1] > 1.0
    price = source.cost(sentence)
    assert price == Decimal("0.06") * len(sentence.text) / 1000
    assert Decimal(replicate.bill()["total_usd"]) - before == price
    assert states() == [(FIRST, "succeeded", price)]


def test_what_was_spoken_for_a_run_that_is_gone_is_not_paid_again(
    source: ReplicateVoiceSource,
    account: ReplicateApi,
    eager: Counter,
    sentence: VoiceRequest,
    replicate: StandIn,
    tmp_path: Path,
) -> None:
    before = replicate.bill()["count"]
    source.speak(sentence, tmp_path / "said.wav")
    ReplicateVoiceSource(account=account).at(eager).speak(sentence, tmp_path / "again.wav")
    assert (tmp_path / "again.wav").read_bytes() == (tmp_path / "said.wav").read_bytes()
    assert replicate.bill()["count"] - before == 1


def test_where_the_first_model_fails_the_second_speaks(
    source: ReplicateVoiceSource, sentence: VoiceRequest, states: States, replicate: StandIn, tmp_path: Path
) -> None:
    replicate.fault("failed", model=FIRST)
    source.speak(sentence, tmp_path / "said.wav")
    assert [(model, state) for model, state, _ in states()] == [
        *[(FIRST, "failed")] * 2,
        (SECOND, "succeeded"),
    ]


def test_a_language_of_the_second_model_alone_is_ordered_there(
    source: ReplicateVoiceSource, states: States, tmp_path: Path
) -> None:
    said = VoiceRequest(text=f"God morgen, nummer {secrets.randbelow(1 << 30)}.", language="da")
    source.speak(said, tmp_path / "said.wav")
    assert [(model, state) for model, state, _ in states()] == [(SECOND, "succeeded")]


def test_a_language_that_no_model_speaks_is_refused_before_anything_is_ordered(
    source: ReplicateVoiceSource, states: States, tmp_path: Path
) -> None:
    said = VoiceRequest(text="Tere hommikust.", language="et")
    with pytest.raises(
        VoiceSourceError, match=r"No model at Replicate speaks the language et: .* bg, cs, da"
    ):
        source.cost(said)
    with pytest.raises(VoiceSourceError, match="No model at Replicate speaks the language et"):
        source.speak(said, tmp_path / "said.wav")
    assert states() == []


def test_a_recording_of_no_use_is_bought_once_more_and_no_more(
    source: ReplicateVoiceSource, sentence: VoiceRequest, states: States, replicate: StandIn, tmp_path: Path
) -> None:
    replicate.fault("corrupt_output")
    for _ in range(2):
        with pytest.raises(VoiceSourceError, match="was not spoken: What was delivered is of no use"):
            source.speak(sentence, tmp_path / "said.wav")
    assert [(model, state) for model, state, _ in states()] == [(FIRST, "refused")] * 2
    assert list(tmp_path.iterdir()) == []


def test_nobody_waits_for_a_sentence_that_is_not_wanted(
    source: ReplicateVoiceSource, sentence: VoiceRequest, replicate: StandIn, tmp_path: Path
) -> None:
    replicate.fault("slow", delay_s=60.0)
    (cancel := threading.Event()).set()
    with pytest.raises(Cancelled):
        source.speak(sentence, tmp_path / "said.wav", cancel=cancel)
    assert not (tmp_path / "said.wav").exists()
