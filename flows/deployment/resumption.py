"""What a deployment does about the one before it, which may have been killed at any line."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from flows.deployment.release import Release, Status


class Decision(StrEnum):
    """What to do first.

    START: a new release. GO_ON: with the unfinished one. UNDO: go its open branches, then start a new one.
    """

    START = "start"
    GO_ON = "go_on"
    UNDO = "undo"


def decide(newest: Release | None, *, source: str, flow_run: UUID | None) -> Decision:
    """Decides from the newest release's record. Whoever asks holds the lock, so nobody works on it.

    Args:
        newest: the newest release of the environment.
        source: the content hash of what is to be shipped now.
        flow_run: who asks.
    """
    if newest is None:
        return Decision.START
    match newest.status:
        case Status.RUNNING if newest.source == source:
            return Decision.GO_ON
        # Its change of the world is undone, so that what comes next starts from a verified release.
        case Status.RUNNING | Status.UNDOING | Status.UNDO_FAILED if newest.open_branches:
            return Decision.UNDO
        # Suspended with nothing changed but images pushed; its own run goes on after the answer.
        case Status.AWAITING_APPROVAL if newest.source == source and flow_run in newest.flow_runs:
            return Decision.GO_ON
        case _:
            return Decision.START
