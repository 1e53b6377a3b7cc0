"""Records are written by compare-and-swap: nobody overwrites what he has not read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from blocks.media_store.errors import StoreMissing
from blocks.record_store import RecordConflict, RecordStore

KEY = "locks/dev.json"


def test_what_was_written_is_read(records: RecordStore) -> None:
    assert records.read(KEY) is None
    version = records.write(KEY, b"{}", replaces=None)
    found = records.read(KEY)
    assert found is not None
    assert (found.content, found.version) == (b"{}", version)
    assert found.age_s < 5


def test_a_record_is_made_once(records: RecordStore) -> None:
    records.write(KEY, b"1", replaces=None)
    with pytest.raises(RecordConflict):
        records.write(KEY, b"2", replaces=None)
    found = records.read(KEY)
    assert found is not None
    assert found.content == b"1"


def test_only_the_version_that_was_read_is_replaced(records: RecordStore) -> None:
    first = records.write(KEY, b"1", replaces=None)
    records.write(KEY, b"2", replaces=first)
    with pytest.raises(RecordConflict):
        records.write(KEY, b"3", replaces=first)


def test_a_record_that_is_gone_is_not_replaced(records: RecordStore) -> None:
    version = records.write(KEY, b"1", replaces=None)
    records.delete(KEY)
    with pytest.raises(RecordConflict):
        records.write(KEY, b"2", replaces=version)


def test_of_many_writers_one_wins(records: RecordStore) -> None:
    version = records.write(KEY, b"start", replaces=None)

    def attempt(number: int) -> bool:
        try:
            records.write(KEY, str(number).encode(), replaces=version)
        except RecordConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 1


def test_a_missing_bucket_is_said(records: RecordStore) -> None:
    nowhere = records.model_copy(update={"bucket": "nobody-made-this"})
    with pytest.raises(StoreMissing):
        nowhere.read(KEY)
    with pytest.raises(StoreMissing):
        nowhere.write(KEY, b"{}", replaces=None)
