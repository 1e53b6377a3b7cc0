"""What is said over a film: each sentence spoken once, in its scene, and read while it is heard."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import pytest
from pydantic import Field

from blocks.espeak_voice import EspeakVoiceSource
from blocks.media_store import DirectoryMediaStore
from blocks.voice_source import Speech, VoiceRequest
from flows.generation import narration
from flows.generation.film import Asset, timeline_of
from flows.generation.narration import VoiceTooLong, narration_of
from flows.generation.production import Production
from media.encoder import run
from media.timeline import Size
from planning.cut_list import CutList, CutScene
from planning.narration import Captions, Sentence
from planning.voice_over import VoiceOver

TEXT = "Glide through the morning. No traffic, no hurry, and not a drop of sweat. Arrive fresh."
SCENES = tuple(CutScene(number=number, frames=120) for number in (1, 2, 3))


class Counted(EspeakVoiceSource):
    """Knows what it was asked for."""

    _block_type_slug = "counted-voice-source"

    asked: list[str] = Field(default_factory=list)

    def speak(
        self, request: VoiceRequest, destination: Path, *, cancel: threading.Event | None = None
    ) -> Speech:
        self.asked.append(request.text)
        return super().speak(request, destination, cancel=cancel)


@pytest.fixture
def production(tmp_path: Path) -> Production:
    (tmp_path / "work").mkdir()
    made = SimpleNamespace(
        job_id=UUID(int=1),
        workdir=tmp_path / "work",
        store=DirectoryMediaStore(root=tmp_path / "media"),
        voice=Counted(asked=[]),
        cancel=threading.Event(),
        size=Size.for_aspect("16:9"),
    )
    return cast(Production, made)


def cut_list(text: str | None = TEXT, captions: Captions = "both", **changes: object) -> CutList:
    voice = VoiceOver.model_validate({"text": text, "captions": captions, **changes})
    return CutList(scenes=SCENES, voice=voice)


def test_sentences_are_spoken_once_and_another_one_alone(production: Production) -> None:
    first = narration_of(production, cut_list(), "16:9")
    asked = cast(Counted, production.voice).asked
    assert first is not None
    assert [start for _, start, _ in first.parts] == [10, 130, 250]
    assert len(asked) == 3
    for path in production.workdir.iterdir():
        path.unlink()
    again = narration_of(production, cut_list(TEXT.replace("fresh", "happy")), "16:9")
    assert again is not None
    assert asked[3:] == ["Arrive happy."]
    assert [asset.path.exists() for asset, _, _ in again.parts] == [True] * 3


def test_the_timeline_has_voice_and_captions_as_they_were_ordered(production: Production) -> None:
    wanted: dict[Captions, tuple[int, int]] = {
        "none": (0, 0),
        "burned": (3, 0),
        "track": (0, 3),
        "both": (3, 3),
    }
    addresses: dict[int, str] = {1: "-", 2: "-", 3: "-"}
    for captions, (burned, track) in wanted.items():
        cuts = cut_list(captions=captions)
        said = narration_of(production, cuts, "16:9")
        timeline = timeline_of(cuts, production.size, palette=(), addresses=addresses, narration=said)
        assert len(timeline.voice) == 3
        assert sum(overlay.kind == "subtitle" for overlay in timeline.overlays) == burned
        assert len(timeline.subtitles.cues if timeline.subtitles else ()) == track


def test_captions_come_with_their_sentences(production: Production) -> None:
    said = narration_of(production, cut_list(), "16:9")
    assert said is not None
    assert [caption.text.replace("\n", " ") for caption in said.captions] == [
        "Glide through the morning.",
        "No traffic, no hurry, and not a drop of sweat.",
        "Arrive fresh.",
    ]
    assert [caption.start for caption in said.captions] == [start for _, start, _ in said.parts]


def test_what_takes_longer_than_the_film_is_refused_in_words(production: Production) -> None:
    slow = cut_list("www.example.com/www 1,999,999,999. " * 3)
    with pytest.raises(VoiceTooLong, match=r"spoken it takes \d+\.\d s, and the film lasts 12\.0 s"):
        narration_of(production, slow, "16:9")


def test_a_film_without_a_voice_has_none(production: Production) -> None:
    assert narration_of(production, CutList(scenes=SCENES), "16:9") is None


def test_a_recording_is_heard_from_the_beginning_and_read_sentence_by_sentence(
    production: Production, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "recording.wav"
    speech = "0.3*sin(300*2*PI*t)*(lt(t,1)+between(t,2,5))"
    run(["-f", "lavfi", "-i", f"aevalsrc='{speech}':s=22050:d=5.5", str(path)], deadline_s=60)
    monkeypatch.setattr(narration, "uploaded", lambda *_: Asset("audio:1", "a", path))
    said = narration_of(production, cut_list("One. And two, which lasts.", asset_id=str(UUID(int=2))), "16:9")
    assert said is not None
    assert [(asset.key, start, frames) for asset, start, frames in said.parts] == [("audio:1", 10, 165)]
    assert [caption.text for caption in said.captions] == ["One.", "And two, which lasts."]
    assert [caption.start for caption in said.captions] == [10, 70]
    assert cast(Counted, production.voice).asked == []
    assert narration_of(production, cut_list(None, "none", asset_id=str(UUID(int=2))), "16:9") is not None


def test_a_sentence_knows_its_end() -> None:
    assert Sentence("One.", 10, 20).end == 30
