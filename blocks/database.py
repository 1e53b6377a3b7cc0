"""A database of RDS as a Prefect block."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from blocks.aws import AwsBlock, AwsError, AwsMissing, aws_errors
from blocks.errors import DeadlineExceeded

FIRST_POLL_S = 0.5
LONGEST_POLL_S = 15.0
# States from which an instance comes back by itself.
_BUSY = {
    "backing-up", "configuring-enhanced-monitoring", "configuring-iam-database-auth",
    "configuring-log-exports", "creating", "maintenance", "modifying", "moving-to-vpc", "rebooting",
    "renaming", "starting",
    "resetting-master-credentials", "storage-config-upgrade", "storage-optimization", "upgrading",
}  # fmt: skip
_USABLE = {"available", "storage-optimization"}


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class DatabaseState(_Value):
    """An instance as RDS describes it.

    Attributes:
        status: RDS's word, such as `available`.
        endpoint, port: where it listens; None while it is created.
        secret_arn: of the secret in which RDS keeps its password.
        backup_retention_days: 0 means no backups.
        security_groups: their ids.
        storage_gib: of its disk, as it is now.
    """

    identifier: str
    status: str
    endpoint: str | None
    port: int | None
    engine_version: str
    publicly_accessible: bool
    encrypted: bool
    deletion_protection: bool
    backup_retention_days: int
    secret_arn: str | None
    security_groups: tuple[str, ...] = ()
    storage_gib: int = 0

    @property
    def available(self) -> bool:
        return self.status in _USABLE


class Snapshot(_Value):
    """A copy of all data at one moment. `size_gib` is that of the storage."""

    identifier: str
    arn: str
    status: str
    created_at: datetime | None
    size_gib: int


class SnapshotFailed(AwsError):
    """RDS made no snapshot."""


class DatabaseDeadline(AwsError, DeadlineExceeded):
    """The database was not where it should be in time."""


def _ignore(_status: str) -> None:
    pass


class Database(AwsBlock):
    """An instance of RDS: its state, and its snapshots. Raises the errors of `blocks.aws`."""

    _block_type_name = "RDS Database"
    _block_type_slug = "rds-database"
    _description = "Looks after one database instance of RDS."
    _code_example = """```python
from blocks.database import Database

Database.load("prod").describe().status
```"""

    identifier: str = Field(title="Identifier", description="Of the RDS instance.")

    def describe(self) -> DatabaseState:
        """The instance as it is now. Raises `AwsMissing` when there is none."""
        with aws_errors(f"look up the database {self.identifier}"):
            found = self.client("rds").describe_db_instances(DBInstanceIdentifier=self.identifier)
        return _state(found["DBInstances"][0])

    def status(self) -> str:
        """RDS's word for its state; `missing` when there is no such instance."""
        try:
            return self.describe().status
        except AwsMissing:
            return "missing"

    async def wait_available(
        self, *, deadline_s: float, on_status: Callable[[str], None] = _ignore
    ) -> DatabaseState:
        """Waits until it can be used.

        Raises:
            DatabaseDeadline: it is still busy.
            AwsError: it is in a state that it won't leave by itself.
        """
        started, poll_s, last = time.monotonic(), FIRST_POLL_S, ""
        while True:
            state = await asyncio.to_thread(self.describe)
            if state.status != last:
                on_status(last := state.status)
            if state.available:
                return state
            if state.status not in _BUSY:
                raise AwsError(
                    f"The database {self.identifier} can't be used",
                    f"it is {state.status}",
                    "See its events in the RDS console; start it, or give it room",
                )
            if time.monotonic() - started > deadline_s:
                raise DatabaseDeadline(
                    f"The database {self.identifier} is not available",
                    f"after {deadline_s:g} s it is still {state.status}",
                    "Wait for it, and try again",
                )
            await asyncio.sleep(poll_s)
            poll_s = min(poll_s * 1.3, LONGEST_POLL_S)

    async def snapshot(
        self,
        name: str,
        *,
        deadline_s: float,
        tags: Mapping[str, str] | None = None,
        on_status: Callable[[str], None] = _ignore,
    ) -> Snapshot:
        """Makes a snapshot and waits for it; one of that name that exists already is waited for.

        Args:
            name: letters, digits and single hyphens.
            deadline_s: seconds for all of it. RDS needs some minutes for a first one.

        Raises:
            SnapshotFailed: RDS gave up.
            DatabaseDeadline: it is not complete yet; asked again by its name, it is waited for further.
        """
        started = time.monotonic()
        if await asyncio.to_thread(self.find_snapshot, name) is None:
            # RDS takes none of an instance that is busy.
            await self.wait_available(deadline_s=deadline_s, on_status=on_status)
            await asyncio.to_thread(self._create_snapshot, name, tags or {})
        poll_s, last = FIRST_POLL_S, ""
        while True:
            found = await asyncio.to_thread(self.find_snapshot, name)
            if found and found.status != last:
                on_status(f"snapshot {(last := found.status)}")
            if found and found.status == "available":
                return found
            if found and found.status in ("failed", "incompatible-restore"):
                raise SnapshotFailed(
                    f"There is no snapshot {name}",
                    f"RDS says it {found.status}",
                    "See RDS's events; try again",
                )
            if time.monotonic() - started > deadline_s:
                raise DatabaseDeadline(
                    f"The snapshot {name} is not complete",
                    f"after {deadline_s:g} s it is {found.status if found else 'not to be seen'}",
                    "Run this again: it is waited for further",
                )
            await asyncio.sleep(poll_s)
            poll_s = min(poll_s * 1.3, LONGEST_POLL_S)

    def find_snapshot(self, name: str) -> Snapshot | None:
        """A snapshot by its name; None when there is none."""
        try:
            with aws_errors(f"look up the snapshot {name}"):
                found = self.client("rds").describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
        except AwsMissing:
            return None
        return _snapshot(found[0]) if found else None

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Those of this instance, newest first."""
        with aws_errors(f"list the snapshots of {self.identifier}"):
            found = [
                _snapshot(entry)
                for page in self.client("rds")
                .get_paginator("describe_db_snapshots")
                .paginate(DBInstanceIdentifier=self.identifier)
                for entry in page["DBSnapshots"]
            ]
        return tuple(sorted(found, key=lambda s: (s.created_at is not None, s.created_at), reverse=True))

    def delete_snapshot(self, name: str) -> None:
        """Deletes a snapshot; does nothing when there is none."""
        try:
            with aws_errors(f"delete the snapshot {name}"):
                self.client("rds").delete_db_snapshot(DBSnapshotIdentifier=name)
        except AwsMissing:
            return

    def _create_snapshot(self, name: str, tags: Mapping[str, str]) -> None:
        with aws_errors(f"make the snapshot {name}"):
            self.client("rds").create_db_snapshot(
                DBSnapshotIdentifier=name,
                DBInstanceIdentifier=self.identifier,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )


def _state(instance: Mapping[str, Any]) -> DatabaseState:
    endpoint = instance.get("Endpoint") or {}
    return DatabaseState(
        identifier=instance["DBInstanceIdentifier"],
        status=instance["DBInstanceStatus"],
        endpoint=endpoint.get("Address"),
        port=endpoint.get("Port"),
        engine_version=instance.get("EngineVersion", ""),
        publicly_accessible=bool(instance.get("PubliclyAccessible")),
        encrypted=bool(instance.get("StorageEncrypted")),
        deletion_protection=bool(instance.get("DeletionProtection")),
        backup_retention_days=int(instance.get("BackupRetentionPeriod") or 0),
        secret_arn=(instance.get("MasterUserSecret") or {}).get("SecretArn"),
        storage_gib=int(instance.get("AllocatedStorage") or 0),
        security_groups=tuple(
            group["VpcSecurityGroupId"] for group in instance.get("VpcSecurityGroups") or []
        ),
    )


def _snapshot(entry: Mapping[str, Any]) -> Snapshot:
    return Snapshot(
        identifier=entry["DBSnapshotIdentifier"],
        arn=entry.get("DBSnapshotArn", ""),
        status=entry["Status"],
        created_at=entry.get("SnapshotCreateTime"),
        size_gib=int(entry.get("AllocatedStorage") or 0),
    )
