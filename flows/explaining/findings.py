"""What was found out about a failure, as one value: it can be kept, and explained again later.

It holds no secret: names, states, and what AWS, Terraform and the logs said, masked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from blocks.ecs.facts import DefinitionFacts, ServiceFacts, TaskFacts
from blocks.network import Endpoint, SecurityGroup, Subnet

LONGEST_TEXT = 4000

Where = Literal["fault", "terraform", "task", "event", "log", "run"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Evidence(_Value):
    """A line that speaks for a cause, and where it is from."""

    source: str
    text: str

    def __str__(self) -> str:
        return f"{self.source}: {self.text}"


class Fault(_Value):
    """What failed, as the deployment's record names it; the stage is empty when nothing was deployed."""

    stage: str
    kind: str
    message: str
    remedy: str = ""


class DiagnosticFacts(_Value):
    """An error that Terraform told, redacted."""

    summary: str
    detail: str = ""
    address: str = ""


class SecretFacts(_Value):
    """A secret that a task definition refers to; None where nobody could look.

    Attributes:
        variable: whose value it becomes.
        has_key: whether its document has the key that is referred to; true where no key is.
    """

    name: str
    variable: str
    key: str = ""
    exists: bool | None = None
    has_key: bool | None = None


class ImageFacts(_Value):
    """An image that a task definition names, and whether the registry has it."""

    reference: str
    exists: bool | None = None


class StoreFacts(_Value):
    """The database or the cache."""

    identifier: str
    status: str
    port: int
    security_groups: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        return self.status in ("available", "storage-optimization", "backing-up", "modifying")


class TargetFacts(_Value):
    """A target of the load balancer, as it finds it."""

    target: str
    state: str
    reason: str = ""
    description: str = ""


class PoolFacts(_Value):
    """A work pool of Prefect, and how many workers wait there."""

    name: str
    workers_online: int


class RunFacts(_Value):
    """The flow run, as Prefect has it. `log` are its warnings and errors."""

    name: str
    state: str
    message: str = ""
    log: tuple[str, ...] = ()


class Gap(_Value):
    """A source that could not be asked, and why."""

    source: str
    why: str


class Findings(_Value):
    """All that was found out.

    Attributes:
        state_lock: who holds the lock of Terraform's state.
        lock: who holds the environment's lock.
        own_network: where one-off tasks run: their subnets, their security groups, their public address.
        gaps: what could not be looked at.
    """

    environment: str
    release: str | None = None
    region: str = ""
    at: AwareDatetime | None = None
    fault: Fault | None = None
    diagnostics: tuple[DiagnosticFacts, ...] = ()
    services: tuple[ServiceFacts, ...] = ()
    tasks: tuple[TaskFacts, ...] = ()
    definitions: tuple[DefinitionFacts, ...] = ()
    secrets: tuple[SecretFacts, ...] = ()
    images: tuple[ImageFacts, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    security_groups: tuple[SecurityGroup, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    public_ip: bool = True
    own_groups: tuple[str, ...] = ()
    database: StoreFacts | None = None
    cache: StoreFacts | None = None
    targets: tuple[TargetFacts, ...] = ()
    alarms: tuple[str, ...] = ()
    errors: tuple[Evidence, ...] = ()
    state_lock: str = ""
    lock: str = ""
    pools: tuple[PoolFacts, ...] = ()
    run: RunFacts | None = None
    gaps: tuple[Gap, ...] = ()

    def told(self, *where: Where) -> Iterator[Evidence]:
        """Everything that was said, in the order of the places; of all places when none is named."""
        every: tuple[Where, ...] = ("task", "event", "terraform", "log", "run", "fault")
        for place in where or every:
            for told in self._told(place):
                # What is longer holds up whoever looks for something in it, and tells no more.
                cut = len(told.text) > LONGEST_TEXT
                yield told.model_copy(update={"text": told.text[:LONGEST_TEXT]}) if cut else told

    def _told(self, place: Where) -> Iterator[Evidence]:
        match place:
            case "fault" if self.fault:
                yield Evidence(source=self.fault.stage or "deployment", text=self.fault.message)
            case "terraform":
                for found in self.diagnostics:
                    about = f"{found.address}: " if found.address else ""
                    text = f"{about}{found.summary}{': ' if found.detail else ''}{found.detail}"
                    yield Evidence(source="Terraform", text=" ".join(text.split()))
            case "task":
                for task in self.tasks:
                    for text in (task.reason, *(c.reason for c in task.containers)):
                        if text:
                            yield Evidence(source=f"task {task.id[:8]}", text=text)
            case "event":
                for service in self.services:
                    for event in service.events:
                        yield Evidence(source=f"service {service.name}", text=event.message)
            case "log":
                yield from self.errors
                for task in self.tasks:
                    for line in reversed(task.log):
                        yield Evidence(source=f"log of task {task.id[:8]}", text=line)
            case "run" if self.run:
                yield Evidence(source="flow run", text=f"{self.run.state}: {self.run.message}".strip(": "))
                for line in reversed(self.run.log):
                    yield Evidence(source="log of the flow run", text=line)
            case _:
                return
