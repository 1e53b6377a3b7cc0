"""The service scheduler: does what `rollout` decides, again and again, for every service."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from moto.cloudwatch.models import cloudwatch_backends

from sandbox.ecs.records import Deployment, Service, ServiceDeployment, Stop, Task, World, now
from sandbox.ecs.rollout import Fate, Standing, Steps, breaker_threshold, fate, next_steps, pause_after
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
        self._judge(service)
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

    def _judge(self, service: Service) -> None:
        current = service.current
        primary = service.primary
        tasks = self._world.tasks_of(service)
        steady = sum(task.deployment == primary.id and self._steady(service, task) for task in tasks)
        others = sum(task.deployment != primary.id or task.going for task in tasks)
        if current is None:
            self._note_steadiness(service, steady, others)
            return
        alarms = self._ringing(current)
        configuration = current.configuration.get("deploymentCircuitBreaker") or {}
        threshold = breaker_threshold(
            service.desired, configuration, fewest=self._world.timing.breaker_failures
        )
        if threshold is not None:
            current.breaker = {
                "status": "MONITORING",
                "failureCount": current.deployment.failed,
                "threshold": threshold,
            }
        asked = current.status == "ROLLBACK_REQUESTED"
        rolling_back = current.status == "ROLLBACK_IN_PROGRESS"
        outcome = fate(
            desired=service.desired,
            steady=steady,
            others=others,
            failed=primary.failed,
            threshold=threshold,
            # Its rollback is what an alarm has asked for.
            alarmed=(bool(alarms) or asked) and not rolling_back,
            rollback=bool(
                asked
                or configuration.get("rollback")
                or (alarms and (current.configuration.get("alarms") or {}).get("rollback"))
            ),
        )
        if rolling_back and outcome in (Fate.ROLLS_BACK, Fate.FAILED):
            self._fail_rollback(service, current)
        elif outcome is Fate.COMPLETED:
            self._complete(service, current)
        elif outcome is Fate.ROLLS_BACK and not rolling_back:
            self._roll_back(service, current, alarms)
        elif outcome is Fate.FAILED and not rolling_back:
            self._give_up(service, current, "STOPPED", "tasks failed to start.")

    def _complete(self, service: Service, current: ServiceDeployment) -> None:
        primary = service.primary
        primary.rollout_state, primary.completed = "COMPLETED", True
        primary.reason = f"ECS deployment {primary.id} completed."
        primary.updated_at = current.finished_at = current.updated_at = now()
        rolled_back = current.status == "ROLLBACK_IN_PROGRESS"
        current.status = "ROLLBACK_SUCCESSFUL" if rolled_back else "SUCCESSFUL"
        if current.breaker:
            current.breaker["status"] = "TRIGGERED" if rolled_back else "MONITORING_COMPLETE"
        service.say(f"(deployment {primary.id}) deployment completed.")

    def _roll_back(self, service: Service, current: ServiceDeployment, alarms: Sequence[str]) -> None:
        """Makes the deployment that was completed last the wanted one again."""
        failed = service.primary
        cause = f"alarm detected: {', '.join(alarms)}" if alarms else "tasks failed to start"
        before = next(
            (
                record.deployment
                for record in reversed(service.history)
                if record.deployment.completed and record.deployment is not failed
            ),
            None,
        )
        if before is None:
            self._give_up(service, current, "ROLLBACK_FAILED", f"{cause}, and no deployment to roll back to.")
            return
        service.say(f"(deployment {failed.id}) deployment failed: {cause}.")
        service.say(f"rolling back to deployment {before.id}.")
        failed.status, failed.rollout_state = "ACTIVE", "FAILED"
        failed.reason = f"ECS deployment circuit breaker: {cause}." if not alarms else cause
        if before in service.deployments:
            service.deployments.remove(before)
        service.deployments.insert(0, before)
        before.status, before.rollout_state, before.failed = "PRIMARY", "IN_PROGRESS", 0
        before.reason = f"ECS deployment circuit breaker: rolling back to deploymentId {before.id}."
        before.updated_at = failed.updated_at = current.updated_at = now()
        current.status = "ROLLBACK_IN_PROGRESS"
        current.reason = f"Service deployment rolled back because of {cause}."
        current.triggered_alarms = list(alarms)
        current.rollback = {
            "reason": current.reason,
            "startedAt": now(),
            "serviceRevisionArn": before.revision_arn,
        }
        if current.breaker:
            current.breaker["status"] = "TRIGGERED"
        service.given["taskDefinition"] = before.definition.arn
        service.steady = False

    def _fail_rollback(self, service: Service, current: ServiceDeployment) -> None:
        self._give_up(service, current, "ROLLBACK_FAILED", "tasks of the rollback failed to start.")

    def _give_up(self, service: Service, current: ServiceDeployment, status: str, cause: str) -> None:
        primary = service.primary
        service.say(f"(deployment {primary.id}) deployment failed: {cause}")
        primary.rollout_state = "FAILED"
        primary.reason = f"ECS deployment circuit breaker: {cause}"
        if current.breaker:
            current.breaker["status"] = "TRIGGERED"
        current.status, current.reason = status, primary.reason
        current.finished_at = current.updated_at = primary.updated_at = now()

    def _note_steadiness(self, service: Service, steady: int, others: int) -> None:
        reached = steady >= service.desired and others == 0 and service.primary.rollout_state != "FAILED"
        if reached and not service.steady:
            service.say("has reached a steady state.")
        service.steady = reached

    def _ringing(self, current: ServiceDeployment) -> list[str]:
        watched: dict[str, Any] = current.configuration.get("alarms") or {}
        if not watched.get("enable"):
            return []
        alarms = cloudwatch_backends[self._world.account][self._world.region].alarms
        return [
            name
            for name in watched.get("alarmNames", [])
            if name in alarms and alarms[name].state_value == "ALARM"
        ]

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
