"""How an environment stands: what its infrastructure is called, and which release is to serve in it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from blocks.environment import Environment
from blocks.record_store import RecordStore, records_of
from blocks.terraform.outputs import Outputs
from flows.deployment import journal
from flows.deployment.release import Release, Status, last_verified

AT_WORK = (Status.RUNNING, Status.UNDOING)


@dataclass(frozen=True)
class Standing:
    """What every look at an environment begins with.

    Attributes:
        newest: the newest release, however it ended; None before the first.
        release: the last verified one, which is to serve; None before the first.
        now: when the look began.
    """

    environment: Environment
    outputs: Outputs
    records: RecordStore
    newest: Release | None
    release: Release | None
    now: datetime

    @property
    def deploying(self) -> bool:
        """Whether a deployment is at work, as far as its record tells."""
        return self.newest is not None and self.newest.status in AT_WORK


async def standing(environment: Environment) -> Standing:
    """How an environment stands now.

    Raises:
        OutputsMissing: nothing has been applied.
        BlockError: Terraform or the state bucket can't be asked.
        ReleaseUnreadable: a release record is not as this version writes it.
    """
    now = datetime.now(UTC)
    records = records_of(environment)
    outputs, newest = await asyncio.gather(
        environment.terraform.outputs(), asyncio.to_thread(journal.newest, records, environment.name)
    )
    release, verified = newest, last_verified(newest)
    if verified is None or newest is None or newest.id != verified:
        release = (
            await asyncio.to_thread(journal.read, records, environment.name, verified) if verified else None
        )
    return Standing(environment, outputs, records, newest, release, now)
