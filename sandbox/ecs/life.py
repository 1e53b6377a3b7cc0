"""The life of a task, from PROVISIONING to STOPPED, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.ecs.health import HEALTHY, Health
from sandbox.ecs.logs import LogStream, NoLogGroup
from sandbox.ecs.placement import attach_interface, detach_interface
from sandbox.ecs.records import Container, Stop, Task, World, now
from sandbox.ecs.secret_values import NoSuchSecret, resolve
from sandbox.faults import FaultSwitch
from sandbox.network.addresses import Addresses
from sandbox.rights import AccessDenied, Rights, rights_of
from sandbox.runners import (
    ContainerSpec,
    PullFailed,
    Runner,
    RunningContainer,
    StartFailed,
    health_command,
    inside,
)

LOOKS_EVERY_S = 0.05
STOP_TIMEOUT_S = 30
HEALTH_TIMEOUT_S = 5


class Lives:
    """Starts tasks and sees them through.

    Args:
        world: the records.
        runner: what runs their containers.
        addresses: where a task's address goes back to.
        faults: those of the service "task".
        environment: what the platform gives a container, such as credentials of its task role.
    """

    def __init__(
        self,
        world: World,
        runner: Runner,
        addresses: Addresses,
        faults: FaultSwitch,
        environment: Callable[[str | None], Mapping[str, str]],
    ) -> None:
        self.world = world
        self.runner = runner
        self.addresses = addresses
        self.faults = faults
        self.environment = environment
        self._threads: set[threading.Thread] = set()

    def __call__(self, task: Task) -> None:
        thread = threading.Thread(
            target=self._see_through, args=(task,), name=f"task-{task.id[:8]}", daemon=True
        )
        self._threads.add(thread)
        thread.start()

    def wait(self, timeout_s: float) -> None:
        """Waits until all tasks have ended, at most so long."""
        deadline = time.monotonic() + timeout_s
        for thread in list(self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _see_through(self, task: Task) -> None:
        try:
            _Life(self, task).run()
        finally:
            self.addresses.give_back(task.address)
            self._threads.discard(threading.current_thread())


class _Failed(Exception):
    """The task can't start; the reason as ECS tells it."""


class _Life:
    def __init__(self, lives: Lives, task: Task) -> None:
        self._lives = lives
        self._world = lives.world
        self._task = task
        self._running: dict[str, RunningContainer] = {}
        self._streams: dict[str, LogStream] = {}
        self._described = {one["name"]: one for one in task.definition.containers}

    def run(self) -> None:
        try:
            self._provision()
            images = self._pull()
            environments = self._resolve()
            if self._task.stop is None:
                self._start(images, environments)
                self._watch()
        except _Failed as failed:
            self._stop_for("TaskFailedToStart", str(failed))
        # Whatever else goes wrong here must end the task, or its service would wait for it for ever.
        except Exception as error:  # noqa: BLE001
            self._stop_for("TaskFailedToStart", f"CannotStartContainerError: {type(error).__name__}: {error}")
        finally:
            self._end()

    def _provision(self) -> None:
        self._meet("PlaceTask", "Capacity is unavailable at this time. Please try again later.")
        attach_interface(self._world, self._task)
        self._status("PENDING")

    def _pull(self) -> dict[str, str]:
        """The images by digest, by container."""
        self._task.pull_started_at = now()
        images = {}
        try:
            self._meet("PullImage", "CannotPullContainerError: pull image manifest failed")
            self._start_rights.require("ecr:GetAuthorizationToken", "*")
            for container in self._task.containers:
                self._start_rights.require("ecr:BatchGetImage", self._repository(container.image))
                digest = self._lives.runner.pull(container.image)
                container.image_digest = digest
                images[container.name] = f"{container.image.partition('@')[0]}@{digest}"
        except PullFailed as failed:
            for container in self._task.containers:
                container.reason = f"CannotPullContainerError: {failed}"
            raise _Failed(f"CannotPullContainerError: {failed}") from failed
        except AccessDenied as denied:
            raise _Failed(
                "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
                f"retrieval failed: unable to retrieve ecr registry auth: AccessDeniedException: {denied}"
            ) from denied
        finally:
            self._task.pull_stopped_at = now()
        return images

    def _resolve(self) -> dict[str, dict[str, str]]:
        """The environments, by container, with the values of their secrets."""
        try:
            self._meet(
                "ResolveSecrets", "ResourceInitializationError: unable to pull secrets or registry auth"
            )
            for container in self._task.containers:
                described = self._described[container.name]
                self._require_log(described.get("logConfiguration"))
                self._streams[container.name] = LogStream.opened(
                    self._world.account, described.get("logConfiguration"), container.name, self._task.id
                )
            return {
                container.name: self._environment(self._described[container.name])
                for container in self._task.containers
            }
        except NoSuchSecret as missing:
            raise _Failed(
                "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
                f"retrieval failed: {missing}"
            ) from missing
        except NoLogGroup as missing:
            raise _Failed(f"ResourceInitializationError: {missing}") from missing
        except AccessDenied as denied:
            raise _Failed(
                "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
                f"retrieval failed: AccessDeniedException: {denied}"
            ) from denied

    def _environment(self, described: Mapping[str, Any]) -> dict[str, str]:
        override = self._override(described["name"])
        values = {one["name"]: one.get("value", "") for one in described["environment"]}
        values |= {one["name"]: one.get("value", "") for one in override.get("environment") or []}
        for secret in described.get("secrets") or []:
            self._start_rights.require(
                "secretsmanager:GetSecretValue", ":".join(secret["valueFrom"].split(":")[:7])
            )
            values[secret["name"]] = resolve(
                secret["valueFrom"], account=self._world.account, region=self._world.region
            )
        role = (self._task.given.get("overrides") or {}).get("taskRoleArn")
        given = self._lives.environment(role or self._task.definition.given.get("taskRoleArn"))
        return {**values, **given, "HOST": self._task.address}

    @property
    def _start_rights(self) -> Rights:
        """What the role that starts the task may do."""
        arn = self._task.definition.given.get("executionRoleArn") or ""
        return rights_of(self._world.account, arn) or Rights(f"nobody, as there is no role {arn!r}", ())

    def _repository(self, image: str) -> str:
        name = image.partition("/")[2].partition("@")[0].partition(":")[0]
        return f"arn:aws:ecr:{self._world.region}:{self._world.account}:repository/{name}"

    def _require_log(self, configuration: Mapping[str, Any] | None) -> None:
        if configuration and configuration["logDriver"] == "awslogs":
            group = configuration["options"]["awslogs-group"]
            arn = f"arn:aws:logs:{self._world.region}:{self._world.account}:log-group:{group}:log-stream:"
            self._start_rights.require("logs:CreateLogStream", arn)
            self._start_rights.require("logs:PutLogEvents", arn)

    def _override(self, name: str) -> dict[str, Any]:
        overrides = (self._task.given.get("overrides") or {}).get("containerOverrides") or []
        return next((one for one in overrides if one["name"] == name), {})

    def _start(self, images: Mapping[str, str], environments: Mapping[str, Mapping[str, str]]) -> None:
        self._meet("StartContainer", "CannotStartContainerError: container runtime failed")
        for container in self._task.containers:
            described = self._described[container.name]
            spec = ContainerSpec(
                name=f"{self._task.id}-{container.name}",
                image=images[container.name],
                entry_point=described.get("entryPoint"),
                command=self._override(container.name).get("command") or described.get("command"),
                environment=environments[container.name],
                address=self._task.address,
                read_only=bool(described.get("readonlyRootFilesystem")),
                writable=[one["containerPath"] for one in described["mountPoints"]],
                init=bool((described.get("linuxParameters") or {}).get("initProcessEnabled")),
            )
            try:
                running = self._lives.runner.start(spec, self._streams[container.name].write)
            except StartFailed as failed:
                container.reason = f"CannotStartContainerError: {failed}"
                raise _Failed(f"CannotStartContainerError: {failed}") from failed
            self._running[container.name] = running
            container.runtime_id, container.status = running.runtime_id, "RUNNING"
        self._task.started_at = now()
        self._status("RUNNING")

    def _watch(self) -> None:
        """Until it is to stop, or an essential container has ended."""
        probes = [
            _Probe(self, container)
            for container in self._task.containers
            if self._described[container.name].get("healthCheck")
        ]
        while self._task.stop is None:
            for container in self._task.containers:
                code = self._running[container.name].exit_code()
                if code is not None and container.exit_code is None:
                    container.exit_code, container.status = code, "STOPPED"
                    if self._described[container.name]["essential"]:
                        self._stop_for("EssentialContainerExited", "Essential container in task exited")
            for probe in probes:
                probe.look()
            for stream in self._streams.values():
                stream.flush()
            self._task.wake.wait(LOOKS_EVERY_S)

    def _end(self) -> None:
        with self._world.changed:
            self._task.desired_status = "STOPPED"
            self._task.stopping_at = now()
        self._status("STOPPING" if self._running else "DEPROVISIONING")
        for running in self._running.values():
            if running.exit_code() is None:
                running.terminate()
        for container in self._task.containers:
            if running := self._running.get(container.name):
                self._await_end(container, running)
        self._task.execution_stopped_at = now() if self._running else None
        for stream in self._streams.values():
            stream.flush()
        detach_interface(self._world, self._task)
        with self._world.changed:
            for container in self._task.containers:
                container.status = "STOPPED"
            self._task.stopped_at = now()
        self._status("STOPPED")

    def _await_end(self, container: Container, running: RunningContainer) -> None:
        deadline = time.monotonic() + (self._described[container.name].get("stopTimeout") or STOP_TIMEOUT_S)
        while running.exit_code() is None and time.monotonic() < deadline:
            time.sleep(LOOKS_EVERY_S)
        if running.exit_code() is None:
            running.kill()
            while running.exit_code() is None:
                time.sleep(LOOKS_EVERY_S)
        container.exit_code = running.exit_code()
        running.close()

    def _stop_for(self, code: str, reason: str) -> None:
        with self._world.changed:
            if self._task.stop is None:
                self._task.stop = Stop(code, reason)

    def _status(self, status: str) -> None:
        with self._world.changed:
            self._task.last_status = status
            self._world.changed.notify_all()

    def _meet(self, operation: str, reason: str) -> None:
        """Lets a fault of this step of the task happen, if one is on."""
        fault = self._lives.faults.meet("task", operation)
        if fault is None:
            return
        self._task.wake.wait(fault.delay_s)
        if fault.error:
            raise _Failed(f"{reason}: {fault.message}")


class _Probe:
    """The health check of one container."""

    def __init__(self, life: _Life, container: Container) -> None:
        self._life = life
        self._container = container
        check = life._described[container.name]["healthCheck"]
        timing = life._world.timing
        self._command = inside(health_command(check["command"]), life._task.address)
        self._timeout = check.get("timeout") or HEALTH_TIMEOUT_S
        self._retries = check.get("retries") or 3
        self._interval = check.get("interval") or 30
        self._first_interval = min(self._interval, timing.health_interval_s)
        self._start_period = min(check.get("startPeriod") or 0, timing.start_period_s)
        self._began = time.monotonic()
        self._next = self._began + self._first_interval / 2
        self._health = Health()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Checks when it is time to, beside what else goes on."""
        if self._thread and self._thread.is_alive():
            return
        if time.monotonic() < self._next:
            return
        self._thread = threading.Thread(target=self._check, daemon=True)
        self._thread.start()

    def _check(self) -> None:
        passed = self._life._running[self._container.name].execute(self._command, self._timeout)
        self._health = self._health.after(
            passed=passed,
            age_s=time.monotonic() - self._began,
            start_period_s=self._start_period,
            retries=self._retries,
        )
        healthy = self._health.status == HEALTHY
        self._next = time.monotonic() + (self._interval if healthy else self._first_interval)
        with self._life._world.changed:
            self._container.health = self._health.status
            self._life._world.changed.notify_all()
