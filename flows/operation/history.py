"""What a scheduled flow has found each time: a bounded record in the state bucket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from blocks.errors import BlockError
from blocks.record_store import RecordConflict, RecordStore

T = TypeVar("T", bound=BaseModel)

# Two days of a check every five minutes; years of one a day.
MOST_ENTRIES = 600
WRITE_ATTEMPTS = 5


class HistoryUnreadable(BlockError):
    """A record is not as this version writes it."""


class Entry(BaseModel):
    """One run of a scheduled flow.

    Attributes:
        verdict: its word: healthy, degraded, unhealthy; or good, bad.
        failed: the names of the checks that were not good.
        figures: what it measured, by name with the unit at its end.
        release: which release served.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: AwareDatetime
    verdict: str
    failed: tuple[str, ...] = ()
    figures: dict[str, float] = {}
    release: str | None = None


class History(BaseModel):
    """All runs that are remembered, oldest first."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    entries: tuple[Entry, ...] = ()

    def with_entry(self, entry: Entry) -> History:
        """The same with one more; beyond `MOST_ENTRIES` the oldest are forgotten."""
        return History(entries=(*self.entries, entry)[-MOST_ENTRIES:])

    def last(self, figure: str) -> datetime | None:
        """When a figure was measured last; None when it never was."""
        return next((entry.at for entry in reversed(self.entries) if figure in entry.figures), None)


def key(environment: str, name: str) -> str:
    """Where a record of an environment's operation is kept."""
    return f"operation/{environment}/{name}.json"


async def read(records: RecordStore, where: str, kind: type[T]) -> T:
    """A record; an empty one when there is none.

    Raises:
        HistoryUnreadable: it is there and is none.
        StoreError: the bucket can't be used.
    """
    found = await asyncio.to_thread(records.read, where)
    return _parsed(found.content, where, kind) if found else kind()


async def change(records: RecordStore, where: str, kind: type[T], to: Callable[[T], T]) -> T:
    """Changes a record by compare-and-swap: of two who change it at once, the later sees the earlier's.

    Args:
        to: the record that is to be there, of the one that is; called again when somebody was quicker.

    Raises:
        HistoryUnreadable: it is there and is none.
        RecordConflict: somebody else was quicker each time.
        StoreError: the bucket can't be used.
    """
    for left in reversed(range(WRITE_ATTEMPTS)):
        found = await asyncio.to_thread(records.read, where)
        before = _parsed(found.content, where, kind) if found else kind()
        after = to(before)
        if after == before:
            return after
        content = after.model_dump_json(exclude_defaults=True).encode()
        try:
            await asyncio.to_thread(
                lambda content=content, version=found.version if found else None: records.write(
                    where, content, replaces=version
                )
            )
        except RecordConflict:
            if not left:
                raise
        else:
            return after
    raise AssertionError("unreachable")


def _parsed(content: bytes, where: str, kind: type[T]) -> T:
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise HistoryUnreadable(
            f"The record {where} can't be read",
            f"it is not as this version writes it ({error.error_count()} faults)",
            "Run the version that wrote it, or delete the object: it is begun anew",
        ) from error
