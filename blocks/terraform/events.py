"""What `terraform -json` says while it works, as typed events; nothing in them can hold a secret.

Source of the messages' shapes: the machine-readable UI of Terraform, version 1.x of its protocol.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from blocks.terraform.redaction import Redactor

Severity = Literal["error", "warning"]
Phase = Literal["started", "running", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error or a warning.

    Attributes:
        address: the resource it is about.
        file, line: where in the configuration.
    """

    severity: Severity
    summary: str
    detail: str = ""
    address: str | None = None
    file: str | None = None
    line: int | None = None

    def redacted(self, redactor: Redactor) -> Diagnostic:
        """The same without the secrets that are known to the redactor."""
        return replace(self, summary=redactor.text(self.summary), detail=redactor.text(self.detail))

    def __str__(self) -> str:
        place = f" ({self.file}:{self.line})" if self.file else ""
        about = f"{self.address}: " if self.address else ""
        detail = f": {' '.join(self.detail.split())}" if self.detail else ""
        return f"{about}{' '.join(self.summary.split())}{detail}{place}"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A resource was read from AWS."""

    address: str
    type: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What the plan does with a resource. `action` as in `Action`; `reason` in Terraform's words."""

    address: str
    type: str
    action: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Drifted:
    """A resource was found changed or gone since Terraform saw it last."""

    address: str
    type: str
    action: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A resource is being created, updated, deleted or read. `elapsed_s` is seconds since it began."""

    address: str
    type: str
    action: str
    phase: Phase
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Counted:
    """How many resources the plan changes, or the apply has changed."""

    operation: str
    add: int
    change: int
    remove: int
    imported: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody else holds the state's lock; Terraform waits for it."""


Event = Refreshed | Planned | Drifted | Operation | Counted | Waiting | Diagnostic

_PHASES: dict[str, Phase] = {
    "apply_start": "started",
    "apply_progress": "running",
    "apply_complete": "completed",
    "apply_errored": "failed",
    "ephemeral_op_start": "started",
    "ephemeral_op_progress": "running",
    "ephemeral_op_complete": "completed",
    "ephemeral_op_errored": "failed",
}


def parse(line: str) -> Event | None:
    """The event that a line of `-json` output holds; None when there is none worth knowing.

    Messages' free texts are left out, and what provisioners and providers print: they may hold anything.
    Diagnostics are yet to be redacted.
    """
    message = _message(line)
    kind = message.get("type")
    if kind == "diagnostic":
        return diagnostic(message.get("diagnostic") or {})
    if kind in _PHASES:
        hook = _mapping(message, "hook")
        address, type_ = _resource(hook)
        elapsed = float(hook.get("elapsed_seconds") or 0)
        return Operation(address, type_, str(hook.get("action", "")), _PHASES[kind], elapsed)
    if kind == "refresh_complete":
        return Refreshed(*_resource(_mapping(message, "hook")))
    if kind == "planned_change":
        change = _mapping(message, "change")
        return Planned(*_resource(change), str(change.get("action", "")), change.get("reason"))
    if kind == "resource_drift":
        change = _mapping(message, "change")
        return Drifted(*_resource(change), str(change.get("action", "")))
    if kind == "change_summary":
        count = _mapping(message, "changes")
        numbers = (int(count.get(name) or 0) for name in ("add", "change", "remove", "import"))
        return Counted(str(count.get("operation", "")), *numbers)
    if kind == "state_lock_acquire":
        return Waiting()
    return None


def outputs(line: str) -> dict[str, Any] | None:
    """The values that a line names after an apply, without the sensitive ones; None for any other line."""
    message = _message(line)
    if message.get("type") != "outputs":
        return None
    return {
        name: output["value"]
        for name, output in _mapping(message, "outputs").items()
        if "value" in output and not output.get("sensitive")
    }


def diagnostic(message: Mapping[str, Any]) -> Diagnostic:
    """A diagnostic of `-json` output; its snippet is left out, since that shows values."""
    place = message.get("range") or {}
    return Diagnostic(
        severity="warning" if message.get("severity") == "warning" else "error",
        summary=str(message.get("summary", "")),
        detail=str(message.get("detail", "")),
        address=message.get("address") or None,
        file=place.get("filename"),
        line=(place.get("start") or {}).get("line"),
    )


def _message(line: str) -> Mapping[str, Any]:
    # `init` prints plain text between its messages, and a killed process half a line.
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _mapping(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = message.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _resource(of: Mapping[str, Any]) -> tuple[str, str]:
    resource = _mapping(of, "resource")
    return str(resource.get("addr", "")), str(resource.get("resource_type", ""))
