"""Which release a rollback leads to. Pure: told from the release records and from what serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.deployment.faults import StageFailed
from flows.deployment.release import Release

NAME = "choose"


def choose(releases: Sequence[Release], serving: Mapping[str, str], to: str | None) -> Release:
    """The release to go back to: one that was deployed and verified.

    Args:
        releases: of the environment, oldest first.
        serving: the task definition of each service that runs now.
        to: the id of the wanted release; None for the last verified one before what serves now, or for the
            last verified one when what serves never was.

    Raises:
        StageFailed: there is none such, it was never verified, or it serves already.
    """
    known = {release.id: release for release in releases}
    now = serves(releases, serving)
    if now is not None:
        now = origin(now, known)
    if to is not None:
        return _wanted(to, known, now)
    verified = [release for release in releases if release.verified]
    if now is not None and now.verified:
        # After a rollback that is the release it has led to: the way leads further back from there.
        verified = [release for release in verified if release.id < now.id]
    goals = [origin(release, known) for release in verified]
    if now is not None:
        goals = [goal for goal in goals if not alike(goal, now)]
    if not goals:
        raise StageFailed(
            NAME,
            "no_goal",
            f"There is no verified release before {now.id}, which serves"
            if now
            else "Nothing was verified yet",
            "Correct what is wrong, and deploy that",
        )
    return goals[-1]


def serves(releases: Sequence[Release], serving: Mapping[str, str]) -> Release | None:
    """The newest release whose task definitions are those that run; None when there is none."""
    for release in reversed(releases):
        runs = {
            name: record.task_definition for name, record in release.services.items() if record.desired_count
        }
        if runs and runs == dict(serving):
            return release
    return None


def origin(release: Release, known: Mapping[str, Release]) -> Release:
    """The deployment that a release brought back; itself when it was none that did."""
    while release.goal is not None and release.goal in known:
        release = known[release.goal]
    return release


def alike(one: Release, other: Release) -> bool:
    """Whether the same serves after both, so that going from one to the other would change nothing."""
    return (
        one.image == other.image
        and one.services == other.services
        and one.infrastructure == other.infrastructure
        and (one.db_schema and one.db_schema.head) == (other.db_schema and other.db_schema.head)
    )


def later(releases: Sequence[Release], goal: Release) -> tuple[Release, ...]:
    """What was done since the goal was deployed, oldest first."""
    return tuple(release for release in releases if release.id > goal.id)


def _wanted(to: str, known: Mapping[str, Release], now: Release | None) -> Release:
    found = known.get(to)
    verified = [release.id for release in known.values() if release.verified]
    there = f"verified are {', '.join(verified[-5:])}" if verified else "none was verified yet"
    if found is None:
        raise StageFailed(NAME, "unknown_release", f"There is no release {to}; {there}", "Name one of those")
    if not found.verified:
        raise StageFailed(
            NAME, "not_verified", f"Release {to} was never verified; {there}", "Name one of those"
        )
    goal = origin(found, known)
    if now is not None and (goal.id == now.id or alike(goal, now)):
        raise StageFailed(
            NAME, "serves_already", f"Release {to} serves already", f"Name an earlier one; {there}"
        )
    return goal
