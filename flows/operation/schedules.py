"""Whether an environment's scheduled flows come: nothing that is scheduled could tell that nothing is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.settings import PREFECT_API_URL

from flows.deployment.checks import NotGood, NotLooked

# Prefect's scheduler looks every minute; a worker takes what is due within seconds.
LATE_AFTER = timedelta(minutes=10)
TO_COME = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])))


async def schedules(environment: str) -> str:
    """How many deployments have an active schedule, each with a run to come.

    Raises:
        NotLooked: no server of Prefect is set, or no schedule is active there.
        NotGood: a schedule makes no runs, or nobody takes them; or the server does not answer.
    """
    if not PREFECT_API_URL.value():
        raise NotLooked("no Prefect server is set: its schedules are not known")
    try:
        async with get_client() as client:
            return await _look(client, environment)
    except httpx.HTTPError as error:
        raise NotGood(f"Prefect does not answer: {error}", "Start its server") from error


async def _look(client: PrefectClient, environment: str) -> str:
    named = DeploymentFilter(name=DeploymentFilterName(any_=[environment]))
    active = [
        each
        for each in await client.read_deployments(deployment_filter=named)
        if not each.paused and any(schedule.active for schedule in each.schedules)
    ]
    if not active:
        raise NotLooked(f"no schedule of {environment} is active")
    comes = await asyncio.gather(*(_next(client, each) for each in active))
    for deployment, when in zip(active, comes, strict=True):
        name = f"{(await client.read_flow(deployment.flow_id)).name}/{environment}"
        if when is None:
            raise NotGood(
                f"the schedule of {name} makes no runs", "See the log of Prefect's server; restart it"
            )
        if (late := datetime.now(UTC) - when) > LATE_AFTER:
            raise NotGood(
                f"a run of {name} is {late.total_seconds() / 60:.0f} minutes late",
                "Start a worker that takes it: reelflow worker --pool deploy",
            )
    return f"deployments with an active schedule: {len(active)}, each with a run to come"


async def _next(client: PrefectClient, deployment: DeploymentResponse) -> datetime | None:
    runs = await client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        flow_run_filter=TO_COME,
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=1,
    )
    return runs[0].next_scheduled_start_time if runs else None
