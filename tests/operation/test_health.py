"""How an environment's checks come to a verdict: tables of cases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blocks.api import ApiUnavailable, Health
from blocks.ecs.events import Serving
from flows.deployment.checks import NotGood, NotLooked
from flows.deployment.release import Check, ServiceRecord
from flows.operation.health import (
    FILM,
    FIRST_LOGS,
    FilmWhen,
    film_due,
    judge_lifecycle,
    judge_service,
    parts,
    since,
    verdict,
)
from flows.operation.history import Entry, History
from flows.operation.looking import failed, looked

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _check(name: str, good: bool | None) -> Check:
    return Check(name=name, good=good, evidence="seen")


@pytest.mark.parametrize(
    ("bad", "unseen", "said"),
    [
        ([], [], "healthy"),
        ([], ["Film", "Alarms"], "healthy"),
        (["Logs"], [], "degraded"),
        (["Lifecycle", "Cache", "Service worker", "Part redis", "Part prefect"], [], "degraded"),
        (["Health"], [], "unhealthy"),
        (["Parts"], [], "unhealthy"),
        (["Database"], [], "unhealthy"),
        (["Media bucket"], [], "unhealthy"),
        (["Film"], [], "unhealthy"),
        (["Part database"], [], "unhealthy"),
        (["Part migrations", "Logs"], [], "unhealthy"),
        (["Part s3"], [], "unhealthy"),
    ],
)
def test_verdict(bad: list[str], unseen: list[str], said: str) -> None:
    checks = [_check("Good", True), *(_check(b, False) for b in bad), *(_check(u, None) for u in unseen)]
    assert verdict(checks) == said
    assert failed(checks) == tuple(bad)


@pytest.mark.parametrize(
    ("made_before", "when", "due"),
    [
        (None, "hourly", True),
        (timedelta(minutes=5), "hourly", False),
        (timedelta(minutes=55), "hourly", False),
        (timedelta(minutes=59), "hourly", True),
        (timedelta(minutes=5), "now", True),
        (None, "never", False),
    ],
)
def test_a_film_is_due_each_hour(made_before: timedelta | None, when: FilmWhen, due: bool) -> None:
    entries = (
        [] if made_before is None else [Entry(at=NOW - made_before, verdict="healthy", figures={FILM: 9})]
    )
    # A check after it, whose film failed or was not due, has none in its figures.
    history = History(entries=(*entries, Entry(at=NOW - timedelta(minutes=1), verdict="unhealthy")))
    assert film_due(history, NOW, when) is due


def test_the_logs_are_read_from_the_last_check_on() -> None:
    assert since(History(), NOW) == NOW - FIRST_LOGS
    last = NOW - timedelta(minutes=17)
    assert since(History(entries=(Entry(at=last, verdict="healthy"),)), NOW) == last


def test_each_part_is_a_check() -> None:
    said: dict[str, dict[str, Any]] = {
        "database": {"status": "ok", "detail": "It answers.", "latency_ms": 2.4, "remedy": None},
        "redis": {"status": "failed", "detail": "It can't be used.", "remedy": "Check that it runs."},
        "replicate_api": {"status": "skipped", "detail": "No token is configured."},
    }
    database, redis, replicate = parts(Health("degraded", "1", said, 0.01))
    assert (database.name, database.good, database.evidence) == ("Part database", True, "It answers, 2 ms")
    assert (redis.good, redis.remedy) == (False, "Check that it runs.")
    assert replicate.good is None


def _serving(**fields: Any) -> Serving:
    base = {"task_definition": "a:1", "image": "i", "digest": None, "desired": 2, "running": 2, "pending": 0}
    return Serving.model_validate(base | {"deployments": 1, "steady": True} | fields)


WANTED = ServiceRecord(task_definition="a:1", desired_count=2)


@pytest.mark.parametrize(
    ("serving", "wanted", "bad"),
    [
        (_serving(), WANTED, None),
        (_serving(running=3, desired=3), WANTED, None),
        (_serving(running=1), WANTED, "1 of 2 tasks run"),
        (_serving(running=0, desired=0), WANTED, "set the service to 0"),
        # Before the first release nobody knows better than the service.
        (_serving(running=1, desired=1), None, None),
        (_serving(running=0, desired=1), None, "0 of 1 tasks run"),
    ],
)
def test_a_service_runs_what_is_wanted(
    serving: Serving, wanted: ServiceRecord | None, bad: str | None
) -> None:
    if bad is None:
        assert "tasks run" in judge_service("backend", serving, wanted)
        return
    with pytest.raises(NotGood) as found:
        judge_service("backend", serving, wanted)
    assert bad in found.value.evidence


@pytest.mark.parametrize(
    ("days", "missing"), [((7, 30, 90), None), ((1, 7, 30, 90), None), ((7, 90), "30"), ((), "7, 30, 90")]
)
def test_the_lifecycle_rules_are_all_there(days: tuple[int, ...], missing: str | None) -> None:
    if missing is None:
        assert "/".join(map(str, days)) in judge_lifecycle("b", days)
        return
    with pytest.raises(NotGood, match=f"no rule deletes after {missing} days"):
        judge_lifecycle("b", days)


def test_a_fault_on_the_way_is_met_again_and_then_is_the_finding() -> None:
    met = 0

    async def look() -> str:
        nonlocal met
        met += 1
        raise ApiUnavailable("Can't ask", "refused", "See why")

    found = asyncio.run(looked("Health", look, pause_s=0))
    assert (found.good, found.kind, found.evidence, met) == (
        False,
        "api_unavailable",
        "Can't ask: refused",
        3,
    )


def test_a_fault_that_passes_is_none() -> None:
    answers = iter([ApiUnavailable("Can't ask", "refused", "See why"), "well"])

    async def look() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert asyncio.run(looked("Health", look, pause_s=0)).good is True


def test_what_was_not_looked_at_is_neither_good_nor_bad() -> None:
    async def look() -> str:
        raise NotLooked("not due yet")

    found = asyncio.run(looked("Film", look))
    assert (found.good, found.evidence) == (None, "not due yet")
