"""The service scheduler: does what `rollout` decides, again and again, for every service."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from sandbox.ecs.judge import Judge
from sandbox.ecs.records import Deployment, Service, Stop, Task, World, now
from sandbox.ecs.rollout import Standing, Steps, next_steps, pause_after
from sandbox.ecs.tasks import stop

LOOKS_EVERY_S = 0.1
FAILED_CHECK = "Task failed"
SCALING = "Scaling activity initiated by (deployment {})"


class Targets(Protocol):
    """The target groups, as far as the scheduler uses them."""

    def register(self, group: str, address: str, port: int) -> None: ...

    def deregister(self, group: str, address: str, port: int) -> None: ...

    def state(self, group: str, address: str) -> str:
        """initial, healthy, unhealthy, draining or unused."""
        ...


class Scheduler:
    """One thread that serves all services of a region."""

    def __init__(
        self, world: World, targets: Targets, start_task: Callable[[Service, Deployment], Task]
    ) -> None:
        self._world = world
        self._targets = targets
        self._start_task = start_task
        self._judge = Judge(world)
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="ecs-scheduler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Ends the scheduling; tasks are left as they are."""
        self._ending = True
        self._world.notify()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending:
            with self._world.changed:
                for service in list(self._world.services.values()):
                    if service.status != "INACTIVE":
                        self._serve(service)
                self._world.changed.wait(LOOKS_EVERY_S)

    def _serve(self, service: Service) -> None:
        for task in self._world.tasks_of(service):
            self._look_at(service, task)
        self._count_failures(service)
        if service.status == "DRAINING":
            self._delete(service)
            return
        self._take(service, self._steps(service))
        steady, others = self._standing(service)
        self._judge(service, steady, others)
        self._forget_old(service)

    def _look_at(self, service: Service, task: Task) -> None:
        """Sees a task into service, or out of it."""
        balancers = _balancers(service)
        if task.draining:
            if all(self._targets.state(arn, task.address) == "unused" for arn, _ in balancers):
                stop(self._world, task, Stop("ServiceSchedulerInitiated", SCALING.format(task.deployment)))
            return
        if task.going or task.last_status != "RUNNING":
            if task.in_service:
                self._deregister(service, task)
            return
        if task.has_health_check and task.health == "UNHEALTHY":
            self._fail(service, task, f"{FAILED_CHECK} container health checks", "container health checks")
        elif not task.has_health_check or task.health == "HEALTHY":
            self._see_to_targets(service, task, balancers)

    def _see_to_targets(self, service: Service, task: Task, balancers: Sequence[tuple[str, int]]) -> None:
        if balancers and not task.in_service:
            for arn, port in balancers:
                self._targets.register(arn, task.address, port)
                service.say(f"registered 1 targets in (target-group {arn})")
            task.in_service = True
        states = {arn: self._targets.state(arn, task.address) for arn, _ in balancers}
        if all(state == "healthy" for state in states.values()):
            task.was_steady = True
            return
        for arn, state in states.items():
            if state == "unhealthy" and self._past_grace(service, task):
                self._fail(
                    service,
                    task,
                    f"{FAILED_CHECK} ELB health checks in (target-group {arn})",
                    "ELB health checks",
                )

    def _past_grace(self, service: Service, task: Task) -> bool:
        grace = min(
            service.given.get("healthCheckGracePeriodSeconds") or 0, self._world.timing.grace_period_s
        )
        return task.started_at is not None and (now() - task.started_at).total_seconds() > grace

    def _fail(self, service: Service, task: Task, reason: str, what: str) -> None:
        service.say(f"(task {task.id}) failed {what}.")
        self._deregister(service, task)
        stop(self._world, task, Stop("ServiceSchedulerInitiated", reason))

    def _deregister(self, service: Service, task: Task) -> None:
        if task.in_service:
            for arn, port in _balancers(service):
                self._targets.deregister(arn, task.address, port)
            task.in_service = False

    def _count_failures(self, service: Service) -> None:
        """Counts the tasks that ended before they were steady, once each."""
        for task in self._world.tasks.values():
            if (task.cluster, task.service) != (service.cluster, service.name):
                continue
            if task.stop is None or task.counted:
                continue
            deployment = next((one for one in service.deployments if one.id == task.deployment), None)
            if deployment and _failed(task):
                deployment.failed += 1
                deployment.retry_at = time.monotonic() + pause_after(deployment.failed)
            task.counted = True

    def _steps(self, service: Service) -> Steps:
        configuration = service.given["deploymentConfiguration"]
        primary = service.primary
        steps = next_steps(
            desired=service.desired,
            minimum_percent=configuration.get("minimumHealthyPercent", 100),
            maximum_percent=configuration.get("maximumPercent", 200),
            primary=primary.id,
            tasks=[
                Standing(task.id, task.deployment or "", self._steady(service, task))
                for task in self._world.tasks_of(service)
                if not task.going
            ],
        )
        held = primary.rollout_state == "FAILED" or time.monotonic() < primary.retry_at
        return Steps(0, steps.stop) if held else steps

    def _steady(self, service: Service, task: Task) -> bool:
        if task.last_status != "RUNNING" or task.going:
            return False
        if task.has_health_check and task.health != "HEALTHY":
            return False
        return all(
            task.in_service and self._targets.state(arn, task.address) == "healthy"
            for arn, _ in _balancers(service)
        )

    def _standing(self, service: Service) -> tuple[int, int]:
        """How many tasks of the wanted deployment are steady, and how many others have not stopped yet."""
        primary, tasks = service.primary.id, self._world.tasks_of(service)
        steady = sum(task.deployment == primary and self._steady(service, task) for task in tasks)
        return steady, sum(task.deployment != primary or task.going for task in tasks)

    def _take(self, service: Service, steps: Steps) -> None:
        if steps.start:
            started = [self._start_task(service, service.primary) for _ in range(steps.start)]
            names = " ".join(f"(task {task.id})" for task in started)
            service.say(f"has started {len(started)} tasks: {names}.")
            service.steady = False
        for task_id in steps.stop:
            self._let_go(service, self._world.tasks[task_id])
            service.steady = False

    def _let_go(self, service: Service, task: Task) -> None:
        """Takes a task out of service: it drains first where it has a target group, and then is stopped."""
        service.say(f"has stopped 1 running tasks: (task {task.id}).")
        if task.in_service:
            service.say("has begun draining connections on 1 tasks.")
            self._deregister(service, task)
            task.draining = True
            task.last_status = "DEACTIVATING"
        else:
            stop(self._world, task, Stop("ServiceSchedulerInitiated", SCALING.format(task.deployment)))

    def _forget_old(self, service: Service) -> None:
        there = {task.deployment for task in self._world.tasks_of(service)}
        service.deployments = [
            one for one in service.deployments if one is service.primary or one.id in there
        ]

    def _delete(self, service: Service) -> None:
        remaining = self._world.tasks_of(service)
        for task in remaining:
            if not task.going:
                self._let_go(service, task)
        if not remaining:
            service.status, service.deployments = "INACTIVE", []


def _balancers(service: Service) -> list[tuple[str, int]]:
    """Target group and port, for each load balancer of a service."""
    return [(one["targetGroupArn"], one["containerPort"]) for one in service.given.get("loadBalancers") or []]


def _failed(task: Task) -> bool:
    """Whether a stopped task counts against its deployment: it ended by itself before it was steady."""
    if task.was_steady or task.stop is None:
        return False
    return task.stop.code in ("TaskFailedToStart", "EssentialContainerExited") or task.stop.reason.startswith(
        FAILED_CHECK
    )
