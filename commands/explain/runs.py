"""Flow runs of deployments, as Prefect has them."""

from __future__ import annotations

import logging
import re
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterName,
    LogFilter,
    LogFilterFlowRunId,
    LogFilterLevel,
)
from prefect.client.schemas.objects import FlowRun, StateType, WorkerStatus
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from app.masking import Masker
from flows.explaining.findings import Findings, PoolFacts, RunFacts

MOST_LINES = 60
FLOWS = ("deploy", "rollback")
_WAITING = (StateType.SCHEDULED, StateType.PENDING)
_EXCEPTION = re.compile(r"exception: (?:[\w.]+\.)?(\w+):")


def find(name: str) -> FlowRun | None:
    """A flow run by its id or, the newest of it, by its name; None when there is none."""
    with get_client(sync_client=True) as client:
        try:
            return client.read_flow_run(UUID(name))
        except ObjectNotFound:
            return None
        except ValueError:
            found = client.read_flow_runs(
                flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[name])),
                sort=FlowRunSort.EXPECTED_START_TIME_DESC,
                limit=1,
            )
        return found[0] if found else None


def facts(run: FlowRun) -> tuple[RunFacts, tuple[PoolFacts, ...], str]:
    """A flow run, the pool that it is to run in, and its environment."""
    with get_client(sync_client=True) as client:
        lines = client.read_logs(
            log_filter=LogFilter(
                flow_run_id=LogFilterFlowRunId(any_=[run.id]), level=LogFilterLevel(ge_=logging.WARNING)
            ),
            limit=MOST_LINES,
        )
        masker = Masker()
        told = RunFacts(
            name=run.name,
            state=(run.state.name if run.state else None) or "unknown",
            message=masker.text((run.state.message if run.state else None) or ""),
            log=tuple(masker.text(line.message) for line in lines),
        )
        return told, _pools(client, run), _environment(client, run)


def waiting(environment: str) -> Findings | None:
    """The newest deployment of an environment when it waits to be taken up; None when it does not."""
    with get_client(sync_client=True) as client:
        found = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=list(FLOWS))),
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[environment])),
            sort=FlowRunSort.EXPECTED_START_TIME_DESC,
            limit=1,
        )
    if not found or not found[0].state or found[0].state.type not in _WAITING:
        return None
    told, pools, _ = facts(found[0])
    if all(pool.workers_online for pool in pools):
        return None
    return Findings(environment=environment, run=told, pools=pools)


def kind(facts: RunFacts) -> str:
    """The kind of a fault, by the name of the exception that a failed run's message tells."""
    found = _EXCEPTION.search(facts.message)
    if found is None and facts.state == "Crashed":
        return "killed"
    words = found[1] if found else facts.state
    return re.sub(r"(?<!^)(?=[A-Z])", "_", words).lower()


def _pools(client: SyncPrefectClient, run: FlowRun) -> tuple[PoolFacts, ...]:
    if not run.work_pool_name:
        return ()
    workers = client.read_workers_for_work_pool(run.work_pool_name)
    online = sum(worker.status == WorkerStatus.ONLINE for worker in workers)
    return (PoolFacts(name=run.work_pool_name, workers_online=online),)


def _environment(client: SyncPrefectClient, run: FlowRun) -> str:
    if named := run.parameters.get("environment"):
        return str(named)
    if run.deployment_id:
        return client.read_deployment(run.deployment_id).name
    return ""
