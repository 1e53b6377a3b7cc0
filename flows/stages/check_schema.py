"""The schema's part of the check before a rollback: where it is, what leads back, and who can go that way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from flows.deployment import migrations
from flows.deployment.faults import StageFailed
from flows.deployment.release import Image, Release, Schema, Step
from flows.deployment.run import Deployment
from flows.rolling_back.goal import later
from flows.rolling_back.snapshots import Chosen, choose
from flows.rolling_back.steps import NAME, Way, known_steps, knows, way


@dataclass(frozen=True)
class SchemaChecked:
    """What has to become of the schema.

    Attributes:
        way: from where it is, or from where the snapshot is.
        undone_by: the image that has the steps to undo; None when there are none.
        snapshot: whose data is to be brought back; None when the present ones stay.
    """

    way: Way
    undone_by: Image | None = None
    snapshot: Chosen | None = None

    def __str__(self) -> str:
        return (
            f"the data of {self.snapshot.name} are brought back; {self.way}"
            if self.snapshot
            else str(self.way)
        )


def schema_may_differ(releases: Sequence[Release], goal: Release) -> bool:
    """Whether the schema may have been moved since the goal: told by what the images since then asked for."""
    heads = {release.db_schema.head for release in (goal, *later(releases, goal)) if release.db_schema}
    return len(heads) != 1


def lead_back(
    steps: Sequence[Step], since: Sequence[Release], *, current: str | None, head: str, may_restore: bool
) -> tuple[Way, Chosen | None]:
    """The way back by undoing steps, or else, when that may be, through a snapshot.

    Args:
        steps: every one that is known, oldest first.
        since: what was done since the goal, oldest first.
        current: the version of the schema.
        head: the version that the goal's code asks for.

    Raises:
        StageFailed: neither leads back.
    """
    try:
        return way(steps, current=current, head=head), None
    except StageFailed as stuck:
        snapshot = choose(since, steps, head=head)
        if stuck.cause.kind != "one_way_step" or snapshot is None or not may_restore:
            raise
        return way(steps, current=snapshot.version, head=head), snapshot


async def check_schema(
    run: Deployment, releases: Sequence[Release], goal: Release, *, may_restore: bool
) -> SchemaChecked:
    """Asks the image that serves where the schema is, unless no release since the goal had other steps.

    Raises:
        StageFailed: no way leads back.
    """
    assert goal.db_schema is not None, "a verified release has looked at its schema"
    head, before = goal.db_schema.head, run.release.db_schema
    current, snapshot = goal.db_schema.after, None
    found = Way(current, head)
    if before is not None or schema_may_differ(releases, goal):
        asked = run.previous.image if run.previous else goal.image
        assert asked is not None, "a verified release has an image"
        told = await migrations.status(run, await migrations.revision(run, asked))
        steps, current = known_steps(releases, told.known), told.current
        since = later(releases, goal)
        found, snapshot = lead_back(steps, since, current=current, head=head, may_restore=may_restore)
    undone_by = await _undone_by(run, releases, found)
    await run.journal.update(
        db_schema=Schema(
            before=before.before if before else current,
            after=current,
            head=head,
            ahead=bool(found.first or found.rest or found.kept),
            snapshot=before.snapshot if before else None,
            steps=goal.db_schema.steps,
        )
    )
    return SchemaChecked(found, undone_by, snapshot)


async def _undone_by(run: Deployment, releases: Sequence[Release], found: Way) -> Image | None:
    if found.current is None or not (found.first or found.rest):
        return None
    having = knows(releases, found.current)
    image = having.image if having else None
    there = image and await asyncio.to_thread(run.registry(image.repository).digest_of, image.digest)
    if not there and found.first:
        raise StageFailed(
            NAME,
            "nobody_can_undo",
            f"{found}, and the image that has these steps is gone",
            "Deploy a revision that has them; it is gone back from then",
        )
    return image if there else None
