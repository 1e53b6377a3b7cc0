"""What the roles of tasks may do, decided by their policies as IAM decides: a right that is missing shows.

Who deploys may do everything here; the tasks' own roles and the role that starts them are held to theirs.
Conditions can't be judged without the request's context: an Allow that has one counts, a Deny doesn't.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from moto.iam.models import ManagedPolicy, iam_backends

Statement = Mapping[str, Any]

# The right that a call of S3 takes where it isn't named after it (Service Authorization Reference).
S3_RIGHTS = {
    "HeadObject": "GetObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
}
OF_BUCKETS = ("ListBucket", "ListBucketMultipartUploads")


class AccessDenied(Exception):
    """A role lacks a right; says which, as AWS does."""


@dataclass(frozen=True)
class Rights:
    """What a role may do: its policies' statements, and those of its boundary if it has one."""

    who: str
    statements: tuple[Statement, ...]
    boundary: tuple[Statement, ...] | None = None

    def require(self, action: str, resource: str) -> None:
        """Checks one right.

        Raises:
            AccessDenied: no policy gives it, or one takes it away.
        """
        for kind, statements in (
            ("identity-based policy", self.statements),
            ("permissions boundary", self.boundary),
        ):
            if statements is not None and not allows(statements, action, resource):
                raise AccessDenied(
                    f"User: {self.who} is not authorized to perform: {action} on resource: {resource} "
                    f"because no {kind} allows the {action} action"
                )


def allows(statements: Iterable[Statement], action: str, resource: str) -> bool:
    """Whether a statement at least allows it, and none denies it.

    Args:
        action: such as s3:GetObject.
        resource: an ARN.
    """
    effects = set()
    for one in statements:
        denies = one["Effect"] == "Deny"
        if denies and one.get("Condition"):
            continue
        if _matches(one, "Action", action, fold=True) and _matches(one, "Resource", resource, fold=False):
            effects.add(one["Effect"])
    return effects == {"Allow"}


def rights_of(account: str, role_arn: str) -> Rights | None:
    """What a role may do; None where there is no such role."""
    backend = iam_backends[account]["aws"]
    role = next((one for one in list(backend.roles.values()) if one.arn == role_arn), None)
    if role is None:
        return None
    documents = [*role.policies.values(), *map(_document, role.managed_policies.values())]
    boundary = backend.managed_policies.get(role.permissions_boundary_arn or "")
    return Rights(
        f"arn:aws:sts::{account}:assumed-role/{role.name}/task",
        _statements(documents),
        _statements([_document(boundary)]) if boundary else None,
    )


class TaskCredentials:
    """The credentials that tasks are given, and the roles that they stand for."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._roles: dict[str, str] = {}

    def of(self, role_arn: str) -> dict[str, str]:
        """The environment variables that make a container act as a role."""
        key = "ASIA" + hashlib.sha256(role_arn.encode()).hexdigest()[:16].upper()
        self._roles[key] = role_arn
        return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-rehearsal-EXAMPLEKEY"}

    def check(self, key: str, service: str, operation: str, path: str) -> None:
        """Checks a call that was signed with a key.

        Raises:
            AccessDenied: the key stands for a role that lacks the right.
        """
        role_arn = self._roles.get(key)
        if role_arn is None:
            return
        rights = rights_of(self._account, role_arn)
        if rights is None:
            raise AccessDenied(f"The role {role_arn} does not exist any more.")
        if service == "s3":
            rights.require(*_right_of_s3(operation, path))
        elif not any(
            _matches(one, "Action", f"{service}:{operation}", fold=True) for one in rights.statements
        ):
            rights.require(f"{service}:{operation}", "*")


def _right_of_s3(operation: str, path: str) -> tuple[str, str]:
    """The right that a call takes, and on what."""
    name = S3_RIGHTS.get(operation, operation)
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    whole = f"arn:aws:s3:::{bucket}"
    # The keys of a DeleteObjects are in its body.
    of_bucket = name in OF_BUCKETS or (not key and operation != "DeleteObjects")
    return f"s3:{name}", whole if of_bucket else f"{whole}/{key or '*'}"


def _matches(statement: Statement, element: str, value: str, *, fold: bool) -> bool:
    if f"Not{element}" in statement:
        return not any(_like(value, one, fold) for one in _list(statement[f"Not{element}"]))
    return any(_like(value, one, fold) for one in _list(statement.get(element, ())))


def _like(value: str, pattern: str, fold: bool) -> bool:
    # IAM knows * and ? only.
    pattern = pattern.replace("[", "[[]")
    return fnmatchcase(value.lower(), pattern.lower()) if fold else fnmatchcase(value, pattern)


def _document(policy: ManagedPolicy) -> str:
    """The version of a policy that counts."""
    return next(one.document for one in policy.versions if one.version_id == policy.default_version_id)


def _statements(documents: Iterable[str]) -> tuple[Statement, ...]:
    return tuple(
        statement for document in documents for statement in _list(json.loads(document).get("Statement", ()))
    )


def _list(found: Any) -> list[Any]:
    return [found] if isinstance(found, str | Mapping) else list(found)
