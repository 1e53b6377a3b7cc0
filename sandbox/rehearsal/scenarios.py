"""What is deployed one after the other, and what must come of it.

Good releases build upon each other; a bad one is made of the last good one and leaves it serving.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.rehearsal import changes
from sandbox.rehearsal.checkout import Change, nothing, replaced


@dataclass(frozen=True)
class Scenario:
    """One deployment of a rehearsal.

    Attributes:
        name: as `--only` takes it.
        story: what it shows, for people.
        change: what it ships that the last good release has not.
        failure: what the one cause of its failure may be called, as stage.kind; empty when it must be
            verified.
        idle: stages that must find nothing to do.
    """

    name: str
    story: str
    change: Change
    failure: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()

    @property
    def good(self) -> bool:
        return not self.failure


SCENARIOS = (
    Scenario("first", "everything, where there was nothing", nothing),
    Scenario(
        "code",
        "a change of code, with people using it",
        replaced(
            "app/main.py", "Turns prompts into finished videos.", "Turns a prompt into a finished film."
        ),
        idle=frozenset({"apply", "prove", "expand", "contract"}),
    ),
    Scenario(
        "nothing",
        "the same again: nothing is built, pushed or restarted",
        nothing,
        idle=frozenset({"plan", "apply", "build", "push", "prove", "expand", "roll_out", "contract"}),
    ),
    Scenario("migration", "a change of the database's schema", changes.step(), idle=frozenset({"apply"})),
    Scenario(
        "crash",
        "an image whose API ends as soon as it starts",
        changes.crashing,
        failure=frozenset({"roll_out.crashed"}),
    ),
    Scenario(
        "unhealthy",
        "an image that runs and never becomes healthy",
        changes.unhealthy,
        failure=frozenset({"roll_out.unhealthy"}),
    ),
    Scenario(
        "unverified",
        "an image that is healthy and makes no film",
        changes.filmless,
        failure=frozenset({"verify.film_failed"}),
    ),
)
