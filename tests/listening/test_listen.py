"""What is heard of tracks whose beats are known."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from bench import tracks
from listening.listen import listen
from planning.track import Track
from scoring.instruments import RATE

FRAME_S = 1 / 30


def off(track: Track, known: tracks.Track, *, until_s: float) -> list[float]:
    """How far each downbeat that was heard is from the nearest that was played, in seconds."""
    played = np.array(known.downbeats)
    heard = [second for second in track.downbeats if 0.5 < second < until_s]
    return [float(np.abs(played - second).min()) for second in heard]


@pytest.mark.parametrize(
    ("play", "tempos", "metre", "pickup"),
    [
        (tracks.ballad, (60,), 4, 0),
        (tracks.waltz, (96,), 3, 1),
        (tracks.rock, (100, 132), 4, 0),
        (tracks.club, (124,), 4, 0),
        (tracks.breaks, (180,), 4, 2),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_downbeats_are_heard_to_less_than_a_frame(
    play: Callable[..., None], tempos: tuple[float, ...], metre: int, pickup: int
) -> None:
    known = tracks.make("track", play, tempos=tempos, metre=metre, pickup=pickup, seconds=30)
    track = listen(known.samples, RATE)
    errors = off(track, known, until_s=known.downbeats[-1])
    assert len(errors) >= len(known.downbeats) // 2 - 1
    assert np.mean(errors) < FRAME_S / 2
    assert np.percentile(errors, 90) < FRAME_S


def test_energy_and_sections_follow_the_form() -> None:
    known = tracks.make("track", tracks.club, tempos=(124,), seconds=75)
    track = listen(known.samples, RATE)
    bars = len(known.downbeats)
    edges = [known.downbeats[-(-part * bars // len(tracks.FORM))] for part in range(len(tracks.FORM))]
    intro, chorus, bridge = (track.energy_at(edges[part] + 5) for part in (0, 2, 5))
    assert intro < 0.35
    assert bridge < 0.35
    assert chorus > 0.75
    # The bridge and the chorus after it are where the drums leave and come back.
    for part in (5, 6):
        assert min(abs(edges[part] - second) for second in track.sections) < 0.05


@pytest.mark.parametrize(
    "samples", [np.zeros(0), np.zeros(10 * RATE), np.full(2 * RATE, 0.1)], ids=["empty", "silent", "short"]
)
def test_where_nothing_pulses_there_are_no_beats(samples: np.ndarray) -> None:
    assert listen(samples.astype(np.float32), RATE).beats == ()


def test_importing_it_costs_nothing_until_something_is_listened_to() -> None:
    script = (
        "import sys, listening.listen; sys.exit(bool({'librosa', 'numba', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
