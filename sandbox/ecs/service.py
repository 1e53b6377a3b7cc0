"""The ECS as a whole: records, operations, scheduler and lives of tasks, a set of them per region."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping

from sandbox.ecs.api import Operation, answer
from sandbox.ecs.clusters import Clusters
from sandbox.ecs.definitions import Definitions
from sandbox.ecs.life import Lives
from sandbox.ecs.records import Stop, World
from sandbox.ecs.scheduler import Scheduler, Targets
from sandbox.ecs.services import Services
from sandbox.ecs.tasks import Tasks, stop
from sandbox.faults import Answer, FaultSwitch
from sandbox.network.addresses import Addresses
from sandbox.runners import Runner
from sandbox.timing import Timing

ENDS_WITHIN_S = 15.0


class Ecs:
    """Answers the calls of the ECS API.

    Args:
        account: the account's id.
        targets: makes the target groups of a region.
        environment: makes what the platform gives a container in a region, for a task role if it has one.
    """

    def __init__(
        self,
        *,
        account: str,
        runner: Runner,
        addresses: Addresses,
        faults: FaultSwitch,
        timing: Timing,
        targets: Callable[[str], Targets],
        environment: Callable[[str, str | None], Mapping[str, str]],
    ) -> None:
        self._account = account
        self._runner = runner
        self._addresses = addresses
        self._faults = faults
        self._timing = timing
        self._targets = targets
        self._environment = environment
        self._regions: dict[str, _Region] = {}
        self._lock = threading.Lock()

    def __call__(self, operation: str, region: str, body: bytes) -> Answer:
        return answer(self._in(region).operations, operation, body)

    def close(self) -> None:
        """Stops every task and ends."""
        for region in self._regions.values():
            region.close()

    def _in(self, region: str) -> _Region:
        with self._lock:
            if region not in self._regions:
                world = World(self._account, region, self._timing)
                lives = Lives(
                    world,
                    self._runner,
                    self._addresses,
                    self._faults,
                    lambda role: self._environment(region, role),
                )
                self._regions[region] = _Region(world, lives, self._targets(region), self._addresses)
            return self._regions[region]


class _Region:
    def __init__(self, world: World, lives: Lives, targets: Targets, addresses: Addresses) -> None:
        self._world = world
        self._lives = lives
        tasks = Tasks(world, addresses, lives)
        self.operations: dict[str, Operation] = {}
        for group in (Clusters(world), Definitions(world), Services(world), tasks):
            for name in dir(group):
                if not name.startswith("_") and name != "start_for":
                    self.operations[_camel(name)] = getattr(group, name)
        self._scheduler = Scheduler(world, targets, tasks.start_for)
        self._scheduler.start()

    def close(self) -> None:
        self._scheduler.end()
        with self._world.changed:
            for task in self._world.tasks.values():
                if not task.stopped:
                    stop(self._world, task, Stop("TerminationNotice", "The sandbox ends."))
        self._lives.wait(ENDS_WITHIN_S)


def _camel(name: str) -> str:
    return re.sub(r"(?:^|_)(\w)", lambda found: found[1].upper(), name)
