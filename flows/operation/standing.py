"""How an environment stands: what its infrastructure is called, and which release is to serve in it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from blocks.environment import Environment
from blocks.record_store import RecordStore, records_of
from blocks.terraform.outputs import Outputs
from flows.deployment import journal
from flows.deployment.release import Release, Status, last_verified
from flows.operation import history as histories

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


class KnownOutputs(BaseModel):
    """Terraform's outputs as they were told last.

    Attributes:
        state: the version of the state that they are from.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    state: str = ""
    outputs: Outputs | None = None


async def outputs_of(environment: Environment, records: RecordStore) -> Outputs:
    """Terraform's outputs; Terraform itself is asked only when its state has changed.

    It would be the longest part of a look: it copies the configuration, and fetches state and provider.

    Raises:
        OutputsMissing: nothing has been applied.
        BlockError: Terraform or the state bucket can't be asked.
    """
    place = histories.key(environment.name, "outputs")
    # Before Terraform is asked: what changes meanwhile is asked for the next time.
    state = await asyncio.to_thread(records.head, environment.terraform.backend_config["key"])
    known = await histories.read(records, place, KnownOutputs)
    if state is not None and known.outputs is not None and known.state == state.etag:
        return known.outputs
    outputs = await environment.terraform.outputs()
    if state is not None:
        fresh = KnownOutputs(state=state.etag, outputs=outputs)
        await histories.change(records, place, KnownOutputs, lambda _: fresh)
    return outputs


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
        outputs_of(environment, records), asyncio.to_thread(journal.newest, records, environment.name)
    )
    release, verified = newest, last_verified(newest)
    if verified is None or newest is None or newest.id != verified:
        release = (
            await asyncio.to_thread(journal.read, records, environment.name, verified) if verified else None
        )
    return Standing(environment, outputs, records, newest, release, now)
