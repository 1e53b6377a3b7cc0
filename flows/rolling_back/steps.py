"""What has to become of the schema so that earlier code runs. Pure: told from the marks of the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from flows.deployment.faults import StageFailed
from flows.deployment.release import Release, Step

NAME = "check"


@dataclass(frozen=True)
class Way:
    """The steps between what earlier code knows and where the schema is, newest first.

    Attributes:
        current: the version of the schema.
        head: the version that the earlier code asks for.
        first: have to be undone before that code can run.
        rest: that code can live with; they can be undone afterwards.
        kept: that code can live with, and they can't be undone.
        behind: the schema lacks steps of that code: it was taken back further.
    """

    current: str | None
    head: str
    first: tuple[Step, ...] = ()
    rest: tuple[Step, ...] = ()
    kept: tuple[Step, ...] = ()
    behind: bool = False

    @property
    def before_code(self) -> str:
        """The version to which the schema is taken before the earlier code runs."""
        left = (*self.rest, *self.kept)
        return left[0].version if left else self.head

    @property
    def after_code(self) -> str:
        """The version to which it can be taken once that code runs."""
        return self.kept[0].version if self.kept else self.head

    def __str__(self) -> str:
        if self.behind:
            return f"the schema is at {self.current or 'nothing'}; {self.head} has to be reached"
        if self.first:
            return f"{_named(self.first)} must be undone: the schema goes back to {self.before_code}"
        if left := (*self.rest, *self.kept):
            return f"the code can live with {_named(left)}"
        return f"the schema is at {self.current}, as the code asks"


def known_steps(releases: Sequence[Release], asked: Sequence[Step] = ()) -> tuple[Step, ...]:
    """Every step that any of the releases' images had, oldest first; `asked` are those of another image."""
    schemas = (release.db_schema for release in releases)
    every = chain(chain.from_iterable(schema.steps for schema in schemas if schema), asked)
    return tuple(sorted({step.version: step for step in every}.values(), key=lambda step: step.version))


def way(steps: Sequence[Step], *, current: str | None, head: str) -> Way:
    """What lies between the schema and the code that asks for `head`.

    A step that expands is one that the code before can live with; one that contracts is not, and has to be
    undone with all that came after it.

    Args:
        steps: every one that is known, oldest first.
        current: the version of the schema; None when it is empty.

    Raises:
        StageFailed: a step is not known, or one that has to be undone is one-way.
    """
    versions = [step.version for step in steps]
    if head not in versions or (current is not None and current not in versions):
        unknown = head if head not in versions else current
        raise StageFailed(
            NAME,
            "unknown_step",
            f"Nobody knows what the step {unknown} of the schema does",
            "Deploy the revision that has it; then it is known",
        )
    at = -1 if current is None else versions.index(current)
    goal = versions.index(head)
    if at < goal:
        return Way(current, head, behind=True)
    between = steps[goal + 1 : at + 1]
    expanding = next((n for n, step in enumerate(between) if step.phase == "contract"), len(between))
    first = tuple(reversed(between[expanding:]))
    if stuck := next((step for step in first if not step.reversible), None):
        raise StageFailed(
            NAME,
            "one_way_step",
            f"The code before can't run on the schema: step {stuck.version} ({_said(stuck)}) is one-way, "
            f"and {_contracting(first)} must be undone",
            "Correct what is wrong and deploy that, or bring back the data of the snapshot before it, after"
            " approval: --restore-snapshot",
        )
    left = tuple(reversed(between[:expanding]))
    one_way = next((n for n, step in enumerate(left) if not step.reversible), len(left))
    return Way(current, head, first, rest=left[:one_way], kept=left[one_way:])


def knows(releases: Sequence[Release], version: str) -> Release | None:
    """The newest release whose image has a step; None when none has."""
    for release in reversed(releases):
        schema = release.db_schema
        if release.image and schema and any(step.version == version for step in schema.steps):
            return release
    return None


def _contracting(steps: Sequence[Step]) -> str:
    oldest = steps[-1]
    return f"{oldest.version} ({_said(oldest)})"


def _named(steps: Sequence[Step]) -> str:
    return ", ".join(f"{step.version} ({_said(step)})" for step in steps)


def _said(step: Step) -> str:
    return step.description.rstrip(".") or step.phase
