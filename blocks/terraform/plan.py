"""A Terraform plan as a value: what it would do, what it would destroy, and what that means."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from blocks.terraform.consequences import consequence
from blocks.terraform.redaction import MASK, Redactor

Action = Literal["create", "read", "update", "replace", "delete", "forget", "no-op"]

UNKNOWN = "(known after apply)"

_IDENTITY = ("arn", "id", "name")


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
        return self.action in ("delete", "replace")

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

    @classmethod
    def from_document(cls, document: Mapping[str, Any], redactor: Redactor | None = None) -> Plan:
        """Reads the document; learns its secrets, and leaves them out.

        Args:
            document: of `terraform show -json PLANFILE`.
            redactor: the secrets known already; it knows those of the document afterwards.
        """
        redactor = redactor or Redactor()
        learn_secrets(document, redactor)
        return cls(
            terraform_version=str(document.get("terraform_version", "")),
            resources=tuple(
                _resource(entry, redactor)
                for entry in document.get("resource_changes", [])
                if entry.get("mode") == "managed"
            ),
            outputs=tuple(
                _output(name, change, redactor)
                for name, change in sorted(document.get("output_changes", {}).items())
            ),
            drift=tuple(
                drift
                for entry in document.get("resource_drift", [])
                if entry.get("mode") == "managed" and (drift := _drift(entry, redactor)).action != "no-op"
            ),
            dependents=_dependents(document.get("prior_state", {})),
        )

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


def learn_secrets(document: Mapping[str, Any], redactor: Redactor) -> None:
    """Tells the redactor all that a plan's or a state's document marks as sensitive."""
    declared = document.get("configuration", {}).get("root_module", {}).get("variables", {})
    for name, variable in document.get("variables", {}).items():
        redactor.learn_marked(
            {name: variable.get("value")}, {name: bool(declared.get(name, {}).get("sensitive"))}
        )
    for entry in [*document.get("resource_changes", []), *document.get("resource_drift", [])]:
        _learn_change(entry.get("change", {}), redactor)
    for change in document.get("output_changes", {}).values():
        _learn_change(change, redactor)
    for state in (document, document.get("prior_state", {}), {"values": document.get("planned_values", {})}):
        values = state.get("values", {})
        for output in values.get("outputs", {}).values():
            redactor.learn_marked(output.get("value"), bool(output.get("sensitive")))
        for resource in state_resources(values):
            redactor.learn_marked(resource.get("values"), resource.get("sensitive_values", {}))


def state_resources(values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every resource of a state's or a plan's `values`, through all modules."""
    modules = [values.get("root_module", {})]
    while modules:
        module = modules.pop()
        yield from module.get("resources", [])
        modules += module.get("child_modules", [])


def _learn_change(change: Mapping[str, Any], redactor: Redactor) -> None:
    redactor.learn_marked(change.get("before"), change.get("before_sensitive", False))
    redactor.learn_marked(change.get("after"), change.get("after_sensitive", False))


def _resource(entry: Mapping[str, Any], redactor: Redactor) -> ResourceChange:
    change = entry.get("change", {})
    return ResourceChange(
        address=entry["address"],
        module=entry.get("module_address", ""),
        type=entry["type"],
        name=entry["name"],
        action=_action(change.get("actions", [])),
        reason=entry.get("action_reason"),
        replace_paths=tuple(_path(steps) for steps in change.get("replace_paths", [])),
        previous_address=entry.get("previous_address"),
        imported=_imported(change, redactor),
        before=redactor.value(change.get("before"), change.get("before_sensitive", False)),
        after=redactor.value(change.get("after"), change.get("after_sensitive", False)),
        attributes=_attributes(change, redactor),
    )


def _output(name: str, change: Mapping[str, Any], redactor: Redactor) -> OutputChange:
    after = redactor.value(change.get("after"), change.get("after_sensitive", False))
    return OutputChange(
        name=name,
        action=_action(change.get("actions", [])),
        before=redactor.value(change.get("before"), change.get("before_sensitive", False)),
        after=_with_unknown(after, change.get("after_unknown", False)),
    )


def _drift(entry: Mapping[str, Any], redactor: Redactor) -> Drift:
    change = entry.get("change", {})
    return Drift(
        address=entry["address"],
        type=entry["type"],
        action=_action(change.get("actions", [])),
        attributes=_attributes(change, redactor),
    )


def _action(actions: Sequence[str]) -> Action:
    kinds = set(actions)
    if {"create", "delete"} <= kinds:
        return "replace"
    # From Terraform 1.7 on a resource can be left standing while its successor is created.
    for action in ("create", "update", "delete", "forget", "read"):
        if action in kinds:
            return action
    return "no-op"


def _imported(change: Mapping[str, Any], redactor: Redactor) -> str | None:
    importing = change.get("importing")
    return redactor.text(str(importing.get("id") or "by its identity")) if importing else None


def _attributes(change: Mapping[str, Any], redactor: Redactor) -> tuple[AttributeChange, ...]:
    """The attributes that differ, compared before they are redacted: a new password is a change."""
    action = _action(change.get("actions", []))
    if action in ("delete", "no-op", "forget", "read"):
        return ()
    before = _leaves(change.get("before"))
    after = _leaves(change.get("after")) | _unknown_leaves(change.get("after_unknown", False))
    shown_before = _leaves(redactor.value(change.get("before"), change.get("before_sensitive", False)))
    shown_after = _leaves(redactor.value(change.get("after"), change.get("after_sensitive", False)))
    changed = []
    for path in sorted(before.keys() | after.keys()):
        if path not in after and any(_below(path, known) for known in after if after[known] is UNKNOWN):
            continue
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        changed.append(
            AttributeChange(
                path=path,
                before=None if old is None else _shown(path, shown_before),
                after=new if new is None or new is UNKNOWN else _shown(path, shown_after),
            )
        )
    return tuple(changed)


def _shown(path: str, leaves: Mapping[str, Any]) -> Any:
    # A whole block that is sensitive has one mask for all its leaves.
    return leaves.get(path, MASK)


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Every value within, by its path; empty blocks and lists count as nothing."""
    if isinstance(value, Mapping):
        return {
            key: leaf
            for name, member in value.items()
            for key, leaf in _leaves(member, f"{path}.{name}" if path else str(name)).items()
        }
    if isinstance(value, list):
        return {
            key: leaf
            for number, member in enumerate(value)
            for key, leaf in _leaves(member, f"{path}[{number}]").items()
        }
    return {} if value is None else {path: value}


def _unknown_leaves(value: Any) -> dict[str, Any]:
    return {path: UNKNOWN for path, unknown in _leaves(value).items() if unknown is True}


def _below(path: str, other: str) -> bool:
    return path.startswith((f"{other}.", f"{other}["))


def _with_unknown(value: Any, unknown: Any) -> Any:
    """The value with `UNKNOWN` where Terraform can't tell yet."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, Mapping) and (isinstance(value, Mapping) or value is None):
        known = value or {}
        return {
            name: _with_unknown(known.get(name), unknown.get(name, False))
            for name in {**known, **{name: None for name, is_so in unknown.items() if is_so}}
        }
    if isinstance(unknown, list) and isinstance(value, list):
        return [
            _with_unknown(member, unknown[number] if number < len(unknown) else False)
            for number, member in enumerate(value)
        ]
    return value


def _essence(change: ResourceChange) -> list[Any]:
    identity = {}
    if change.destructive or change.action == "forget":
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


def _path(steps: Sequence[Any]) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path


def _without_index(address: str) -> str:
    """`module.a["x"].aws_b.c[0]` as the state's `depends_on` names it: `module.a.aws_b.c`."""
    bare, depth, quoted = [], 0, False
    for letter in address:
        if letter == '"':
            quoted = not quoted
        if not quoted and letter == "[":
            depth += 1
        if not depth:
            bare.append(letter)
        if not quoted and letter == "]":
            depth -= 1
    return "".join(bare)


def _dependents(prior_state: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """From what each resource depends on to what depends on each; the state names the far ones too."""
    found: dict[str, set[str]] = {}
    for resource in state_resources(prior_state.get("values", {})):
        if resource.get("mode") == "managed":
            for needed in resource.get("depends_on", []):
                found.setdefault(needed, set()).add(resource["address"])
    return {needed: tuple(sorted(addresses)) for needed, addresses in sorted(found.items())}
