"""Reads the document of `terraform show -json` into a plan without secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from blocks.terraform.consequences import is_drift
from blocks.terraform.plan import (
    UNKNOWN,
    Action,
    AttributeChange,
    Drift,
    OutputChange,
    Plan,
    ResourceChange,
)
from blocks.terraform.redaction import MASK, Redactor


def read_plan(document: Mapping[str, Any], redactor: Redactor | None = None) -> Plan:
    """Reads the document; learns its secrets, and leaves them out.

    Args:
        document: of `terraform show -json PLANFILE`.
        redactor: the secrets known already; it knows those of the document afterwards.
    """
    redactor = redactor or Redactor()
    learn_secrets(document, redactor)
    return Plan(
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
            if entry.get("mode") == "managed" and (drift := _drift(entry, redactor))
        ),
        dependents=_dependents(document.get("prior_state", {})),
    )


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


def _drift(entry: Mapping[str, Any], redactor: Redactor) -> Drift | None:
    change, type_ = entry.get("change", {}), entry["type"]
    action = _action(change.get("actions", []))
    attributes = tuple(a for a in _attributes(change, redactor) if is_drift(type_, a.path))
    if action == "no-op" or (action == "update" and not attributes):
        return None
    return Drift(address=entry["address"], type=type_, action=action, attributes=attributes)


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


def _path(steps: Sequence[Any]) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path


def _dependents(prior_state: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """From what each resource depends on to what depends on each; the state names the far ones too."""
    found: dict[str, set[str]] = {}
    for resource in state_resources(prior_state.get("values", {})):
        if resource.get("mode") == "managed":
            for needed in resource.get("depends_on", []):
                found.setdefault(needed, set()).add(resource["address"])
    return {needed: tuple(sorted(addresses)) for needed, addresses in sorted(found.items())}
