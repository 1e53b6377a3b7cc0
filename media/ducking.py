"""Music under a voice: it goes down before the first word and comes back after the last.

The gain is computed from where somebody speaks, not by a compressor from how loud it is: it does not
breathe between words, is down when the first syllable comes, and is the same at every level.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile

DUCK_DB = 12.0
ATTACK_S, HOLD_S, RELEASE_S = 0.25, 0.5, 0.8

REFERENCE_LUFS = -16.0
"""To which a voice is brought before it is mixed; the whole programme is mastered afterwards."""

MUSIC_BELOW_LU = 3.0
"""How far music lies below the voice where nobody speaks."""

BLOCK_S = 0.01
_QUIET_DB, _NEVER_DB = 35.0, -65.0


def speaking(voice: NDArray[np.float32], rate: int) -> NDArray[np.bool_]:
    """Whether somebody speaks, for each block of 10 ms.

    Args:
        voice: mono samples; what lies 35 dB below the loudest block is a pause.
    """
    size = round(rate * BLOCK_S)
    blocks = np.pad(voice, (0, -len(voice) % size)).reshape(-1, size)
    level = 10 * np.log10(np.mean(blocks.astype(np.float64) ** 2, axis=1) + 1e-12)
    return level > max(float(level.max()) - _QUIET_DB, _NEVER_DB)


def duck_gain(heard: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The gain of the music in dB, for each block of 10 ms: 0 to -DUCK_DB, along straight lines."""
    blocks = np.arange(len(heard))
    far = len(heard) + round((HOLD_S + RELEASE_S) / BLOCK_S)
    last = np.maximum.accumulate(np.where(heard, blocks, -far))
    following = np.minimum.accumulate(np.where(heard, blocks, 2 * far)[::-1])[::-1]
    before = 1 - (following - blocks) * BLOCK_S / ATTACK_S
    after = 1 - ((blocks - last) * BLOCK_S - HOLD_S) / RELEASE_S
    return -DUCK_DB * np.clip(np.maximum(before, after), 0, 1)


def mix(music: tuple[Path, float], voice: tuple[Path, float], destination: Path) -> None:
    """Write voice and ducked music as one WAV.

    Args:
        music, voice: float WAV files of equal rate, length and channels, and the dB by which each is raised.
    """
    rate, spoken = wavfile.read(voice[0])
    _, played = wavfile.read(music[0])
    gain_db = duck_gain(speaking(spoken.mean(axis=1), rate)) + music[1]
    # A block's gain is that of its middle.
    middles = (np.arange(len(gain_db)) + 0.5) * round(rate * BLOCK_S)
    gain = np.interp(np.arange(len(played)), middles, 10 ** (gain_db / 20)).astype(np.float32)
    spoken = spoken * np.float32(10 ** (voice[1] / 20))
    wavfile.write(destination, rate, spoken + played * gain[:, None])
