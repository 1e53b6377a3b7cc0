"""Bucket policies as S3 applies them to a client on the same machine."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from sandbox.parts import hooks

# Loopback is no network that somebody could listen to: it stands in for TLS, whose rules then never apply.
TLS_ONLY = "aws:SecureTransport"


def install() -> None:
    """Has moto leave out statements on TLS, whose conditions it would not look at, and so deny all."""
    hooks.instead(FakeBucket, "get_permission", _permission)


def _permission(bucket: FakeBucket, action: str, resource: str) -> Any:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    applying = [
        statement
        for statement in policy["Statement"]
        if not any(TLS_ONLY in keys for keys in statement.get("Condition", {}).values())
    ]
    if not applying:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps(policy | {"Statement": applying})).is_action_permitted(action, resource)
