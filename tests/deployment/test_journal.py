"""Release records in the bucket: found again, and written by one process only."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from blocks.record_store import RecordStore
from flows.deployment import journal
from flows.deployment.journal import Journal, ReleaseUnreadable
from flows.deployment.lock import LockLost
from flows.deployment.release import Release, StageRecord, Status

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def _release(release_id: str, environment: str = "dev") -> Release:
    return Release(id=release_id, environment=environment, started=NOW, source="s")


def test_the_newest_is_found(records: RecordStore) -> None:
    assert journal.newest(records, "dev") is None
    for release in (_release("2"), _release("10", "prod"), _release("1")):
        asyncio.run(Journal(records).start(release))
    assert journal.newest(records, "dev") == _release("2")
    assert journal.ids(records, "dev") == ["1", "2"]
    assert journal.read(records, "dev", "3") is None


def test_every_step_is_in_the_bucket(records: RecordStore) -> None:
    async def steps() -> None:
        book = Journal(records)
        await book.start(_release("1"))
        await asyncio.gather(
            *(
                book.write(lambda release, n=n: release.with_stage(StageRecord(name=n, started=NOW)))
                for n in ("plan", "build", "apply")
            )
        )
        await book.update(status=Status.UNDOING)

    asyncio.run(steps())
    found = journal.newest(records, "dev")
    assert found is not None
    assert {stage.name for stage in found.stages} == {"plan", "build", "apply"}
    assert found.status is Status.UNDOING


def test_one_that_was_taken_over_writes_no_more(records: RecordStore) -> None:
    async def two() -> None:
        first, second = Journal(records), Journal(records)
        await first.start(_release("1"))
        await second.take_up(first.release)
        await second.update(status=Status.UNDOING)
        with pytest.raises(LockLost):
            await first.update(status=Status.COMPLETED)
        with pytest.raises(LockLost):
            await first.start(_release("1").model_copy(update={"source": "other"}))

    asyncio.run(two())
    found = journal.newest(records, "dev")
    assert found is not None
    assert found.status is Status.UNDOING


def test_one_that_cannot_be_read_is_no_blank_sheet(records: RecordStore) -> None:
    records.write("releases/dev/1.json", b"{", replaces=None)
    with pytest.raises(ReleaseUnreadable, match="release 1"):
        journal.newest(records, "dev")
