"""What the service scheduler decides, as a table of cases."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.ecs.rollout import Fate, Standing, Steps, breaker_threshold, fate, next_steps, pause_after


def standing(text: str) -> list[Standing]:
    """ "old+ new-": a steady task of the old deployment, an unsteady one of the new."""
    return [Standing(str(n), word[:-1], word.endswith("+")) for n, word in enumerate(text.split())]


@pytest.mark.parametrize(
    ("desired", "minimum", "maximum", "tasks", "expected"),
    [
        pytest.param(1, 100, 200, "", Steps(1), id="nothing runs: start"),
        pytest.param(1, 100, 200, "new-", Steps(), id="the new one comes up: wait"),
        pytest.param(1, 100, 200, "old+", Steps(1), id="new beside old"),
        pytest.param(1, 100, 200, "old+ new-", Steps(), id="old serves until new is steady"),
        pytest.param(1, 100, 200, "old+ new+", Steps(0, ("0",)), id="new is steady: old goes"),
        pytest.param(1, 100, 200, "old- new-", Steps(0, ("0",)), id="an old one that serves nobody goes"),
        pytest.param(1, 0, 100, "old+", Steps(0, ("0",)), id="no room: old goes first"),
        pytest.param(2, 50, 100, "old+ old+", Steps(0, ("0",)), id="half may go"),
        pytest.param(2, 50, 100, "old+ new-", Steps(), id="half must stay"),
        pytest.param(3, 50, 150, "old+ old+ old+", Steps(1, ("0",)), id="room for one, one may go"),
        pytest.param(
            2, 100, 200, "new+ new+ new-", Steps(0, ("2",)), id="scaled down: the unsteady one goes"
        ),
        pytest.param(0, 100, 200, "new+ old+", Steps(0, ("0", "1")), id="scaled to nothing"),
        pytest.param(1, 100, 100, "", Steps(1), id="maximum 100 still starts one"),
        pytest.param(1, 100, 50, "", Steps(1), id="rounded down to nothing, one all the same"),
    ],
)
def test_next_steps(desired: int, minimum: int, maximum: int, tasks: str, expected: Steps) -> None:
    assert expected == next_steps(
        desired=desired,
        minimum_percent=minimum,
        maximum_percent=maximum,
        primary="new",
        tasks=standing(tasks),
    )


@pytest.mark.parametrize(
    ("desired", "configuration", "expected"),
    [
        pytest.param(1, None, None, id="not configured"),
        pytest.param(1, {"enable": False, "rollback": False}, None, id="off"),
        pytest.param(1, {"enable": True}, 3, id="at least three"),
        pytest.param(25, {"enable": True}, 13, id="half, rounded up"),
        pytest.param(1000, {"enable": True}, 200, id="at most two hundred"),
        pytest.param(
            1, {"enable": True, "thresholdConfiguration": {"type": "COUNT", "value": 1}}, 1, id="count"
        ),
        pytest.param(
            10,
            {"enable": True, "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 20}},
            3,
            id="a share within bounds",
        ),
        pytest.param(
            10,
            {"enable": True, "thresholdConfiguration": {"type": "UNBOUNDED_PERCENT", "value": 20}},
            2,
            id="a share without bounds",
        ),
    ],
)
def test_breaker_threshold(desired: int, configuration: dict[str, Any] | None, expected: int | None) -> None:
    assert breaker_threshold(desired, configuration, fewest=3) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Fate.GOES_ON),
        ({"steady": 1}, Fate.COMPLETED),
        ({"steady": 1, "others": 1}, Fate.GOES_ON),
        ({"desired": 0}, Fate.COMPLETED),
        ({"failed": 2}, Fate.GOES_ON),
        ({"failed": 3}, Fate.ROLLS_BACK),
        ({"failed": 3, "rollback": False}, Fate.FAILED),
        ({"failed": 3, "threshold": None}, Fate.GOES_ON),
        ({"steady": 1, "alarmed": True}, Fate.ROLLS_BACK),
    ],
)
def test_fate(changed: dict[str, Any], expected: Fate) -> None:
    case: dict[str, Any] = {
        "desired": 1,
        "steady": 0,
        "others": 0,
        "failed": 0,
        "threshold": 3,
        "alarmed": False,
        "rollback": True,
    }
    assert fate(**(case | changed)) is expected


def test_pauses_grow_and_end() -> None:
    pauses = [pause_after(failed) for failed in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 0.0
    assert pauses[-1] == pauses[-2] == 10.0
