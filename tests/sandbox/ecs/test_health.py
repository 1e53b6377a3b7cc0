"""When a container is healthy."""

from __future__ import annotations

import pytest

from sandbox.ecs.health import HEALTHY, UNHEALTHY, UNKNOWN, Health


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        pytest.param("", UNKNOWN, id="not checked yet"),
        pytest.param("ffff", UNKNOWN, id="failures in the start period don't count"),
        pytest.param("p", HEALTHY, id="one that passes in it does"),
        pytest.param("pff", HEALTHY, id="two failures of three"),
        pytest.param("pfff", UNHEALTHY, id="three in a row, after it has passed once"),
        pytest.param("pffpff", HEALTHY, id="one that passes between"),
        pytest.param("ff....fff", UNHEALTHY, id="three after the start period"),
        pytest.param("ff....ff", UNKNOWN, id="two after the start period"),
        pytest.param("pfffp", HEALTHY, id="it comes back"),
    ],
)
def test_health(checks: str, expected: str) -> None:
    """Checks come every second, "." is a second without one; the start period is four seconds."""
    health = Health()
    for second, check in enumerate(checks):
        if check != ".":
            health = health.after(passed=check == "p", age_s=second, start_period_s=4, retries=3)
    assert health.status == expected
