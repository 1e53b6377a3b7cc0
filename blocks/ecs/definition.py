"""Task definitions as values: what can be registered again, and whether two are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

CPU_UNITS = 1024

_REGISTERED = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes",
    "placementConstraints", "requiresCompatibilities", "cpu", "memory", "pidMode", "ipcMode",
    "proxyConfiguration", "inferenceAccelerators", "ephemeralStorage", "runtimePlatform",
    "enableFaultInjection",
)  # fmt: skip


class TaskDefinition(BaseModel):
    """A revision of a task family.

    Attributes:
        image: of the service's container.
        digest: `sha256:…`, when the image is named by it.
        active: whether it can be rolled out: an inactive revision can't.
        vcpus: of one task; 0 where the definition does not say.
        secrets: the ARNs of what it reads from Secrets Manager, `arn:KEY::` and all.
    """

    model_config = ConfigDict(frozen=True)

    arn: str
    family: str
    revision: int
    image: str
    active: bool
    vcpus: float = 0.0
    secrets: tuple[str, ...] = ()

    @property
    def digest(self) -> str | None:
        return digest_of(self.image)


def digest_of(image: str) -> str | None:
    """The digest in `repository@sha256:…`; None when the image is named by a tag."""
    return image.rpartition("@")[2] if "@" in image else None


def read(described: Mapping[str, Any], container: str) -> TaskDefinition:
    """Reads the `taskDefinition` of `DescribeTaskDefinition`."""
    containers = described.get("containerDefinitions", [])
    main = next((c for c in containers if c.get("name") == container), {})
    return TaskDefinition(
        arn=described["taskDefinitionArn"],
        family=described["family"],
        revision=described["revision"],
        image=main.get("image", ""),
        active=described.get("status") == "ACTIVE",
        vcpus=int(described.get("cpu") or 0) / CPU_UNITS,
        secrets=tuple(s["valueFrom"] for c in containers for s in c.get("secrets", [])),
    )


def registerable(described: Mapping[str, Any]) -> dict[str, Any]:
    """What `RegisterTaskDefinition` takes, from what `DescribeTaskDefinition` gives."""
    return {name: described[name] for name in _REGISTERED if described.get(name) not in (None, [], {}, "")}


def with_image(definition: Mapping[str, Any], container: str, image: str) -> dict[str, Any]:
    """A copy in which one container runs another image.

    Raises:
        KeyError: there is no such container.
    """
    containers = definition["containerDefinitions"]
    if all(c["name"] != container for c in containers):
        raise KeyError(container)
    changed = [{**c, "image": image} if c["name"] == container else c for c in containers]
    return {**definition, "containerDefinitions": changed}


def content(definition: Mapping[str, Any]) -> str:
    """The SHA-256 of all that a definition decides; the order of its named members doesn't count."""
    return hashlib.sha256(json.dumps(_plain(definition), sort_keys=True, default=str).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Without what is empty, and with named members in the order of their names: AWS keeps no order."""
    if isinstance(value, Mapping):
        members = {name: _plain(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member not in (None, [], {}, "")}
    if isinstance(value, list):
        members = [_plain(member) for member in value]
        named = all(isinstance(member, dict) and "name" in member for member in members)
        return sorted(members, key=lambda member: member["name"]) if named else members
    return value
