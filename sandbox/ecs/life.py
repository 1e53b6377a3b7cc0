"""The life of a task, from PROVISIONING to STOPPED, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from sandbox.ecs.logs import LogStream
from sandbox.ecs.placement import attach_interface, detach_interface
from sandbox.ecs.preparing import CanNotStart, Preparation, override_of
from sandbox.ecs.probe import Probe
from sandbox.ecs.reach import Silence
from sandbox.ecs.records import Container, Stop, Task, World, now
from sandbox.faults import FaultSwitch
from sandbox.network.addresses import Addresses
from sandbox.runners import ContainerSpec, Runner, RunningContainer, StartFailed

LOOKS_EVERY_S = 0.05
STOP_TIMEOUT_S = 30


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
        self.silence = Silence(addresses)
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


class _Life:
    def __init__(self, lives: Lives, task: Task) -> None:
        self._lives = lives
        self._world = lives.world
        self._task = task
        self._running: dict[str, RunningContainer] = {}
        self._streams: dict[str, LogStream] = {}
        self._preparation = Preparation(
            lives.world, task, lives.runner, lives.faults, lives.environment, lives.silence
        )
        self._described = {one["name"]: one for one in task.definition.containers}

    def run(self) -> None:
        try:
            self._provision()
            images = self._preparation.images()
            self._streams = self._preparation.streams()
            environments = self._preparation.environments()
            if self._task.stop is None:
                self._start(images, environments)
                self._watch()
        except CanNotStart as failed:
            self._stop_for("TaskFailedToStart", str(failed))
        # Whatever else goes wrong here must end the task, or its service would wait for it for ever.
        except Exception as error:  # noqa: BLE001
            self._stop_for("TaskFailedToStart", f"CannotStartContainerError: {type(error).__name__}: {error}")
        finally:
            self._end()

    def _provision(self) -> None:
        self._preparation.meet("PlaceTask", "Capacity is unavailable at this time. Please try again later.")
        attach_interface(self._world, self._task)
        self._status("PENDING")

    def _start(self, images: Mapping[str, str], environments: Mapping[str, Mapping[str, str]]) -> None:
        self._preparation.meet("StartContainer", "CannotStartContainerError: container runtime failed")
        for container in self._task.containers:
            described = self._described[container.name]
            spec = ContainerSpec(
                name=f"{self._task.id}-{container.name}",
                image=images[container.name],
                entry_point=described.get("entryPoint"),
                command=override_of(self._task, container.name).get("command") or described.get("command"),
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
                raise CanNotStart(f"CannotStartContainerError: {failed}") from failed
            self._running[container.name] = running
            container.runtime_id, container.status = running.runtime_id, "RUNNING"
        self._task.started_at = now()
        self._status("RUNNING")

    def _watch(self) -> None:
        """Until it is to stop, or an essential container has ended."""
        probes = [
            Probe(self._world, container, self._running[container.name], check, self._task.address)
            for container in self._task.containers
            if (check := self._described[container.name].get("healthCheck"))
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
