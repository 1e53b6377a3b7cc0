"""What moving a schema by hand means: which steps, whether it can be done, and what is kept first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class KnownStep(_Value):
    """A step of the image that serves. `loses` says whether taking it back throws data away."""

    version: str
    description: str = ""
    reversible: bool
    phase: str = "expand"
    loses: bool = True


class Standing(_Value):
    """Where a schema stands, as the image that serves tells; all its steps, oldest first."""

    current: str | None
    steps: tuple[KnownStep, ...] = ()

    @property
    def done(self) -> tuple[KnownStep, ...]:
        """Those that the database has, newest first; none when it is at a version that nobody knows."""
        versions = [step.version for step in self.steps]
        number = versions.index(self.current) + 1 if self.current in versions else 0
        return tuple(reversed(self.steps[:number]))


@dataclass(frozen=True)
class WayDown:
    """How a schema would be taken back.

    Attributes:
        steps: to take back, newest first.
        refusal: cause and remedy, when it can't be done.
        snapshot: whether one has to be taken first.
    """

    steps: tuple[KnownStep, ...]
    refusal: tuple[str, str] | None = None
    snapshot: bool = False

    @property
    def missed(self) -> tuple[str, ...]:
        """The versions that the release that serves can't do without."""
        return tuple(step.version for step in self.steps if step.phase == "expand")


def way_down(standing: Standing, to: str) -> WayDown:
    """How to get to a version, or to `base`."""
    if standing.current and not standing.done:
        return WayDown(
            (),
            (
                f"the database is at {standing.current}, which the release that serves does not know",
                "Deploy the release that has this step, and take it back with that",
            ),
        )
    known = [step.version for step in standing.done]
    if to != "base" and to not in known:
        return WayDown(
            (),
            (
                f"the database has no step {to!r}: it has {', '.join(reversed(known)) or 'none'}",
                "Name one of those, or base",
            ),
        )
    steps = standing.done[: len(known) if to == "base" else known.index(to)]
    if one_way := next((step for step in steps if not step.reversible), None):
        return WayDown(
            steps,
            (
                f"step {one_way.version} ({one_way.description}) is one-way",
                "Restore a snapshot from before it, or write a new step that moves forward",
            ),
        )
    return WayDown(steps, None, _loses(steps))


def _loses(steps: Sequence[KnownStep]) -> bool:
    return any(step.loses for step in steps)
