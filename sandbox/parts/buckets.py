"""Bucket policies about the transport: the sandbox's plain HTTP on loopback stands for the newest TLS.

moto takes a statement whose condition does not hold for one that denies, so that "only over TLS" would
deny everything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from sandbox.parts import hooks

TRANSPORT = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}


def install() -> None:
    """Has moto decide about buckets by the statements that concern the sandbox's transport."""

    def permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
        if bucket.policy is None:
            return PermissionResult.NEUTRAL
        policy = json.loads(bucket.policy)
        policy["Statement"] = [one for one in _statements(policy) if concerns(one)]
        return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)

    hooks.instead(FakeBucket, "get_permission", permission)


def concerns(statement: Mapping[str, Any]) -> bool:
    """Whether a statement holds for a request over TLS 1.3, as far as that decides."""
    for operator, pairs in (statement.get("Condition") or {}).items():
        for key, wanted in pairs.items():
            if key not in TRANSPORT:
                continue
            values = [str(value) for value in (wanted if isinstance(wanted, list) else [wanted])]
            if not any(_holds(operator, TRANSPORT[key], value) for value in values):
                return False
    return True


def _holds(operator: str, actual: str, wanted: str) -> bool:
    match operator:
        case "Bool" | "StringEquals":
            return actual == wanted.lower()
        case "NumericLessThan":
            return float(actual) < float(wanted)
        case "NumericGreaterThanEquals":
            return float(actual) >= float(wanted)
    return False


def _statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = policy["Statement"]
    return found if isinstance(found, list) else [found]
