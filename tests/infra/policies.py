"""Decides about a request as IAM would, by the policies of one role: enough of it for the policies here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]


def allows(
    statements: Iterable[Statement],
    action: str,
    resource: str = "*",
    context: Mapping[str, str] | None = None,
) -> bool:
    """Whether a request is allowed: by one statement at least, and denied by none.

    Args:
        statements: Of all policies of the role.
        action: As ``ecs:UpdateService``.
        resource: The ARN of what it is asked about; ``*`` where the action knows none.
        context: Condition keys of the request and their values, as ``aws:RequestTag/Project``.

    Returns:
        IAM's answer.
    """
    effects = {s["Effect"] for s in statements if _applies(s, action, resource, context or {})}
    return effects == {"Allow"}


def may(statements: Iterable[Statement], action: str) -> bool:
    """Whether an action is allowed for some resource, under some condition."""
    return any(
        s["Effect"] == "Allow" and any(fnmatchcase(action, pattern) for pattern in _list(s["Action"]))
        for s in statements
    )


def _applies(statement: Statement, action: str, resource: str, context: Mapping[str, str]) -> bool:
    return (
        any(fnmatchcase(action, pattern) for pattern in _list(statement["Action"]))
        and any(fnmatchcase(resource, pattern) for pattern in _list(statement["Resource"]))
        and all(
            _holds(operator, context.get(name), _list(wanted))
            for operator, keys in statement.get("Condition", {}).items()
            for name, wanted in keys.items()
        )
    )


def _holds(operator: str, value: str | None, wanted: list[str]) -> bool:
    if operator == "Null":
        return (value is None) is (wanted == ["true"])
    if operator not in ("StringEquals", "StringLike", "ArnEquals"):
        raise NotImplementedError(operator)
    match = fnmatchcase if operator == "StringLike" else str.__eq__
    return value is not None and any(match(value, w) for w in wanted)


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
