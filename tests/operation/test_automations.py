"""The automations on a real Prefect server: made once, and they start what an event asks for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect import flow
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events import emit_event
from prefect.events.worker import EventsWorker
from prefect.server.events.actions import RunDeployment
from prefect.states import Running
from prefect.utilities.schema_tools.hydration import HydrationContext, hydrate
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from blocks.environment import Environment
from commands import schedules
from commands.deployments import CHECKOUT
from flows.operation import automations
from flows.operation.incident_telling import OPENED, ROLLBACK
from flows.operation.reporting import resource
from flows.rolling_back.options import RollbackOptions


def _until(there: Callable[[], bool], within_s: float = 60.0) -> None:
    Retrying(
        stop=stop_after_delay(within_s), wait=wait_fixed(0.2), retry=retry_if_result(lambda found: not found)
    )(there)


@pytest.fixture
def client(prefect_api: str) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as opened:
        yield opened


@pytest.fixture
def page() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address on this machine that keeps what it is told."""
    told: list[dict[str, Any]] = []

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", told
    server.shutdown()
    server.server_close()


@flow(name=automations.ROLLBACK_FLOW)
def go_back(options: dict[str, str] | None = None) -> None:
    """Stands for the flow of this name: what starts it is tested here, not what it does."""


def _deployment(client: SyncPrefectClient, name: str) -> UUID:
    flow_id = client.create_flow(go_back)  # pyright: ignore[reportArgumentType]
    return client.create_deployment(flow_id=flow_id, name=name, enforce_parameter_schema=False)


def _runs(client: SyncPrefectClient, deployment: UUID) -> list[FlowRun]:
    wanted = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    return client.read_flow_runs(deployment_filter=wanted, sort=FlowRunSort.ID_DESC, limit=10)


def _send(event: str, environment: str) -> None:
    payload = {"summary": f"{environment} is ill", "goal": "20261124T120000Z"}
    emit_event(event, resource=resource(environment), payload=payload)
    EventsWorker.drain_all(timeout=10)


def test_they_are_made_once_and_start_what_they_are_for(
    client: SyncPrefectClient, page: tuple[str, list[dict[str, Any]]]
) -> None:
    url, told = page
    # Without a deployment to go back with, and nobody to tell, there is the one for dead runs.
    automations.apply(client, ["dev", "prod"])
    assert len(client.read_automations()) == 1

    dev, prod = _deployment(client, "dev"), _deployment(client, "prod")
    CustomWebhookNotificationBlock(
        name="page",
        url=url,
        json_data={"subject": "{{subject}}", "body": "{{body}}"},
        headers=None,
        cookies=None,
    ).save(automations.NOTIFICATION_BLOCK, overwrite=True)
    automations.apply(client, ["dev", "prod"])
    made = {each.name: each.id for each in client.read_automations()}
    assert len(made) == 5
    # Applied again, what is there stays as it is.
    automations.apply(client, ["dev", "prod"])
    assert {each.name: each.id for each in client.read_automations()} == made

    _send(ROLLBACK, "prod")
    _until(lambda: len(_runs(client, prod)) == 1)
    # To the release that the incident names.
    assert _runs(client, prod)[0].parameters == {"options": {"to": "20261124T120000Z"}}
    assert _runs(client, dev) == []
    _send(OPENED, "dev")
    _until(lambda: len(told) == 1)
    assert told == [{"subject": "Reelflow: incident in dev", "body": "dev is ill"}]


def test_going_back_leads_to_the_release_that_the_event_names() -> None:
    # By Prefect's own rules for an action's parameters, as its server applies them.
    [action] = automations.going_back("prod", uuid4()).actions
    given = RunDeployment.model_validate(action.model_dump(mode="json")).parameters or {}
    event = {"payload": {"goal": "20261124T120000Z"}}
    context = HydrationContext(raise_on_error=True, render_jinja=True, jinja_context={"event": event})
    assert hydrate(given, context) == {"options": {"to": "20261124T120000Z"}}
    assert RollbackOptions.model_validate({"to": "20261124T120000Z"}).to == event["payload"]["goal"]


def test_one_that_somebody_has_changed_is_put_right(client: SyncPrefectClient) -> None:
    automations.apply(client, [])
    [known] = client.read_automations_by_name(automations.zombies().name)
    changed = automations.zombies(timedelta(seconds=30)).model_copy(update={"description": "changed"})
    client.update_automation(known.id, changed)
    client.create_automation(changed)
    automations.apply(client, [])
    [found] = client.read_automations_by_name(known.name)
    assert found.trigger.within == automations.SILENT_FOR  # pyright: ignore[reportAttributeAccessIssue]
    assert found.description == automations.zombies().description


def test_a_run_that_has_gone_silent_has_crashed(client: SyncPrefectClient) -> None:
    quick = automations.zombies(timedelta(seconds=10)).model_copy(update={"name": f"quick-{uuid4()}"})
    made = client.create_automation(quick)
    run = client.create_flow_run(go_back, state=Running())  # pyright: ignore[reportArgumentType]
    emit_event(automations.HEARTBEAT, resource={"prefect.resource.id": f"prefect.flow-run.{run.id}"})
    EventsWorker.drain_all(timeout=10)

    def crashed() -> bool:
        state = client.read_flow_run(run.id).state
        return state is not None and state.type is StateType.CRASHED

    _until(crashed)
    client.delete_automation(made)


SCHEDULED = """
deployments:
  - {name: prod, entrypoint: "flows/health_check.py:health_check", parameters: {environment: prod},
     schedules: [{cron: "*/5 * * * *", active: true}]}
  - {name: dev, entrypoint: "flows/health_check.py:health_check", parameters: {environment: dev},
     schedules: [{cron: "*/5 * * * *", active: false}]}
"""


def test_a_schedule_is_active_once_prefect_knows_its_environment(
    client: SyncPrefectClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "prefect.yaml"
    file.write_text(SCHEDULED)
    monkeypatch.setattr(schedules, "FILE", file)
    flow_id = client.create_flow_from_name("health-check")
    for name in ("prod", "dev"):
        # As `prefect deploy` makes them all, whatever Prefect knows.
        every = DeploymentScheduleCreate(schedule=CronSchedule(cron="*/5 * * * *"), active=True)
        client.create_deployment(flow_id=flow_id, name=name, schedules=[every])

    def active() -> dict[str, bool]:
        return {
            name: client.read_deployment_by_name(f"health-check/{name}").schedules[0].active
            for name in ("prod", "dev")
        }

    schedules.keep(client)
    assert active() == {"prod": False, "dev": False}
    known = Environment.from_checkout("prod", CHECKOUT, region="us-east-2", account="123456789012")
    known.save("prod", overwrite=True)
    # Another environment's are no business of who registers this one.
    schedules.keep(client, "dev")
    assert active() == {"prod": False, "dev": False}
    schedules.keep(client, "prod")
    assert active() == {"prod": True, "dev": False}
