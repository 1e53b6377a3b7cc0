"""What the ECS remembers: clusters, task definitions, services with their deployments, tasks."""

from __future__ import annotations

import secrets
import string
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.timing import Timing

REMEMBERED_EVENTS = 100


def now() -> datetime:
    return datetime.now(UTC)


def random_digits(length: int = 19) -> str:
    return "".join(secrets.choice(string.digits) for _ in range(length))


@dataclass
class Cluster:
    name: str
    arn: str
    given: dict[str, Any]
    status: str = "ACTIVE"


@dataclass
class TaskDefinition:
    """One revision; `given` is the request that registered it, defaults filled in."""

    arn: str
    family: str
    revision: int
    given: dict[str, Any]
    registered_at: datetime = field(default_factory=now)
    deregistered_at: datetime | None = None
    status: str = "ACTIVE"

    @property
    def containers(self) -> list[dict[str, Any]]:
        return self.given["containerDefinitions"]


@dataclass
class Container:
    """A container of a task, as far as the API tells of it."""

    name: str
    image: str
    image_digest: str | None = None
    runtime_id: str | None = None
    status: str = "PENDING"
    health: str = "UNKNOWN"
    exit_code: int | None = None
    reason: str | None = None


@dataclass
class Stop:
    """Why a task is to stop or has stopped."""

    code: str
    reason: str


@dataclass
class Task:
    """One task.

    Attributes:
        stop: set once it is to stop; its life sees to the rest.
        draining: taken from its target group, and left to finish what it has begun.
        in_service: whether it is registered at its service's target groups.
        was_steady: whether it has ever been steady.
        counted: whether its end was counted for or against its deployment.
    """

    id: str
    arn: str
    cluster: str
    definition: TaskDefinition
    given: dict[str, Any]
    group: str
    started_by: str
    address: str
    containers: list[Container]
    service: str | None = None
    deployment: str | None = None
    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    stop: Stop | None = None
    draining: bool = False
    in_service: bool = False
    interface: Any = None
    attachment_id: str = field(default_factory=lambda: secrets.token_hex(16))
    created_at: datetime = field(default_factory=now)
    pull_started_at: datetime | None = None
    pull_stopped_at: datetime | None = None
    started_at: datetime | None = None
    stopping_at: datetime | None = None
    execution_stopped_at: datetime | None = None
    stopped_at: datetime | None = None
    was_steady: bool = False
    counted: bool = False
    wake: threading.Event = field(default_factory=threading.Event)

    @property
    def stopped(self) -> bool:
        return self.last_status == "STOPPED"

    @property
    def going(self) -> bool:
        """Whether it is on its way out, or gone."""
        return self.desired_status == "STOPPED" or self.draining

    @property
    def health(self) -> str:
        """Healthy when every container with a check is; unhealthy when one isn't."""
        checked = [
            container.health
            for container, described in zip(self.containers, self.definition.containers, strict=True)
            if described.get("healthCheck")
        ]
        if not checked:
            return "UNKNOWN"
        if "UNHEALTHY" in checked:
            return "UNHEALTHY"
        return "HEALTHY" if set(checked) == {"HEALTHY"} else "UNKNOWN"

    @property
    def has_health_check(self) -> bool:
        return any(described.get("healthCheck") for described in self.definition.containers)


@dataclass
class Deployment:
    """One deployment of a service: what it runs, and how far it got."""

    id: str
    definition: TaskDefinition
    revision_arn: str
    status: str = "PRIMARY"
    rollout_state: str = "IN_PROGRESS"
    reason: str = ""
    failed: int = 0
    retry_at: float = 0.0
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)
    completed: bool = False


@dataclass
class ServiceDeployment:
    """The same as the service-deployment API tells it: it keeps its identity through its rollback."""

    arn: str
    deployment: Deployment
    source_revisions: list[str]
    configuration: dict[str, Any]
    status: str = "IN_PROGRESS"
    reason: str = ""
    created_at: datetime = field(default_factory=now)
    started_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)
    finished_at: datetime | None = None
    stopped_at: datetime | None = None
    rollback: dict[str, Any] | None = None
    breaker: dict[str, Any] = field(default_factory=dict)
    triggered_alarms: list[str] = field(default_factory=list)


@dataclass
class Service:
    """A service; `given` is its creation with what later updates changed."""

    name: str
    arn: str
    cluster: str
    given: dict[str, Any]
    status: str = "ACTIVE"
    deployments: list[Deployment] = field(default_factory=list)
    history: list[ServiceDeployment] = field(default_factory=list)
    revisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=REMEMBERED_EVENTS))
    steady: bool = False
    created_at: datetime = field(default_factory=now)

    @property
    def desired(self) -> int:
        return self.given.get("desiredCount") or 0

    @property
    def primary(self) -> Deployment:
        return self.deployments[0]

    @property
    def current(self) -> ServiceDeployment | None:
        """The service deployment that goes on, if one does."""
        last = self.history[-1] if self.history else None
        return last if last and last.finished_at is None else None

    def say(self, text: str) -> None:
        """An event, as the service tells it."""
        self.events.appendleft(
            {"id": secrets.token_hex(16), "createdAt": now(), "message": f"(service {self.name}) {text}"}
        )


@dataclass
class World:
    """All records of one region; who reads or changes them holds `changed`, which also tells of changes."""

    account: str
    region: str
    timing: Timing
    clusters: dict[str, Cluster] = field(default_factory=dict)
    definitions: dict[str, list[TaskDefinition]] = field(default_factory=dict)
    services: dict[tuple[str, str], Service] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    tags: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=lambda: threading.Condition(threading.RLock()))

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:ecs:{self.region}:{self.account}:{kind}/{name}"

    def tasks_of(self, service: Service) -> list[Task]:
        """The tasks of a service that have not stopped, oldest first."""
        return [
            task
            for task in self.tasks.values()
            if task.cluster == service.cluster and task.service == service.name and not task.stopped
        ]

    def notify(self) -> None:
        with self.changed:
            self.changed.notify_all()


def tags_of(given: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"key": tag["key"], "value": tag.get("value", "")} for tag in given.get("tags") or []]
