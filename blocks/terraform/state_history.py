"""The versions of a Terraform state in its versioned bucket, and putting one of them back."""

from __future__ import annotations

import getpass
import json
import socket
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from blocks.aws import AwsBlock, AwsError, AwsMissing, aws_errors, error_code
from blocks.terraform.errors import LockHolder, StateLocked
from blocks.terraform.workspace import TerraformWorkspace

SIDE_BY_SIDE = 8
FORMAT = 4
_CHANGED = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}


class StateError(AwsError):
    """The state could not be looked at, or not be put back."""


class StateContent(BaseModel):
    """What a state says of itself. `fault` says why it is none; the rest is empty then."""

    model_config = ConfigDict(frozen=True)

    serial: int | None = None
    lineage: str | None = None
    terraform_version: str | None = None
    resources: int = 0
    fault: str | None = None


class StateVersion(BaseModel):
    """One version of the state's object, newest first in a list.

    Attributes:
        id: of the version, as the bucket calls it.
        current: whether it is what Terraform reads now.
        deleted: whether it says only that the object was deleted.
        content: None when it is that.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    written: AwareDatetime
    size_bytes: int
    current: bool
    deleted: bool
    content: StateContent | None

    @property
    def good(self) -> bool:
        """Whether it is a state that can be put back."""
        return self.content is not None and self.content.fault is None


def read_state(content: bytes) -> StateContent:
    """What a state says of itself; none of its values, which may be secret."""
    try:
        document = json.loads(content)
    except ValueError:
        return StateContent(fault="it is no JSON" if content else "it is empty")
    if not isinstance(document, dict) or document.get("version") != FORMAT or not document.get("lineage"):
        return StateContent(fault=f"it is no state of format {FORMAT}")
    managed = [r for r in document.get("resources") or [] if r.get("mode") == "managed"]
    return StateContent(
        serial=int(document.get("serial") or 0),
        lineage=str(document["lineage"]),
        terraform_version=str(document.get("terraform_version", "")),
        resources=sum(len(resource.get("instances") or []) for resource in managed),
    )


def with_serial(content: bytes, serial: int) -> bytes:
    """The same state under a higher serial number, so that no plan made before it can be applied on it."""
    document = json.loads(content)
    return json.dumps(document | {"serial": serial}, indent=2).encode()


def find(versions: Sequence[StateVersion], wanted: str) -> StateVersion:
    """The version of an id, or of the beginning of one.

    Raises:
        StateError: none is so called, more than one is, or it can't be put back.
    """
    found = [version for version in versions if version.id == wanted] or [
        version for version in versions if version.id.startswith(wanted)
    ]
    listing = "See them with `reelflow state list`"
    if len(found) != 1:
        many = f"{len(found)} begin so" if found else "the bucket has none of this id"
        raise StateError(f"There is no one version {wanted!r} of the state", many, listing)
    version = found[0]
    if not version.good:
        why = version.content.fault if version.content and version.content.fault else "it is a deletion"
        raise StateError(f"Version {version.id} can't be put back", why, f"Name another one. {listing}")
    return version


def history_of(workspace: TerraformWorkspace) -> StateHistory:
    """The history of a workspace's state.

    Raises:
        StateError: it is kept elsewhere than in S3.
    """
    bucket, key = workspace.backend_config.get("bucket"), workspace.backend_config.get("key")
    if not bucket or not key:
        raise StateError("The state has no versions", "it is not in a bucket", "Use the S3 backend")
    return StateHistory(bucket=bucket, key=key, region=workspace.region, credentials=workspace.credentials)


class StateHistory(AwsBlock):
    """The versions of one state in S3. Raises the errors of `blocks.aws`."""

    _block_type_name = "Terraform State History"
    _block_type_slug = "terraform-state-history"
    _description = "Lists the versions of a Terraform state in S3, and puts one of them back."
    _code_example = """```python
from blocks.terraform.state_history import StateHistory

StateHistory.load("prod").versions(most=20)
```"""

    bucket: str = Field(title="Bucket", description="Versioned, with the state in it.")
    key: str = Field(title="Key", description="Of the state's object.")

    def versions(self, *, most: int) -> tuple[StateVersion, ...]:
        """The newest versions, newest first. Raises `AwsMissing` when there is no bucket."""
        with aws_errors(f"list the versions of the state {self.key}"):
            pages = self.client("s3").get_paginator("list_object_versions")
            entries = [
                (entry, kind == "DeleteMarkers")
                for page in pages.paginate(Bucket=self.bucket, Prefix=self.key)
                for kind in ("Versions", "DeleteMarkers")
                for entry in page.get(kind, [])
                # The lock's name begins so too.
                if entry["Key"] == self.key
            ]
        entries.sort(key=lambda each: (each[0]["LastModified"], each[0]["IsLatest"]), reverse=True)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as readers:
            return tuple(readers.map(lambda each: self._version(*each), entries[:most]))

    def read(self, version: StateVersion) -> bytes:
        """All of a version, with the secrets in it."""
        with aws_errors(f"read version {version.id} of the state {self.key}"):
            answer = self.client("s3").get_object(Bucket=self.bucket, Key=self.key, VersionId=version.id)
            return answer["Body"].read()

    def put(self, content: bytes, *, replaces: StateVersion | None) -> str:
        """Writes a state as the newest version, and returns its id; those before it stay.

        Args:
            replaces: the version that must be the current one; None when there must be none.

        Raises:
            StateError: another one is; nothing was written.
        """
        condition = {"IfNoneMatch": "*"}
        if replaces is not None and not replaces.deleted:
            with aws_errors(f"look at the state {self.key}"):
                head = self.client("s3").head_object(Bucket=self.bucket, Key=self.key)
            if head.get("VersionId") != replaces.id:
                raise self._moved_on()
            condition = {"IfMatch": head["ETag"]}
        try:
            answer = self.client("s3").put_object(
                Bucket=self.bucket,
                Key=self.key,
                Body=content,
                ContentType="application/json",
                ServerSideEncryption="AES256",
                **condition,
            )
        except ClientError as error:
            if error_code(error) in _CHANGED:
                raise self._moved_on() from error
            with aws_errors(f"write the state {self.key}"):
                raise
        return answer["VersionId"]

    @contextmanager
    def locked(self, operation: str) -> Iterator[None]:
        """Holds Terraform's own lock of the state while the block runs.

        Raises:
            StateLocked: somebody else holds it.
        """
        s3, place = self.client("s3"), {"Bucket": self.bucket, "Key": f"{self.key}.tflock"}
        lock = {
            "ID": str(uuid.uuid4()),
            "Operation": operation,
            "Who": f"{getpass.getuser()}@{socket.gethostname()}",
            "Created": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "Path": f"{self.bucket}/{self.key}",
            "Info": "",
            "Version": "",
        }
        try:
            s3.put_object(**place, Body=json.dumps(lock).encode(), IfNoneMatch="*")
        except ClientError as error:
            if error_code(error) not in _CHANGED:
                with aws_errors(f"lock the state {self.key}"):
                    raise
            raise self._held(place) from error
        try:
            yield
        finally:
            with aws_errors(f"unlock the state {self.key}"):
                s3.delete_object(**place)

    def _version(self, entry: Mapping[str, Any], deleted: bool) -> StateVersion:
        version = StateVersion(
            id=entry["VersionId"],
            written=entry["LastModified"],
            size_bytes=int(entry.get("Size") or 0),
            current=bool(entry.get("IsLatest")),
            deleted=deleted,
            content=None,
        )
        if deleted:
            return version
        return version.model_copy(update={"content": read_state(self.read(version))})

    def _moved_on(self) -> StateError:
        return StateError(
            f"The state {self.key} was not written",
            "somebody else has written it meanwhile",
            "Look at its versions again, then decide",
        )

    def _held(self, place: Mapping[str, str]) -> StateLocked:
        try:
            with aws_errors(f"look up the lock of the state {self.key}"):
                held = LockHolder.read(json.loads(self.client("s3").get_object(**place)["Body"].read()))
        except AwsMissing:
            held = None
        return StateLocked(
            "The state was not written",
            f"the state is locked by {held}" if held else "the state was locked this very moment",
            "Wait for the holder; if it is dead, unlock the state with its lock's id",
            holder=held,
        )
