"""What must stay because a rollback may need it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from flows.deployment.release import Release, Status

NEWEST_VERIFIED = 5
VERIFIED_WITHIN = timedelta(days=30)
# What these have begun is taken up, undone or asked about: their parts are in use.
UNFINISHED = (Status.RUNNING, Status.AWAITING_APPROVAL, Status.UNDOING, Status.UNDO_FAILED)


def kept(releases: Iterable[Release], now: datetime) -> frozenset[str]:
    """The ids of the releases whose parts must stay.

    The last five that were verified, all that were within 30 days, those that are not over, and what any of
    these went back to or would.
    """
    known = {release.id: release for release in releases}
    verified = sorted((r for r in known.values() if r.verified), key=lambda release: release.id)
    stay = {release.id for release in verified[-NEWEST_VERIFIED:]}
    stay |= {r.id for r in verified if r.verified and now - r.verified <= VERIFIED_WITHIN}
    stay |= {release.id for release in known.values() if release.status in UNFINISHED}
    if known:
        # What serves, when the newest release has failed.
        stay |= {last} if (last := known[max(known)].last_verified) else set()
    goals = {known[each].goal for each in stay if each in known}
    return frozenset(stay | {goal for goal in goals if goal})


class Needs(BaseModel):
    """The parts of releases: what of an account they name.

    Attributes:
        images: digests.
        definitions: ARNs of task definitions.
        snapshots: names.
    """

    model_config = ConfigDict(frozen=True)

    images: frozenset[str] = frozenset()
    definitions: frozenset[str] = frozenset()
    snapshots: frozenset[str] = frozenset()


def needs(releases: Sequence[Release]) -> Needs:
    """What releases are made of, and what their ways back lead to."""
    records = [record for r in releases for record in (*r.services.values(), *r.serving.values())]
    facts = [branch.facts for release in releases for branch in release.branches]
    texts = {text for fact in facts for text in _texts(fact)}
    return Needs(
        images=frozenset(
            {r.image.digest for r in releases if r.image}
            | {record.image.rpartition("@")[2] for record in records if record.image}
        ),
        definitions=frozenset(
            {record.task_definition for record in records if record.task_definition}
            | {text for text in texts if ":task-definition/" in text}
        ),
        snapshots=frozenset(r.db_schema.snapshot for r in releases if r.db_schema and r.db_schema.snapshot),
    )


def _texts(value: object) -> Iterable[str]:
    """Every text in a branch's facts, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
