import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from scoring.harmony import chord, voice
from scoring.instruments import RATE
from scoring.mastering import CEILING, TARGET_LUFS, limit, loudness
from scoring.moods import MAJOR, MOODS
from scoring.score import UnknownMoodError, compose_score, write_wav
from scoring.tempo import choose_grid

ROOT = Path(__file__).parents[2]
CUTS = [160, 305, 420]


@pytest.fixture(scope="module", params=list(MOODS))
def cue(request: pytest.FixtureRequest) -> np.ndarray:
    return compose_score(frames=540, fps=30, mood=request.param, cuts=CUTS, seed=3)


def test_a_cue_is_as_long_as_the_film_and_clean(cue: np.ndarray):
    assert cue.shape == (18 * RATE, 2)
    assert cue.dtype == np.float32
    assert np.isfinite(cue).all()
    assert np.abs(cue).max() <= CEILING + 1e-6
    assert abs(cue.mean()) < 1e-3
    assert loudness(cue) == pytest.approx(TARGET_LUFS, abs=0.7)


def test_a_cue_never_falls_silent_and_ends_in_silence(cue: np.ndarray):
    halves = cue[: 16 * RATE].reshape(32, -1)
    assert np.sqrt((halves**2).mean(axis=1)).min() > 0.01
    assert np.abs(cue[-RATE // 200 :]).max() < 1e-3


def test_a_cue_is_stereo(cue: np.ndarray):
    middle = cue[6 * RATE : 14 * RATE]
    assert 0.2 < np.corrcoef(middle.T)[0, 1] < 0.97


def test_the_same_seed_gives_the_same_cue_and_another_another():
    def make(seed: int) -> np.ndarray:
        return compose_score(frames=450, fps=30, mood="playful", cuts=[200], seed=seed)

    assert np.array_equal(make(1), make(1))
    assert not np.array_equal(make(1), make(2))


@pytest.mark.parametrize("frames", [1, 30, 100])
def test_very_short_films_have_a_cue(frames: int):
    assert compose_score(frames=frames, fps=30, mood="calm", cuts=[], seed=0).shape == (frames * 1600, 2)


def test_bad_arguments_are_refused():
    with pytest.raises(UnknownMoodError, match="choose one of"):
        compose_score(frames=30, fps=30, mood="angry", cuts=[], seed=0)
    with pytest.raises(ValueError, match="positive"):
        compose_score(frames=0, fps=30, mood="calm", cuts=[], seed=0)


def test_the_tempo_puts_beats_on_cuts():
    cuts = [index * 4 * 60 / 121 for index in (1, 2, 5)]
    assert choose_grid(cuts, (112, 128)).bpm == pytest.approx(121, abs=0.3)


def test_voices_move_little():
    voiced = voice([chord(48, MAJOR, degree) for degree in (0, 5, 3, 4)])
    for before, after in pairwise(voiced):
        assert max(abs(a - b) for a, b in zip(before, after, strict=True)) <= 7


def test_loudness_of_a_known_tone():
    # BS.1770: a 997 Hz sine at full scale in one channel measures -3.01 LUFS.
    tone = np.zeros((4 * RATE, 2))
    tone[:, 0] = np.sin(2 * np.pi * 997 * np.arange(4 * RATE) / RATE)
    assert loudness(tone.astype(np.float32)) == pytest.approx(-3.01, abs=0.05)


def test_a_peak_at_the_seam_of_two_blocks_is_turned_down_smoothly():
    level = np.full((30 * RATE, 2), 0.5, np.float32)
    level[10 * RATE - 1] = level[20 * RATE] = 1.0
    limited = limit(level, 1.5)
    assert np.abs(limited).max() <= CEILING + 1e-6
    # Away from the two peaks nothing changes; beside them the gain moves in small steps.
    gain = limited[:, 0] / level[:, 0]
    assert gain[[0, RATE, 15 * RATE, -1]] == pytest.approx(1.5)
    assert np.abs(np.diff(gain)).max() < 0.01


def test_a_cue_of_three_minutes_fits_in_450_mebibytes():
    # In a process of its own: what the tests before it took does not count. Nor may it be asked of getrusage,
    # for ru_maxrss begins at what the parent held.
    program = (
        "from pathlib import Path\n"
        "from scoring.score import compose_score\n"
        "compose_score(frames=5400, fps=30, mood='energetic', cuts=range(270, 5400, 270), seed=3)\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    child = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    kibibytes = int(child.stdout)
    assert kibibytes / 1024 < 450


def test_a_written_file_holds_the_samples(tmp_path: Path):
    samples = np.linspace(-0.9, 0.9, 4800, dtype=np.float32)[:, None].repeat(2, axis=1)
    write_wav(samples, tmp_path / "cue.wav")
    rate, pcm = wavfile.read(tmp_path / "cue.wav")
    assert rate == RATE
    assert np.abs(pcm / 32767 - samples).max() < 1e-4
