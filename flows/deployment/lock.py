"""One deployment of an environment at a time: a lock that names its holder and outlives no holder.

The lock is one object in the state bucket, written by compare-and-swap. Its holder renews it; whoever finds
it older than the lease, by the bucket's own clock, may take it. It is free at once when its holder is seen
to be over: its flow run has ended, or its process on this machine is gone.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psutil
from pydantic import AwareDatetime, BaseModel, ValidationError

from blocks.media_store.errors import StoreError
from blocks.record_store import Record, RecordConflict, RecordStore
from flows.deployment.faults import DeploymentError

LEASE_S = 60.0


class LockHeld(DeploymentError):
    """Another deployment of the environment is at work."""


class LockLost(DeploymentError):
    """The lock is another's by now: what goes on is his business."""


class Holder(BaseModel):
    """Who holds the lock.

    Attributes:
        machine: the host, its boot and its process namespace: where `process` means something.
        born: when the process was started, in seconds since the epoch: its number may be another's later.
    """

    flow_run: UUID | None
    host: str
    machine: str
    process: int
    born: float
    since: AwareDatetime

    @classmethod
    def this_process(cls, flow_run: UUID | None) -> Holder:
        return cls(
            flow_run=flow_run,
            host=socket.gethostname(),
            machine=_machine(),
            process=os.getpid(),
            born=psutil.Process().create_time(),
            since=datetime.now(UTC),
        )

    def __str__(self) -> str:
        run = f"flow run {self.flow_run}" if self.flow_run else "a run of its own"
        return f"{run}, process {self.process} on {self.host}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


class _Document(BaseModel):
    holder: Holder | None
    lease_s: float
    # Makes each renewal's content, and so its version, another.
    renewals: int = 0


class Lock:
    """The lock of one environment, for this process. Blocking; not to be shared by threads."""

    def __init__(
        self,
        records: RecordStore,
        environment: str,
        *,
        is_over: Callable[[UUID], bool],
        lease_s: float = LEASE_S,
    ) -> None:
        """`is_over` says whether a flow run has ended, as far as Prefect knows."""
        self._records = records
        self._environment = environment
        self._key = f"locks/{environment}.json"
        self._is_over = is_over
        self._lease_s = lease_s
        self._version: str | None = None
        self._document = _Document(holder=None, lease_s=lease_s)

    def acquire(self, holder: Holder) -> None:
        """Takes the lock.

        Raises:
            LockHeld: somebody living has it.
            StoreError: the bucket can't be used.
        """
        found = self._records.read(self._key)
        document = _parsed(found)
        if found and document and document.holder and not self._free(found, document, holder):
            left = max(0, round(document.lease_s - found.age_s))
            raise LockHeld(
                f"{self._environment} is being deployed",
                f"the lock is held by {document.holder}",
                f"Follow that run, or cancel it; if it is dead the lock is free in {left} s at the latest",
            )
        self._document = _Document(holder=holder, lease_s=self._lease_s)
        try:
            self._write(found.version if found else None)
        except RecordConflict as error:
            raise LockHeld(
                f"{self._environment} is being deployed",
                "another run took the lock this very moment",
                "Follow that run, or start again when it has ended",
            ) from error

    def renew(self) -> None:
        """Keeps the lock for another lease.

        Raises:
            LockLost: another has it.
            StoreUnavailable: not now; ask again.
        """
        self._document = self._document.model_copy(update={"renewals": self._document.renewals + 1})
        try:
            self._write(self._version)
        except RecordConflict as error:
            # Our own write may be there although its answer was lost.
            found = self._records.read(self._key)
            if found and found.content == self._content():
                self._version = found.version
                return
            raise LockLost(
                f"The deployment of {self._environment} is no longer this process's",
                f"the lock was taken by {_named(_parsed(found))}",
                "Follow that run",
            ) from error

    def release(self) -> None:
        """Gives the lock up, if it still is ours."""
        self._document = _Document(holder=None, lease_s=self._lease_s)
        # Not given up it is free a lease later.
        with suppress(StoreError):
            self._write(self._version)

    def _free(self, found: Record, document: _Document, asking: Holder) -> bool:
        holder = document.holder
        assert holder is not None
        if found.age_s > document.lease_s:
            return True
        if holder.machine == asking.machine and not _lives(holder):
            return True
        # Prefect runs one attempt of a run at a time, so ours from before is dead.
        if holder.flow_run and holder.flow_run == asking.flow_run:
            return True
        return holder.flow_run is not None and self._is_over(holder.flow_run)

    def _write(self, replaces: str | None) -> None:
        self._version = self._records.write(self._key, self._content(), replaces=replaces)

    def _content(self) -> bytes:
        return self._document.model_dump_json().encode()


def holder(records: RecordStore, environment: str) -> Holder | None:
    """Who holds an environment's lock, dead or alive; None when nobody does.

    Raises:
        StoreError: the bucket can't be used.
    """
    document = _parsed(records.read(f"locks/{environment}.json"))
    return document.holder if document else None


def _parsed(found: Record | None) -> _Document | None:
    if found is None:
        return None
    try:
        return _Document.model_validate_json(found.content)
    except ValidationError as error:
        raise DeploymentError(
            "The lock can't be read",
            f"it is not as this version writes it ({error.error_count()} faults)",
            "Deploy with the version that wrote it, or delete the object when no deployment runs",
        ) from error


def _named(document: _Document | None) -> str:
    return str(document.holder) if document and document.holder else "another run, which has ended by now"


def _lives(holder: Holder) -> bool:
    try:
        process = psutil.Process(holder.process)
        # Within a clock tick; a zombie does no more work.
        return abs(process.create_time() - holder.born) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _machine() -> str:
    """This host in this boot, as this process's namespace numbers processes."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    namespace = Path("/proc/self/ns/pid")
    try:
        return f"{boot.read_text().strip()} {namespace.readlink()}"
    except OSError:
        return f"{socket.gethostname()} {psutil.boot_time():.0f}"
