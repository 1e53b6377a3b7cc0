"""Makes known to Prefect what it needs to run our flows: blocks, work pool, limits, deployments."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import get_args

import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect.workers.process import ProcessWorker

from app.shared_limits import CLIP_LIMIT, ORDER_LIMIT, ORDERS_AT_ONCE, ORDERS_PER_MINUTE
from commands import schedules
from stack.shared_process import ServiceFailed

CHECKOUT = Path(__file__).resolve().parents[1]


class Pool(StrEnum):
    """The work pools: films are made in one, releases are deployed in the other."""

    RENDER = "render"
    DEPLOY = "deploy"


def ensure_limits(client: SyncPrefectClient) -> None:
    """Makes the limits that flows take slots of, where they are missing."""
    # Two commands that start together both make it, and one of them is the later.
    with suppress(ObjectAlreadyExists):
        client.upsert_global_concurrency_limit_by_name(CLIP_LIMIT, os.cpu_count() or 2)
    with suppress(ObjectAlreadyExists):
        client.upsert_global_concurrency_limit_by_name(
            ORDER_LIMIT, ORDERS_AT_ONCE, slot_decay_per_second=ORDERS_PER_MINUTE / 60
        )


def apply_deployments(pool: Pool, *, flows_speak: bool, only: str | None = None) -> None:
    """Registers the blocks, makes a pool, and applies the deployments that prefect.yaml has for it.

    With those of releases come the automations.

    Args:
        pool: the pool.
        flows_speak: whether the worker's log has the log of its flow runs in it. They then don't outlive
            its death.
        only: the environment whose deployments are meant, where the pool has those of several; None for all.

    Raises:
        ServiceFailed: Prefect's server refused something.
    """
    template = ProcessWorker.get_default_base_job_template()
    template["variables"]["properties"]["stream_output"]["default"] = flows_speak
    with get_client(sync_client=True) as client:
        made = WorkPoolCreate(name=pool, type=ProcessWorker.type, base_job_template=template)
        client.create_work_pool(made, overwrite=True)
    file = CHECKOUT / "prefect.yaml"
    _apply(*(f"--name={name}" for name in deployed_in(pool, file, only)), "--prefect-file", str(file))
    if pool is Pool.DEPLOY:
        _automate(only)


def _automate(only: str | None) -> None:
    # Where films are made, what deploys is not installed.
    from blocks.environment import EnvironmentName
    from flows.operation import automations

    with get_client(sync_client=True) as client:
        schedules.keep(client, only)
        automations.apply(client, (only,) if only else get_args(EnvironmentName))


def deployed_in(pool: Pool, file: Path, only: str | None) -> list[str]:
    """The deployments of a pool in a prefect.yaml, of all environments or of one only.

    They are named as `prefect deploy --name` takes them, with the flow's function: many flows have a `prod`.
    """
    deployments = yaml.safe_load(file.read_text())["deployments"]
    return [
        f"{each['entrypoint'].rpartition(':')[2]}/{each['name']}"
        for each in deployments
        if each["work_pool"]["name"] == pool and only in (None, each["name"])
    ]


def _apply(*deploy: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "commands.applying", "--no-prompt", "deploy", *deploy],
        cwd=CHECKOUT,
        env=os.environ | {"REELFLOW_CHECKOUT": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise ServiceFailed(f"prefect deploy {' '.join(deploy)} failed: {said[-1]}")
