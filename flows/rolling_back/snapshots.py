"""Which snapshot brings back data that earlier code can work with. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.deployment.faults import StageFailed
from flows.deployment.release import Release, Step
from flows.rolling_back.steps import way


@dataclass(frozen=True)
class Chosen:
    """A snapshot to go back to.

    Attributes:
        name: as RDS knows it.
        version: of the schema when it was taken.
        taken_by: the id of the release before whose steps it was taken.
    """

    name: str
    version: str | None
    taken_by: str


@dataclass(frozen=True)
class Names:
    """What the instances are called around a restore.

    Attributes:
        live: the name under which the application finds its database.
        kept: of the instance that had that name before, which stays with all that is in it.
        restored: of the new instance, until it takes over.
    """

    live: str
    kept: str
    restored: str

    @classmethod
    def of(cls, live: str, release_id: str) -> Names:
        mark = release_id.lower()
        return cls(live, f"{live}-before-{mark}", f"{live}-of-{mark}")


def choose(releases: Sequence[Release], steps: Sequence[Step], *, head: str) -> Chosen | None:
    """The newest snapshot on whose schema the code that asks for `head` runs; None when there is none.

    Args:
        releases: since the goal, oldest first.
        steps: every one that is known, oldest first.
    """
    for release in reversed(releases):
        schema = release.db_schema
        if schema is None or schema.snapshot is None:
            continue
        try:
            found = way(steps, current=schema.before, head=head)
        except StageFailed:
            continue
        if not found.first and not found.behind:
            return Chosen(schema.snapshot, schema.before, release.id)
    return None
