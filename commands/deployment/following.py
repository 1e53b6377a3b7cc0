"""A deployment as it goes on: its flow run's state beside the release's record, told step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun

from blocks.media_store.errors import StoreError
from blocks.record_store import RecordStore
from flows.deployment import journal
from flows.deployment.release import Release, StageRecord

LOOKS_EVERY_S = 0.25


@dataclass(frozen=True)
class Ended:
    """How a deployment ended, or that it waits.

    Attributes:
        run: its flow run.
        release: its record; None when it ended before it had one.
        waiting: whether it waits for approval, and nobody is to wait with it.
    """

    run: FlowRun
    release: Release | None
    waiting: bool = False

    @property
    def succeeded(self) -> bool:
        return self.run.state is not None and self.run.state.is_completed()


Tell = Callable[[StageRecord], None]


def follow(
    client: SyncPrefectClient,
    run_id: UUID,
    records: RecordStore,
    environment: str,
    *,
    tell: Tell,
    on_waiting: Callable[[Release | None], bool],
) -> Ended:
    """Follows a deployment until it has ended.

    Args:
        client: of the Prefect server.
        run_id: its flow run.
        records: where release records are.
        environment: which environment's.
        tell: is given each stage when it begins and when it has ended.
        on_waiting: is told once of each time that it waits for approval, and says whether to go on waiting.
    """
    told: dict[str, StageRecord] = {}
    waited = False
    while True:
        run = client.read_flow_run(run_id)
        # After the state: a record that is read when the run has ended is its last.
        release = _release(records, environment, run_id)
        for stage in release.stages if release else ():
            if told.get(stage.name) != stage:
                told[stage.name] = stage
                tell(stage)
        if run.state and run.state.is_final():
            return Ended(run, release)
        waits = bool(run.state and run.state.is_paused())
        if waits and not waited and not on_waiting(release):
            return Ended(run, release, waiting=True)
        waited = waits
        time.sleep(LOOKS_EVERY_S)


def _release(records: RecordStore, environment: str, run_id: UUID) -> Release | None:
    try:
        newest = journal.newest(records, environment)
    except StoreError:
        # Before the first release there may be no bucket; and what is away now is there again later.
        return None
    return newest if newest and run_id in newest.flow_runs else None


def serving_release(records: RecordStore, environment: str, release: Release) -> str | None:
    """Which release serves now that this one has ended; None when none does."""
    serving = {
        name: service.task_definition
        for name, service in release.serving.items()
        if service.task_definition and service.desired_count
    }
    return serving_now(records, environment, serving)


def serving_now(records: RecordStore, environment: str, serving: Mapping[str, str]) -> str | None:
    """The newest release whose task definitions, by service, are these; None when there is none."""
    for release_id in sorted(journal.ids(records, environment), reverse=True) if serving else ():
        release = journal.read(records, environment, release_id)
        if release and serving == {n: s.task_definition for n, s in release.services.items()}:
            return release.id
    return None
