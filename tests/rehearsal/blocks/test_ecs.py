"""Services and one-off tasks, on an ECS that really runs them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from blocks.aws import AwsError, AwsMissing, AwsUnavailable
from blocks.ecs import EcsService, RollOut, RollOutEvent
from blocks.terraform import NetworkOutputs
from tests.rehearsal.sandbox.conftest import Account

pytestmark = pytest.mark.anyio

DEADLINE_S = 60.0
Ship = Callable[..., str]


def base(service: EcsService) -> str:
    return f"{service.family}:1"


def answers(service: EcsService) -> set[str]:
    """The versions that its tasks serve."""
    return {httpx.get(f"http://{a.public}:8000/", trust_env=False).text for a in service.addresses()}


async def roll_out(service: EcsService, image: str, count: int = 1) -> RollOut:
    arn = service.register(base(service), image)
    return await service.follow(service.update(arn, count), deadline_s=DEADLINE_S)


async def test_a_first_roll_out_and_the_next(service: EcsService, ship: Ship) -> None:
    told: list[RollOutEvent] = []
    first = ship("1")
    arn = service.register(base(service), first)
    done = await service.follow(service.update(arn, 2), deadline_s=DEADLINE_S, on_event=told.append)
    assert done.succeeded, done
    assert (told[0].running, told[-1].running) == (0, 2)
    assert any("task" in event.message for event in told)

    serving = service.running()
    assert serving.steady
    assert (serving.task_definition, serving.image) == (arn, first)
    assert serving.digest == first.partition("@")[2]
    assert (serving.desired, serving.running, serving.deployments) == (2, 2, 1)
    addresses = service.addresses()
    assert len({a.private for a in addresses}) == 2
    assert all(a.public and a.healthy for a in addresses)
    assert answers(service) == {"1"}

    assert (await roll_out(service, ship("2"), count=2)).succeeded
    assert answers(service) == {"2"}


async def test_a_revision_of_the_same_content_is_used_again(service: EcsService, ship: Ship) -> None:
    image = ship("1")
    arn = service.register(base(service), image)
    assert arn.endswith(":2")
    assert service.register(base(service), image) == arn
    assert service.register(arn, image) == arn
    assert service.definition(arn).digest == image.partition("@")[2]
    assert service.register(base(service), ship("2")).endswith(":3")


async def test_nothing_to_do_is_a_success_at_once(service: EcsService, ship: Ship) -> None:
    image = ship("1")
    first = await roll_out(service, image)
    again = await roll_out(service, image)
    assert again.succeeded
    assert again.deployment.id == first.deployment.id
    assert again.seconds < first.seconds


async def test_it_is_scaled_to_nothing(service: EcsService, ship: Ship) -> None:
    await roll_out(service, ship("1"))
    done = await service.follow(service.update(service.running().task_definition, 0), deadline_s=DEADLINE_S)
    assert done.succeeded
    assert service.addresses() == ()


async def test_an_image_that_crashes_is_rolled_back_and_that_is_a_failure(
    service: EcsService, ship: Ship
) -> None:
    good = ship("1")
    await roll_out(service, good)
    done = await roll_out(service, ship("2", "crash"))
    assert not done.succeeded
    assert done.kind == "crashed"
    assert "exit code 3" in done.message
    assert done.stopped[0].exit_code == 3
    assert service.running().image == good


async def test_an_image_that_never_becomes_healthy_is_told_as_such(service: EcsService, ship: Ship) -> None:
    await roll_out(service, ship("1"))
    done = await roll_out(service, ship("2", "never healthy"))
    assert (done.succeeded, done.kind) == (False, "unhealthy")
    assert "health check" in done.message


async def test_a_first_roll_out_that_crashes_ends_too(service: EcsService, ship: Ship) -> None:
    done = await roll_out(service, ship("1", "crash"))
    assert (done.succeeded, done.kind) == (False, "crashed")


async def test_another_deployment_that_overtakes_is_no_success(service: EcsService, ship: Ship) -> None:
    await roll_out(service, ship("1"))
    slow = service.update(service.register(base(service), ship("2", "never healthy")), 1)
    quick = service.update(service.register(base(service), ship("3")), 1)
    overtaken, done = await asyncio.gather(
        service.follow(slow, deadline_s=DEADLINE_S), service.follow(quick, deadline_s=DEADLINE_S)
    )
    assert done.succeeded
    assert (overtaken.succeeded, overtaken.kind) == (False, "superseded")


async def test_a_deadline_is_a_failure_with_what_it_waited_for(service: EcsService, ship: Ship) -> None:
    arn = service.register(base(service), ship("1"))
    done = await service.follow(service.update(arn, 1), deadline_s=0)
    assert (done.succeeded, done.kind) == (False, "deadline")
    assert "0 of 1 tasks run" in done.message


async def test_a_deployment_is_followed_again_after_a_restart(service: EcsService, ship: Ship) -> None:
    deployment = service.update(service.register(base(service), ship("1")), 1)
    kept = type(deployment).model_validate_json(deployment.model_dump_json())
    assert (await service.follow(kept, deadline_s=DEADLINE_S)).succeeded


async def test_a_one_off_task(service: EcsService, ship: Ship, network: NetworkOutputs) -> None:
    arn = service.register(base(service), ship("1"))
    told: list[str] = []
    done = await service.run_task(
        ["tell", "NAME"],
        network,
        task_definition=arn,
        deadline_s=DEADLINE_S,
        environment={"NAME": "Volta"},
        on_log=told.append,
    )
    assert done.succeeded
    assert done.log == ("NAME Volta",)
    assert told == ["NAME Volta"]
    assert done.task_definition == arn


async def test_a_one_off_task_that_fails(service: EcsService, ship: Ship, network: NetworkOutputs) -> None:
    arn = service.register(base(service), ship("1"))
    done = await service.run_task(["leave", "42"], network, task_definition=arn, deadline_s=DEADLINE_S)
    assert (done.succeeded, done.exit_code) == (False, 42)


async def test_a_one_off_task_that_can_not_start(service: EcsService, network: NetworkOutputs) -> None:
    done = await service.run_task(["tell"], network, task_definition=base(service), deadline_s=DEADLINE_S)
    assert (done.succeeded, done.exit_code, done.stop_code) == (False, None, "TaskFailedToStart")
    assert "CannotPullContainerError" in done.cause


async def test_a_one_off_task_that_takes_too_long_is_stopped(
    service: EcsService, ship: Ship, network: NetworkOutputs
) -> None:
    arn = service.register(base(service), ship("1"))
    done = await service.run_task(["stay"], network, task_definition=arn, deadline_s=2)
    assert done.timed_out
    assert not done.succeeded
    assert done.log == ("staying",)


async def test_a_one_off_task_ends_with_its_caller(
    account: Account, service: EcsService, ship: Ship, network: NetworkOutputs
) -> None:
    arn = service.register(base(service), ship("1"))
    begun = asyncio.Event()
    running = asyncio.ensure_future(
        service.run_task(
            ["stay"], network, task_definition=arn, deadline_s=DEADLINE_S, on_log=lambda _: begun.set()
        )
    )
    await asyncio.wait_for(begun.wait(), DEADLINE_S)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    left = account.ecs.list_tasks(cluster=account.cluster, family=service.family, desiredStatus="RUNNING")
    assert left["taskArns"] == []


def test_a_service_that_is_not_there(service: EcsService) -> None:
    other = service.model_copy(update={"service": "none"})
    with pytest.raises(AwsMissing, match="none of this name"):
        other.running()
    with pytest.raises(AwsError):
        service.definition("nothing:1")


def test_throttling_passes_by_itself_or_is_told_as_transient(account: Account, service: EcsService) -> None:
    account.cloud.faults.on("ecs", "DescribeServices", error="ThrottlingException", status=400, times=2)
    assert service.running().desired == 0
    account.cloud.faults.on("ecs", "DescribeServices", error="ThrottlingException", status=400, times=99)
    with pytest.raises(AwsUnavailable) as caught:
        service.running()
    account.cloud.faults.off()
    assert caught.value.transient
