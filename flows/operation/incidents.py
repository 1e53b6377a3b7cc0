"""When an environment's failing checks become an incident, when it is over, and when to go back. Pure.

Hysteresis: three checks in a row that are not healthy open an incident, two healthy ones close it; one that
comes back soon, of the same release, is the same incident. So flapping opens nothing, and each is told once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from flows.deployment.release import Release
from flows.operation.history import Entry

OPENS_AFTER = 3
CLOSES_AFTER = 2
# A row with larger gaps than a schedule has is none: checks that were made by hand on other days.
IN_A_ROW_WITHIN = timedelta(minutes=45)
SAME_INCIDENT_WITHIN = timedelta(minutes=30)
# A release that has served longer is hardly what is wrong.
YOUNG = timedelta(hours=1)
MOST_REMEMBERED = 100


class Incident(BaseModel):
    """A time in which an environment was not as it should be.

    Attributes:
        failed: the names of the checks that were not good when it opened.
        release: which release served.
        rollback: when going back from that release was asked for; None when it was not.
        goal: the release to go back to then.
        told: whether the event of its opening was sent.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    opened: AwareDatetime
    closed: AwareDatetime | None = None
    verdict: str
    failed: tuple[str, ...] = ()
    release: str | None = None
    rollback: AwareDatetime | None = None
    goal: str | None = None
    told: bool = False


class Incidents(BaseModel):
    """The incidents of an environment, oldest first."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    incidents: tuple[Incident, ...] = ()

    @property
    def newest(self) -> Incident | None:
        return self.incidents[-1] if self.incidents else None

    @property
    def open(self) -> Incident | None:
        """The one that goes on."""
        return self.newest if self.newest and self.newest.closed is None else None

    def with_newest(self, incident: Incident) -> Incidents:
        """The same with an incident added, or in the place of the one of its id."""
        others = tuple(each for each in self.incidents if each.id != incident.id)
        return Incidents(incidents=(*others, incident)[-MOST_REMEMBERED:])


@dataclass(frozen=True)
class Situation:
    """What is known beside the checks.

    Attributes:
        release: the release that is to serve.
        deploying: whether a deployment is at work.
    """

    release: Release | None
    deploying: bool
    now: datetime


def decide(history: Sequence[Entry], known: Incidents, situation: Situation) -> Incidents:
    """The incidents after the newest check: one opened, closed or reopened, or as they were.

    Args:
        history: the checks, oldest first, the newest included.
    """
    if (incident := known.open) is not None:
        if _recovered(history, incident):
            return known.with_newest(incident.model_copy(update={"closed": situation.now}))
        return known.with_newest(_going_back(history, incident, situation))
    # What closed the last incident were healthy checks, so that a row of bad ones began after it.
    row = _row(history)
    if row is None:
        return known
    serving = situation.release.id if situation.release else None
    last = known.newest
    soon = last and last.closed and situation.now - last.closed <= SAME_INCIDENT_WITHIN
    if last and soon and last.release == serving:
        return known.with_newest(_going_back(history, last.model_copy(update={"closed": None}), situation))
    opened = Incident(
        id=f"{situation.now:%Y%m%dT%H%M%SZ}",
        opened=row[0].at,
        verdict="unhealthy" if any(entry.verdict == "unhealthy" for entry in row) else "degraded",
        failed=tuple(sorted({name for entry in row for name in entry.failed})),
        release=serving,
    )
    return known.with_newest(_going_back(history, opened, situation))


def wants_rollback(history: Sequence[Entry], situation: Situation) -> bool:
    """Whether the release that serves is to be taken back for what the checks say.

    It is when it has not served for an hour yet, nothing but it can be the cause (the environment was healthy
    before it began, and each of the last three checks was unhealthy since it serves), there is one to go back
    to, and it is no rollback itself: those would take turns.
    """
    release, row = situation.release, _row(history)
    if release is None or release.verified is None or row is None or situation.deploying:
        return False
    if release.kind == "rollback" or release.last_verified is None:
        return False
    if situation.now - release.verified >= YOUNG:
        return False
    if any(entry.verdict != "unhealthy" or entry.at < release.verified for entry in row):
        return False
    before = [entry for entry in history if entry.at < release.started]
    return bool(before) and before[-1].verdict == "healthy"


def _going_back(history: Sequence[Entry], incident: Incident, situation: Situation) -> Incident:
    # Once an incident: what going back did not heal, going back again won't.
    release = situation.release
    if release is not None and incident.rollback is None and wants_rollback(history, situation):
        # By name: what an ill environment runs may tell no more which release it is.
        return incident.model_copy(update={"rollback": situation.now, "goal": release.last_verified})
    return incident


def _recovered(history: Sequence[Entry], incident: Incident) -> bool:
    newest = history[-CLOSES_AFTER:]
    return len(newest) == CLOSES_AFTER and all(
        entry.verdict == "healthy" and entry.at > incident.opened for entry in newest
    )


def _row(history: Sequence[Entry]) -> Sequence[Entry] | None:
    """The newest checks when all of them were bad, and near to each other; None else."""
    newest = history[-OPENS_AFTER:]
    if len(newest) < OPENS_AFTER or newest[-1].at - newest[0].at > IN_A_ROW_WITHIN:
        return None
    return newest if all(entry.verdict != "healthy" for entry in newest) else None
