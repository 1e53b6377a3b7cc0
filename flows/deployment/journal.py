"""Release records in the state bucket: written at every step, by the one who holds the lock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from pydantic import ValidationError

from blocks.media_store.errors import StoreUnavailable
from blocks.record_store import RecordConflict, RecordStore
from flows.deployment.faults import DeploymentError
from flows.deployment.lock import LockLost
from flows.deployment.release import Release

WRITE_ATTEMPTS = 5
SIDE_BY_SIDE = 8


class ReleaseUnreadable(DeploymentError):
    """A release record is not as this version writes it."""


def folder(environment: str) -> str:
    return f"releases/{environment}/"


def read(records: RecordStore, environment: str, release_id: str) -> Release | None:
    """A release; None when there is none of that id.

    Raises:
        ReleaseUnreadable: it is there and is none.
        StoreError: the bucket can't be used.
    """
    found = records.read(f"{folder(environment)}{release_id}.json")
    if found is None:
        return None
    try:
        return Release.model_validate_json(found.content)
    except ValidationError as error:
        raise ReleaseUnreadable(
            f"The record of release {release_id} can't be read",
            f"it is not as this version writes it ({error.error_count()} faults)",
            "Deploy with the version that wrote it",
        ) from error


def ids(records: RecordStore, environment: str) -> list[str]:
    """The ids of an environment's releases, oldest first.

    Raises:
        StoreError: the bucket can't be used.
    """
    start = folder(environment)
    return [listed.key.removeprefix(start).removesuffix(".json") for listed in records.list(start)]


def every(records: RecordStore, environment: str) -> list[Release]:
    """All releases of an environment, oldest first.

    Raises:
        ReleaseUnreadable: the record of one can't be read.
        StoreError: the bucket can't be used.
    """
    with ThreadPoolExecutor(SIDE_BY_SIDE) as readers:
        found = readers.map(lambda each: read(records, environment, each), ids(records, environment))
        return [release for release in found if release]


def newest(records: RecordStore, environment: str) -> Release | None:
    """The newest release of an environment; None before the first.

    Raises:
        ReleaseUnreadable: its record can't be read.
        StoreError: the bucket can't be used.
    """
    known = ids(records, environment)
    return read(records, environment, known[-1]) if known else None


class Journal:
    """The record of the release in the making. Its methods may be called from several tasks of one loop.

    Attributes:
        release: as it was written last.
    """

    def __init__(self, records: RecordStore) -> None:
        self._records = records
        self._turn = asyncio.Lock()
        self._release: Release | None = None
        self._version: str | None = None

    @property
    def release(self) -> Release:
        if self._release is None:
            raise RuntimeError("No release is open: call start() or take_up() first")
        return self._release

    async def start(self, release: Release) -> None:
        """Writes the record of a new release.

        Raises:
            LockLost: somebody else has written one of its id.
            StoreError: the bucket can't be used.
        """
        async with self._turn:
            self._version = None
            await self._write(release)

    async def take_up(self, release: Release) -> None:
        """Goes on with the record of a release that a dead or suspended run has left.

        Raises:
            StoreError: the bucket can't be used.
        """
        async with self._turn:
            found = await asyncio.to_thread(self._records.read, _key(release))
            self._version = found.version if found else None
            self._release = release

    async def write(self, change: Callable[[Release], Release]) -> Release:
        """Changes the record; what is not written did not happen.

        Raises:
            LockLost: somebody else writes it.
            StoreError: the bucket can't be used.
        """
        async with self._turn:
            await self._write(change(self.release))
            return self.release

    async def update(self, **fields: object) -> Release:
        """Changes fields of the record, and raises, as `write` does."""
        return await self.write(lambda release: release.model_copy(update=fields))

    async def _write(self, release: Release) -> None:
        content = release.model_dump_json(indent=1).encode()
        for attempt in range(1, WRITE_ATTEMPTS + 1):
            try:
                written = await asyncio.to_thread(
                    self._records.write, _key(release), content, replaces=self._version
                )
                break
            except StoreUnavailable:
                if attempt == WRITE_ATTEMPTS:
                    raise
                await asyncio.sleep(0.2 * 2**attempt)
            except RecordConflict as error:
                # Our own write may be there although its answer was lost.
                found = await asyncio.to_thread(self._records.read, _key(release))
                if found and found.content == content:
                    written = found.version
                    break
                raise LockLost(
                    f"Release {release.id} is no longer this process's",
                    "somebody else has written its record",
                    "Follow that run",
                ) from error
        else:
            raise AssertionError("unreachable")
        self._version, self._release = written, release


def _key(release: Release) -> str:
    return f"{folder(release.environment)}{release.id}.json"
