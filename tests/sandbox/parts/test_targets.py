"""When a target is healthy, and which answers count."""

from __future__ import annotations

import pytest

from sandbox.parts.load_balancers import DRAINING, HEALTHY, INITIAL, UNHEALTHY, Target, _matches, _note


@pytest.mark.parametrize(
    ("start", "checks", "expected"),
    [
        pytest.param(INITIAL, "p", HEALTHY, id="a new one needs one"),
        pytest.param(INITIAL, "f", INITIAL, id="one failure"),
        pytest.param(INITIAL, "ff", UNHEALTHY, id="two failures in a row"),
        pytest.param(HEALTHY, "fpf", HEALTHY, id="not in a row"),
        pytest.param(HEALTHY, "ff", UNHEALTHY, id="a healthy one fails"),
        pytest.param(UNHEALTHY, "pp", UNHEALTHY, id="two of three"),
        pytest.param(UNHEALTHY, "ppp", HEALTHY, id="three in a row"),
        pytest.param(DRAINING, "p", DRAINING, id="who drains is not asked"),
    ],
)
def test_health(start: str, checks: str, expected: str) -> None:
    target = Target("127.16.0.1", 8000, state=start)
    for check in checks:
        _note(target, check == "p", 3, 2)
    assert target.state == expected


@pytest.mark.parametrize(
    ("status", "matcher", "expected"),
    [
        (200, "200", True),
        (204, "200", False),
        (204, "200,204", True),
        (301, "200-299,301", True),
        (302, "200-299", False),
    ],
)
def test_matcher(status: int, matcher: str, expected: bool) -> None:
    assert _matches(status, matcher) is expected
