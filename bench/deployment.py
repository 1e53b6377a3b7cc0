"""Deploying by the flow, beside a plain sequential script of the deployment guide's commands, in the sandbox.

Both get an AWS of their own with the same wait for the database, the same checkout, the same engine. The
script does what the guide says, step after step: apply, build, push, move the service and wait for it to be
stable, migrate in a task, ask for health, make a film; and for an update build, push, force a new deployment,
wait, ask. It waits as the AWS CLI does (`aws ecs wait`: every 15 s; tasks every 6 s). What the sandbox
shortens elsewhere takes its time here: health checks and draining go by the configuration, as on AWS. What
only AWS takes time for is waited for, a quarter of what the guide says; build and push are real.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from rich.console import Console

from app.settings import settings
from bench.harness import publish, result
from blocks.environment import Environment
from blocks.terraform import Outputs
from commands.deployment.bootstrap import bootstrap
from commands.deployment.rehearse import Rehearsal, rehearsal
from commands.deployments import CHECKOUT
from sandbox.rehearsal.checkout import copied
from sandbox.rehearsal.scenarios import SCENARIOS

# Of the 10 to 15 minutes of an apply the database takes the most; of the 2 to 5 of a new task at the least
# two go to Fargate's resources and the pull.
DATABASE_CREATION_S = 150.0
PROVISIONING_S = 30.0
# No cap of the sandbox is below what the configuration says.
UNSHORTENED = {"health_interval_s": 300.0, "grace_period_s": 3600.0, "deregistration_s": 3600.0}
FIRST_AT_MOST = 0.6
NOTHING_AT_MOST = 0.2


def main(arguments: list[str] | None = None) -> None:
    """Runs the benchmark and publishes it as ``deployment``."""
    console = Console(stderr=True)
    with _sandbox(console) as stage:
        engine = stage.aws.engine
        script_first, script_again = asyncio.run(_by_the_guide(stage, console))
    with _sandbox(console) as stage:
        played = {each.name: stage.play(each) for each in SCENARIOS if each.name in ("first", "nothing")}
    if faults := [fault for each in played.values() for fault in each["faults"]]:
        raise SystemExit(f"The flow's deployments did not end as they must: {'; '.join(faults)}")
    flow_first, flow_again = (played[name]["seconds"] for name in ("first", "nothing"))
    stages = {stage["name"]: stage["seconds"] for stage in played["first"]["stages"]}
    waits = f"database {DATABASE_CREATION_S:.0f} s, task {PROVISIONING_S:.0f} s"
    publish(
        "deployment",
        [
            result(
                f"first deployment ({engine}; {waits}), beside the script",
                flow_first,
                "s",
                baseline=script_first,
                target=f"≤ {FIRST_AT_MOST} of it",
                met=flow_first <= FIRST_AT_MOST * script_first,
            ),
            result(
                "nothing to change, beside the script's update",
                flow_again,
                "s",
                baseline=script_again,
                target=f"≤ {NOTHING_AT_MOST} of it",
                met=flow_again <= NOTHING_AT_MOST * script_again,
            ),
            *(result(f"first deployment: {name}", seconds, "s") for name, seconds in stages.items()),
        ],
    )


async def _by_the_guide(stage: Rehearsal, console: Console) -> tuple[float, float]:
    """The seconds of the script's first deployment, and of its update with nothing changed."""
    environment = stage.environment(copied(CHECKOUT, stage.scratch / "script"))
    await bootstrap(environment)
    console.print("By the guide, step after step…")
    started = time.monotonic()
    outputs = await _apply(environment, stage.scratch)
    image = await asyncio.to_thread(_build_and_push, environment, outputs, stage.scratch / "first")
    await asyncio.to_thread(_move, environment, outputs, image)
    await asyncio.to_thread(_migrate, environment, outputs)
    await _look(environment, outputs)
    await environment.api(outputs).film(stage.scratch / "film", deadline_s=900)
    first = time.monotonic() - started

    started = time.monotonic()
    image = await asyncio.to_thread(_build_and_push, environment, outputs, stage.scratch / "again")
    await asyncio.to_thread(_move, environment, outputs, image)
    await _look(environment, outputs)
    return first, time.monotonic() - started


async def _apply(environment: Environment, scratch: Path) -> Outputs:
    await environment.terraform.init()
    await environment.terraform.plan(file := scratch / "script.tfplan")
    await environment.terraform.apply(file)
    return await environment.terraform.outputs()


def _build_and_push(environment: Environment, outputs: Outputs, directory: Path) -> str:
    # The registry's tags are immutable, so that the guide's `latest` is a new one each time.
    tag = f"script-{uuid.uuid4().hex[:8]}"
    built = environment.image_builder(directory, environment.image_platform).build(
        environment.source, tag, lambda step: None
    )
    digest = environment.registry(outputs).push(built, tag)
    return f"{outputs.ecr_repository_url}@{digest}"


def _move(environment: Environment, outputs: Outputs, image: str) -> None:
    ecs = boto3.client("ecs")
    for name, service in outputs.services.items():
        revision = environment.service(outputs, name).register(service.task_definition, image)
        ecs.update_service(
            cluster=outputs.ecs_cluster_name,
            service=service.service,
            taskDefinition=revision,
            desiredCount=service.desired_count,
            forceNewDeployment=True,
        )
    ecs.get_waiter("services_stable").wait(
        cluster=outputs.ecs_cluster_name, services=[each.service for each in outputs.services.values()]
    )


def _migrate(environment: Environment, outputs: Outputs) -> None:
    ecs = boto3.client("ecs")
    network = outputs.network
    started = ecs.run_task(
        cluster=outputs.ecs_cluster_name,
        taskDefinition=environment.service(outputs, "backend").running().task_definition,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": list(network.subnet_ids),
                "securityGroups": list(network.security_group_ids),
                "assignPublicIp": "ENABLED" if network.assign_public_ip else "DISABLED",
            }
        },
        overrides={"containerOverrides": [{"name": "backend", "command": ["migrate", "local", "up"]}]},
    )
    arn = started["tasks"][0]["taskArn"]
    ecs.get_waiter("tasks_stopped").wait(cluster=outputs.ecs_cluster_name, tasks=[arn])
    [task] = ecs.describe_tasks(cluster=outputs.ecs_cluster_name, tasks=[arn])["tasks"]
    if task["containers"][0].get("exitCode") != 0:
        raise SystemExit(f"The script's migration failed: {task.get('stoppedReason')}")


async def _look(environment: Environment, outputs: Outputs) -> None:
    api = environment.api(outputs)
    await api.health()
    await api.detailed_health()


@contextmanager
def _sandbox(console: Console) -> Iterator[Rehearsal]:
    """An AWS as slow as AWS is, with a state directory of its own."""
    with (
        _home(),
        rehearsal(console, database_creation_s=DATABASE_CREATION_S, timing=UNSHORTENED) as stage,
    ):
        stage.aws.faults.on("task", "PlaceTask", delay_s=PROVISIONING_S, times=None)
        yield stage


@contextmanager
def _home() -> Iterator[None]:
    """A state directory of its own, so that neither finds what the other has left but the base image."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="reelflow-bench-", ignore_cleanup_errors=True) as directory:
        os.environ["REELFLOW_HOME"] = directory
        settings.cache_clear()
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            settings.cache_clear()
