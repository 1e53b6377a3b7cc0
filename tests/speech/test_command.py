"""Speaking: sound of a plausible length, words in their places, and clear refusals."""

import json
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from blocks.espeak_voice import EspeakVoiceSource
from blocks.voice_source import VoiceRequest, VoiceSourceError
from media.errors import DiskFull
from planning.narration import THREE_LETTERS, Language

TEXT = "Glide through the morning: 1,999 reasons, arrive fresh."


def seconds(path: Path) -> float:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getnframes() / file.getframerate()


def test_a_sentence_is_spoken_at_a_narrator_s_pace(tmp_path: Path) -> None:
    spoken = EspeakVoiceSource().speak(VoiceRequest(text=TEXT, language="en"), tmp_path / "voice.wav")
    lasts = seconds(tmp_path / "voice.wav")
    assert 3 < lasts < 7
    assert [TEXT[word.at :].split()[0] for word in spoken.words][:4] == [
        "Glide",
        "through",
        "the",
        "morning:",
    ]
    begins = [word.start_s for word in spoken.words]
    assert begins == sorted(begins)
    assert begins[-1] < lasts


def test_the_same_sentence_sounds_the_same_and_has_an_address_of_its_own(tmp_path: Path) -> None:
    source = EspeakVoiceSource()
    for name in ("one", "two"):
        source.speak(VoiceRequest(text="Grüß Gott, Österreich.", language="de"), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    german, english = (VoiceRequest(text="Wind", language=language) for language in ("de", "en"))
    assert german.address(source.identity) != english.address(source.identity)


@pytest.mark.parametrize("language", THREE_LETTERS)
def test_it_speaks_every_language_that_may_be_asked_for(tmp_path: Path, language: Language) -> None:
    EspeakVoiceSource().speak(VoiceRequest(text="Radio 2000.", language=language), tmp_path / "voice.wav")
    assert seconds(tmp_path / "voice.wav") > 0.5


def test_another_language_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(VoiceSourceError, match="no voice 'qq'"):
        EspeakVoiceSource().speak(VoiceRequest(text="Hm", language="qq"), tmp_path / "voice.wav")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def limited(*arguments: object, **options: object) -> subprocess.CompletedProcess[bytes]:
        return run(["prlimit", "--fsize=4096", *arguments[0]], **options)  # pyright: ignore

    run = subprocess.run
    monkeypatch.setattr("blocks.espeak_voice.subprocess.run", limited)
    with pytest.raises(DiskFull):
        EspeakVoiceSource().speak(VoiceRequest(text=TEXT, language="en"), tmp_path / "voice.wav")
    assert list(tmp_path.iterdir()) == []


def test_the_command_tells_words_and_refuses_bad_arguments(tmp_path: Path) -> None:
    def speech(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "speech", *arguments]
        return subprocess.run(command, input="Two words", capture_output=True, text=True, check=False)

    assert [at for at, _ in json.loads(speech(str(tmp_path / "v.wav"), "en-us").stdout)] == [0, 4]
    assert speech().returncode == 2
