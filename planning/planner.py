"""The contract of a planner."""

from typing import Protocol

from planning.brief import Brief
from planning.storyboard import Storyboard


class Planner(Protocol):
    """Turns a brief into a storyboard.

    The storyboard fits the brief (see :meth:`planning.storyboard.Storyboard.require`). A planner may be
    asked twice for one brief; what it answered is kept by the caller.
    """

    def plan(self, brief: Brief) -> Storyboard:
        """Plan the film that the brief asks for."""
        ...
