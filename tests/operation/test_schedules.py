"""Schedules whose runs come, do not come, or are not taken, on a Prefect server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.schedules import CronSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Scheduled

from flows.deployment.checks import Check, check
from flows.operation.schedules import schedules
from stack.processes import free_port
from tests.app.waiting import until

HOURLY = "7 * * * *"
# The thirtieth of February.
NEVER = "0 0 30 2 *"


@pytest.fixture(scope="module")
def client(prefect_server_url: str) -> Iterator[SyncPrefectClient]:
    with temporary_settings({PREFECT_API_URL: prefect_server_url}), get_client(sync_client=True) as client:
        yield client


def deploy(client: SyncPrefectClient, environment: str, cron: str, *, active: bool = True) -> UUID:
    schedule = DeploymentScheduleCreate(schedule=CronSchedule(cron=cron), active=active)
    flow = client.create_flow_from_name("look")
    return client.create_deployment(flow_id=flow, name=environment, schedules=[schedule])


def look(environment: str) -> Check:
    return asyncio.run(check("Schedules", lambda: schedules(environment)))


def test_where_no_schedule_is_active_there_is_nothing_to_look_at(client: SyncPrefectClient) -> None:
    deploy(client, "quiet", HOURLY, active=False)
    assert look("quiet").good is None
    assert look("nobody's").good is None


def test_a_schedule_with_a_run_to_come_is_good(client: SyncPrefectClient) -> None:
    deploy(client, "prod", HOURLY)
    until(lambda: look("prod").good)


def test_a_schedule_that_makes_no_runs_is_told(client: SyncPrefectClient) -> None:
    deploy(client, "unscheduled", NEVER)
    found = look("unscheduled")
    assert found.good is False
    assert found.evidence == "the schedule of look/unscheduled makes no runs"


def test_a_run_that_nobody_takes_is_told(client: SyncPrefectClient) -> None:
    deployment = deploy(client, "staging", HOURLY)
    hour_ago = datetime.now(UTC) - timedelta(hours=1, seconds=5)
    client.create_flow_run_from_deployment(deployment, state=Scheduled(scheduled_time=hour_ago))
    found = look("staging")
    assert found.good is False
    assert found.evidence == "a run of look/staging is 60 minutes late"


def test_a_server_that_does_not_answer_is_told() -> None:
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_port()}/api"}):
        found = look("prod")
    assert found.good is False
    assert "does not answer" in found.evidence
