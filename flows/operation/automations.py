"""What Prefect starts by itself, as code: going back, telling people, and clearing away dead runs.

What is decided is decided by pure functions in the flows; an automation starts what an event asks for.
They are made with the deployments, and found again by their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from prefect.automations import (
    AutomationCore,
    ChangeFlowRunState,
    EventTrigger,
    Posture,
    RunDeployment,
    SendNotification,
)
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound

from flows.operation.incident_telling import OPENED, ROLLBACK
from flows.operation.reporting import resource

ROLLBACK_FLOW = "rollback"
# Whoever wants to be told saves a notification block of this name: e-mail, Slack, PagerDuty, a webhook, …
NOTIFICATION_BLOCK = "incidents"
# A heartbeat comes every 180 s, so three were missed; with less, runs of a busy machine are counted dead.
SILENT_FOR = timedelta(seconds=540)
HEARTBEAT = "prefect.flow-run.heartbeat"
# Whatever a run does is a sign of life, its end among it: states may have names of their own.
LIFE = "prefect.flow-run.*"


def zombies(silent_for: timedelta = SILENT_FOR) -> AutomationCore:
    """Flow runs whose process is gone without a word are marked as crashed."""
    return AutomationCore(
        name="Reelflow: a flow run without a heartbeat has crashed",
        description="A killed process can't tell Prefect that its run is over.",
        trigger=EventTrigger(
            after={HEARTBEAT},
            expect={LIFE},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=silent_for,
        ),
        actions=[
            ChangeFlowRunState(
                name=None,
                state=StateType.CRASHED,
                message=f"No heartbeat for {silent_for.total_seconds():.0f} s: its process is gone.",
                force=False,
            )
        ],
    )


def going_back(environment: str, rollback: UUID) -> AutomationCore:
    """A young release that made its environment unhealthy is taken back.

    Args:
        rollback: id of the deployment that goes back.
    """
    return AutomationCore(
        name=f"Reelflow: go back when a young release makes {environment} unhealthy",
        description="Three unhealthy checks in a row of a release that is younger than an hour.",
        trigger=_on(ROLLBACK, environment),
        actions=[
            RunDeployment(
                source="selected",
                deployment_id=rollback,
                parameters={"options": {"to": _from_event("goal")}},
                job_variables=None,
            )
        ],
    )


def telling(environment: str, block: UUID) -> AutomationCore:
    """People are told of an incident: once, when it is opened.

    Args:
        block: id of the notification block.
    """
    return AutomationCore(
        name=f"Reelflow: tell of incidents in {environment}",
        description=f"By the notification block {NOTIFICATION_BLOCK!r}.",
        trigger=_on(OPENED, environment),
        actions=[
            SendNotification(
                block_document_id=block,
                subject=f"Reelflow: incident in {environment}",
                body="{{ event.payload['summary'] }}",
            )
        ],
    )


def apply(client: SyncPrefectClient, environments: Iterable[str]) -> None:
    """Makes the automations, or brings those that are there to what they are here."""
    wanted = [zombies()]
    block = notification_block(client)
    for environment in environments:
        if (rollback := _deployment(client, f"{ROLLBACK_FLOW}/{environment}")) is not None:
            wanted.append(going_back(environment, rollback))
        if block is not None:
            wanted.append(telling(environment, block))
    for automation in wanted:
        _ensure(client, automation)


def notification_block(client: SyncPrefectClient) -> UUID | None:
    """The id of the block by which people are told; None when nobody has saved one."""
    for document in client.read_block_documents(include_secrets=False):
        kind = document.block_schema
        can = kind.capabilities if kind else []
        if document.name == NOTIFICATION_BLOCK and "notify" in can:
            return document.id
    return None


def _from_event(name: str) -> dict[str, str]:
    """A parameter that is of the event's payload, as Prefect fills it in."""
    return {"__prefect_kind": "jinja", "template": f"{{{{ event.payload['{name}'] }}}}"}


def _on(event: str, environment: str) -> EventTrigger:
    named: Mapping[str, str | list[str]] = {
        "prefect.resource.id": resource(environment)["prefect.resource.id"]
    }
    return EventTrigger(
        expect={event},
        match=ResourceSpecification(dict(named)),
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )


def _deployment(client: SyncPrefectClient, name: str) -> UUID | None:
    try:
        return client.read_deployment_by_name(name).id
    except ObjectNotFound:
        return None


def _ensure(client: SyncPrefectClient, wanted: AutomationCore) -> None:
    known = client.read_automations_by_name(wanted.name)
    if not known:
        client.create_automation(wanted)
        return
    first, *others = known
    for other in others:
        client.delete_automation(other.id)
    content = wanted.model_dump(exclude={"owner_resource"})
    # An update begins what a trigger waits for anew.
    if first.model_dump(exclude={"id", "owner_resource"}) != content:
        # Only what was set is sent: a copy that was read has all of it set.
        client.update_automation(first.id, AutomationCore.model_validate(content))
