"""A Terraform plan as a value: what it would do, what it would destroy, and what that means."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from blocks.terraform.consequences import consequence, destroys

Action = Literal["create", "read", "update", "replace", "delete", "forget", "no-op"]

UNKNOWN = "(known after apply)"

_IDENTITY = ("arn", "id", "name")
_INDEX = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]')


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class AttributeChange(_Value):
    """One attribute that changes. `before` and `after` are redacted; `after` may be `UNKNOWN`."""

    path: str
    before: Any = None
    after: Any = None


class ResourceChange(_Value):
    """What the plan does with one resource.

    Attributes:
        address, module, type, name: as Terraform names it; `module` is empty for the root.
        reason: why it is replaced or deleted, in Terraform's words.
        replace_paths: the attributes that can't be changed in place.
        previous_address: it was moved from there in the configuration.
        imported: the id under which it is taken over into the state.
        before, after: all its attributes, redacted; `after` without those known only after the apply.
        attributes: those that change.
    """

    address: str
    module: str = ""
    type: str
    name: str
    action: Action
    reason: str | None = None
    replace_paths: tuple[str, ...] = ()
    previous_address: str | None = None
    imported: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    attributes: tuple[AttributeChange, ...] = ()

    @property
    def destructive(self) -> bool:
        """Whether something that exists is destroyed."""
        return destroys(self.type, self.action, self.before)

    @property
    def effective(self) -> bool:
        """Whether an apply would do anything about it: to AWS, or to what the state knows of it."""
        moved = self.previous_address is not None or self.imported is not None
        return moved or self.action not in ("no-op", "read")


class OutputChange(_Value):
    """What becomes of an output. Both are redacted; `after` may be `UNKNOWN`, in part or whole."""

    name: str
    action: Action
    before: Any = None
    after: Any = None


class Drift(_Value):
    """A resource that was changed ("update") or removed ("delete") outside Terraform."""

    address: str
    type: str
    action: Action
    attributes: tuple[AttributeChange, ...] = ()


class Blast(_Value):
    """What a destructive change means.

    Attributes:
        consequence: what is lost or interrupted, in words.
        dependents: the addresses of all that is built upon it, near and far.
    """

    address: str
    type: str
    action: Action
    reason: str | None
    replace_paths: tuple[str, ...]
    consequence: str
    dependents: tuple[str, ...]


class Summary(_Value):
    """How many resources each action is for."""

    create: int = 0
    update: int = 0
    replace: int = 0
    delete: int = 0
    forget: int = 0
    imported: int = 0
    moved: int = 0
    drifted: int = 0

    def __str__(self) -> str:
        words = {
            "create": "to create",
            "update": "to change",
            "replace": "to replace",
            "delete": "to delete",
            "forget": "to forget",
            "imported": "to take over",
            "moved": "to move",
            "drifted": "drifted",
        }
        parts = [f"{getattr(self, name)} {word}" for name, word in words.items() if getattr(self, name)]
        return ", ".join(parts) or "nothing to change"


class Plan(_Value):
    """What `terraform show -json` says of a saved plan, without its secrets.

    Attributes:
        resources: every managed resource that the configuration or the state holds, changed or not.
        outputs: every output, changed or not.
        drift: what was changed outside Terraform since it saw it last.
        dependents: for each address of the state, without index, those of all that depends upon it.
    """

    terraform_version: str = ""
    resources: tuple[ResourceChange, ...] = ()
    outputs: tuple[OutputChange, ...] = ()
    drift: tuple[Drift, ...] = ()
    dependents: dict[str, tuple[str, ...]] = {}

    @property
    def changes(self) -> tuple[ResourceChange, ...]:
        """The resources that an apply would do anything about."""
        return tuple(resource for resource in self.resources if resource.effective)

    @property
    def is_empty(self) -> bool:
        """Whether an apply would change nothing, not even an output."""
        return not self.changes and all(output.action == "no-op" for output in self.outputs)

    @property
    def destructive(self) -> tuple[ResourceChange, ...]:
        """The changes that destroy something that exists; empty when there are none."""
        return tuple(change for change in self.changes if change.destructive)

    def summary(self) -> Summary:
        """How many resources each action is for."""
        counts = Counter(change.action for change in self.changes)
        return Summary(
            create=counts["create"],
            update=counts["update"],
            replace=counts["replace"],
            delete=counts["delete"],
            forget=counts["forget"],
            imported=sum(change.imported is not None for change in self.changes),
            moved=sum(change.previous_address is not None for change in self.changes),
            drifted=len(self.drift),
        )

    def blast_radius(self) -> tuple[Blast, ...]:
        """What each destructive change means for the rest."""
        return tuple(
            Blast(
                address=change.address,
                type=change.type,
                action=change.action,
                reason=change.reason,
                replace_paths=change.replace_paths,
                consequence=consequence(change.type, change.action, change.before),
                dependents=self.dependents.get(_without_index(change.address), ()),
            )
            for change in self.destructive
        )

    def meaning(self) -> str:
        """The SHA-256 of what an apply would do to AWS; the same again for an identical plan.

        Versions, times, the order of resources and values that are no part of a change don't count.
        Nothing about a secret's content goes in: that it changes counts, not into what.
        """
        does = [_essence(change) for change in sorted(self.changes, key=lambda change: change.address)]
        return hashlib.sha256(json.dumps(does, sort_keys=True, default=str).encode()).hexdigest()


def _essence(change: ResourceChange) -> list[Any]:
    identity = {}
    if change.action in ("delete", "replace", "forget"):
        identity = {name: (change.before or {}).get(name) for name in _IDENTITY}
    attributes = [
        # What AWS will decide it may also have changed since: that is no part of what is asked for.
        [changed.path, None if changed.after == UNKNOWN else changed.before, changed.after]
        for changed in change.attributes
    ]
    return [
        change.address,
        change.action,
        change.previous_address,
        change.imported,
        sorted(change.replace_paths),
        identity,
        attributes,
    ]


def _without_index(address: str) -> str:
    """`module.a["x"].aws_b.c[0]` as the state's `depends_on` names it: `module.a.aws_b.c`."""
    return _INDEX.sub("", address)
