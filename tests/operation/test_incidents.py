"""When failing checks make an incident, when it is over, when going back is asked for: tables of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.deployment.release import Check, Release
from flows.operation.history import Entry
from flows.operation.incident_telling import CLOSED, OPENED, ROLLBACK, events, in_words
from flows.operation.incidents import Incident, Incidents, Situation, decide, wants_rollback

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVERY = timedelta(minutes=5)
VERDICTS = {"h": "healthy", "d": "degraded", "u": "unhealthy"}


def _history(letters: str, every: timedelta = EVERY) -> list[Entry]:
    return [
        Entry(
            at=START + number * every,
            verdict=VERDICTS[letter],
            failed=() if letter == "h" else ("Health",),
        )
        for number, letter in enumerate(letters)
    ]


def _release(**fields: Any) -> Release:
    base = {
        "id": "20261124T115000Z",
        "environment": "prod",
        "started": START + 0.5 * EVERY,
        "verified": START + 0.9 * EVERY,
        "source": "s",
        "last_verified": "20261123T100000Z",
    }
    return Release.model_validate(base | fields)


def _followed(history: list[Entry], release: Release | None = None) -> list[Incidents]:
    """What is known after each check."""
    known, seen = Incidents(), []
    for number, entry in enumerate(history):
        situation = Situation(release, deploying=False, now=entry.at)
        known = decide(history[: number + 1], known, situation)
        seen.append(known)
    return seen


@pytest.mark.parametrize(
    ("letters", "open_after"),
    [
        ("hhhh", "----"),
        ("uu", "--"),
        ("uuu", "--o"),
        ("ddd", "--o"),
        ("udu", "--o"),
        # Flapping opens nothing.
        ("uuhuuhuuh", "---------"),
        ("uhuhuhuh", "--------"),
        # One healthy check is no recovery.
        ("uuuhuhuh", "--oooooo"),
        ("uuuhh", "--oo-"),
        ("uuudhdhh", "--ooooo-"),
        # Bad again, but not three times.
        ("uuuhhuuh", "--oo----"),
        ("uuuhhuuu", "--oo---o"),
    ],
)
def test_an_incident_is_open_after_each_check(letters: str, open_after: str) -> None:
    seen = _followed(_history(letters))
    assert "".join("o" if known.open else "-" for known in seen) == open_after


def test_one_that_comes_back_soon_is_the_same() -> None:
    seen = _followed(_history("uuuhhuuu"))
    assert len({known.newest.id for known in seen if known.newest}) == 1
    later = _followed(_history("uuuhh" + 7 * "h" + "uuu"))
    assert len({known.newest.id for known in later if known.newest}) == 2


def test_what_another_release_suffers_is_another_incident() -> None:
    history, known = _history("uuuhhuuu"), Incidents()
    for number, entry in enumerate(history):
        release = _release(id="first" if number < 5 else "second")
        known = decide(history[: number + 1], known, Situation(release, deploying=False, now=entry.at))
    assert [incident.release for incident in known.incidents] == ["first", "second"]


def test_checks_of_other_days_are_no_row() -> None:
    assert _followed(_history("uuu", every=timedelta(days=1)))[-1].open is None


def test_an_incident_says_what_was_not_good() -> None:
    [incident] = _followed(_history("hudu"), _release())[-1].incidents
    assert incident.opened == START + EVERY
    assert incident.verdict == "unhealthy"
    assert incident.failed == ("Health",)
    assert incident.release == _release().id


HOUR_AGO = {"started": START - timedelta(hours=2), "verified": START - timedelta(hours=1)}


@pytest.mark.parametrize(
    ("letters", "release", "deploying", "wanted"),
    [
        ("huuu", {}, False, True),
        # Healthy for a while with it, and then not.
        ("hhhuuu", {}, False, True),
        ("huu", {}, False, False),
        ("hudu", {}, False, False),
        ("hddd", {}, False, False),
        ("huuh", {}, False, False),
        # It was not healthy before the release, or nobody had looked.
        ("duuu", {}, False, False),
        ("uuuu", {}, False, False),
        ("huuu", {"started": START - EVERY}, False, False),
        # An hour old, or not verified at all.
        ("h" + 12 * "h" + "uuu", {}, False, False),
        ("huuu", {"verified": None}, False, False),
        # Nothing to go back to, or it is what was gone back to.
        ("huuu", {"last_verified": None}, False, False),
        ("huuu", {"kind": "rollback", "goal": "20261123T100000Z"}, False, False),
        # Another deployment is at work.
        ("huuu", {}, True, False),
        # Bad already before it served.
        ("huuu", {"verified": START + 1.5 * EVERY}, False, False),
    ],
)
def test_when_going_back_is_wanted(
    letters: str, release: dict[str, Any], deploying: bool, wanted: bool
) -> None:
    history = _history(letters)
    situation = Situation(_release(**release), deploying, now=history[-1].at)
    assert wants_rollback(history, situation) is wanted


def test_without_a_release_there_is_no_way_back() -> None:
    history = _history("huuu")
    assert not wants_rollback(history, Situation(None, deploying=False, now=history[-1].at))


def test_going_back_is_asked_for_once_an_incident() -> None:
    seen = _followed(_history("huuuuuuu"), _release())
    asked = [known.newest.rollback for known in seen if known.newest]
    assert asked == [START + 3 * EVERY] * 5
    assert seen[-1].incidents[-1].goal == _release().last_verified


def test_a_degraded_incident_that_becomes_worse_is_gone_back_from() -> None:
    seen = _followed(_history("hddduuu"), _release())
    assert [bool(known.newest and known.newest.rollback) for known in seen] == 6 * [False] + [True]


INCIDENT = Incident(id="i", opened=START, verdict="unhealthy", failed=("Health",), release="r")
ASKED = INCIDENT.model_copy(update={"rollback": START, "goal": "g"})
OVER = INCIDENT.model_copy(update={"closed": START + EVERY})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, INCIDENT, (OPENED,)),
        (None, ASKED, (OPENED, ROLLBACK)),
        (INCIDENT.model_copy(update={"id": "earlier", "closed": START}), ASKED, (OPENED, ROLLBACK)),
        # The process was killed before it could say that it was told.
        (INCIDENT, INCIDENT, (OPENED,)),
        (INCIDENT, INCIDENT.model_copy(update={"told": True}), ()),
        (INCIDENT, ASKED.model_copy(update={"told": True}), (ROLLBACK,)),
        (ASKED, ASKED.model_copy(update={"told": True}), ()),
        (INCIDENT, OVER.model_copy(update={"told": True}), (CLOSED,)),
        # Back again: the same incident, which is told already.
        (OVER, INCIDENT.model_copy(update={"told": True}), ()),
    ],
)
def test_an_incident_is_told_once(before: Incident | None, after: Incident, told: tuple[str, ...]) -> None:
    assert events(before, after) == told


def test_an_incident_in_words() -> None:
    checks = (
        Check(name="Health", good=False, evidence="it answers 503 | or\nnothing", remedy="Look at its logs"),
        Check(name="Database", good=True, evidence="it is available"),
    )
    words = in_words("prod", ASKED, checks)
    assert "open" in words
    assert "2026-11-24 12:00:00 UTC, to g" in words
    assert "| Health | it answers 503 \\| or nothing | Look at its logs |" in words
    assert "Database" not in words
    assert "reelflow explain prod" in words
    over = in_words("prod", OVER, checks)
    assert "closed 2026-11-24 12:05:00 UTC" in over
    assert "503" not in over
