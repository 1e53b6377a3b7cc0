"""Overlapping encoders are counted once."""

from __future__ import annotations

import pytest

from flows.generation.stopwatch import covered


@pytest.mark.parametrize(
    ("intervals", "seconds"),
    [
        ([], 0.0),
        ([(1.0, 3.0)], 2.0),
        ([(1.0, 3.0), (2.0, 5.0)], 4.0),
        ([(1.0, 9.0), (2.0, 3.0)], 8.0),
        ([(4.0, 5.0), (1.0, 2.0)], 2.0),
        ([(1.0, 2.0), (2.0, 3.0)], 2.0),
    ],
)
def test_the_union_of_intervals(intervals: list[tuple[float, float]], seconds: float) -> None:
    assert covered(intervals) == pytest.approx(seconds)
