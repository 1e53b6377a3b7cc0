"""Which schedules are active: those that prefect.yaml has active, of environments that Prefect knows.

A server that has never seen an environment, as the one of a rehearsal, would start its flows in vain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound

FILE = Path(__file__).resolve().parents[1] / "prefect.yaml"
ENVIRONMENT_BLOCK = "environment"


def keep(client: SyncPrefectClient, only: str | None = None) -> None:
    """Brings the schedules of the deployments that are there to what they are to be.

    Args:
        only: the environment whose schedules are meant; None for all.
    """
    known: dict[str, bool] = {}
    for name, environment, active in scheduled(yaml.safe_load(FILE.read_text())):
        if only not in (None, environment):
            continue
        if environment not in known:
            known[environment] = _knows(client, environment)
        try:
            deployment = client.read_deployment_by_name(name)
        except ObjectNotFound:
            continue
        wanted = active and known[environment]
        for schedule in deployment.schedules:
            if schedule.active != wanted and schedule.id:
                client.update_deployment_schedule(deployment.id, schedule.id, active=wanted)


def scheduled(document: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Of a prefect.yaml, the deployments with a schedule: full name, environment, whether it is active."""
    for each in document["deployments"]:
        if schedules := each.get("schedules"):
            flow = each["entrypoint"].rpartition(":")[2].replace("_", "-")
            active = any(schedule.get("active", True) for schedule in schedules)
            yield f"{flow}/{each['name']}", each["parameters"]["environment"], active


def _knows(client: SyncPrefectClient, environment: str) -> bool:
    try:
        client.read_block_document_by_name(environment, ENVIRONMENT_BLOCK, include_secrets=False)
    except ObjectNotFound:
        return False
    return True
