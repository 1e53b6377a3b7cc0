"""Music under a voice: how far it goes down, when, and how loud the whole is."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from media.audio import RATE, make_sound
from media.ducking import ATTACK_S, DUCK_DB, HOLD_S, RELEASE_S, duck_gain, speaking
from media.encoder import FPS, run
from media.errors import SourceRejected
from media.timeline import VoicePart
from tests.media.films import film

VOICE = "0.2*sin(1500*2*PI*t)*(1+sin(5*2*PI*t))"
TONE = "0.3*sin(220*2*PI*t)|0.3*sin(220*2*PI*t)"


def sound(path: Path, expression: str, seconds: float, rate: int = 44100) -> Path:
    run(["-f", "lavfi", "-i", f"aevalsrc='{expression}':s={rate}:d={seconds}", str(path)], deadline_s=60)
    return path


def level(samples: NDArray[np.float32], begin_s: float, end_s: float, hertz: float) -> float:
    """How strong a tone is in a stretch of sound, in dB."""
    part = samples[round(begin_s * RATE) : round(end_s * RATE)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)))) / len(part)
    place = round(hertz * len(part) / RATE)
    return 20 * float(np.log10(spectrum[place - 3 : place + 4].max() + 1e-9))


def decoded(path: Path) -> NDArray[np.float32]:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def test_the_music_goes_down_under_the_voice_and_the_whole_has_its_loudness(tmp_path: Path) -> None:
    spoken = sound(tmp_path / "voice.wav", VOICE, 1.5, 22050)
    voice = (VoicePart(asset="voice", address="v", start=75, frames=45),)
    assets = {"music": sound(tmp_path / "music.wav", TONE, 8), "voice": spoken}
    made = make_sound(film(voice=voice), assets, tmp_path, deadline_s=60)
    assert made.loudness is not None
    assert made.loudness.integrated_lufs == pytest.approx(-14, abs=0.5)
    assert made.loudness.true_peak_dbtp <= -1.0
    heard = decoded(made.path)
    assert len(heard) >= 215 * RATE // FPS
    plain, under, after = (level(heard, *part, 220) for part in ((1, 2), (2.6, 3.9), (5.5, 6.3)))
    assert under - plain == pytest.approx(-DUCK_DB, abs=1)
    assert after - plain == pytest.approx(0, abs=1)
    assert level(heard, 2.6, 3.9, 1500) - level(heard, 1, 2, 1500) > 30
    other = (voice[0].model_copy(update={"start": 76}),)
    assert make_sound(film(voice=other), assets, tmp_path, deadline_s=60).path != made.path


def test_a_voice_without_music_is_the_whole_sound(tmp_path: Path) -> None:
    spoken = sound(tmp_path / "voice.wav", VOICE, 1.5)
    voice = (VoicePart(asset="voice", address="v", start=30, frames=45),)
    made = make_sound(film(soundtrack=None, voice=voice), {"voice": spoken}, tmp_path, deadline_s=60)
    assert made.loudness is not None
    assert made.loudness.integrated_lufs == pytest.approx(-14, abs=0.5)
    heard = decoded(made.path)
    assert np.abs(heard[: round(0.9 * RATE)]).max() < 0.01
    assert np.abs(heard[round(1.1 * RATE) : round(2.4 * RATE)]).max() > 0.1


def test_a_silent_voice_leaves_the_music_as_it_is(tmp_path: Path) -> None:
    spoken = sound(tmp_path / "voice.wav", "0", 1.5)
    voice = (VoicePart(asset="voice", address="v", start=30, frames=45),)
    assets = {"music": sound(tmp_path / "music.wav", TONE, 8), "voice": spoken}
    made = make_sound(film(voice=voice), assets, tmp_path, deadline_s=60)
    assert made.warnings == ("the voice is silent",)
    assert made.loudness is not None


def test_a_voice_that_is_no_sound_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "voice.wav").write_bytes(b"RIFF, it says")
    voice = (VoicePart(asset="voice", address="v", start=30, frames=45),)
    with pytest.raises(SourceRejected, match="The voice cannot be read"):
        make_sound(
            film(soundtrack=None, voice=voice), {"voice": tmp_path / "voice.wav"}, tmp_path, deadline_s=60
        )


def test_the_gain_is_down_when_the_first_word_comes_and_stays_between_words() -> None:
    heard = np.zeros(600, bool)
    heard[200:230] = heard[260:300] = True
    gain = duck_gain(heard)
    assert gain[200 - round(ATTACK_S * 100) - 1] == 0
    assert (gain[200:300] == -DUCK_DB).all()
    assert gain[300 + round(HOLD_S * 100) - 2] == -DUCK_DB
    assert gain[300 + round((HOLD_S + RELEASE_S) * 100) + 1] == 0
    assert np.abs(np.diff(gain)).max() <= DUCK_DB * 0.01 / ATTACK_S + 1e-9


def test_nobody_speaks_in_silence() -> None:
    assert not speaking(np.zeros(4800, np.float32), 48000).any()
    assert (duck_gain(np.zeros(50, bool)) == 0).all()
