"""Cursors are read back as they were given, and nothing else is."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from app.paging import decode_cursor, encode_cursor
from app.problems import Unprocessable

ROW = UUID("3f6c0a52-7c55-4b9b-9a53-5f6b1c3d2e1f")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
        datetime(2026, 11, 24, 10, 0, 0, 123_456, UTC),
        datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    ],
)
def test_a_cursor_is_read_back(moment: datetime) -> None:
    cursor = encode_cursor(moment, ROW)
    assert decode_cursor(cursor) == (moment, ROW)
    assert cursor.isascii()
    assert not set("+/=") & set(cursor)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "A",
        "é",
        "MjAyNi0xMS0yNFQxMDowMDowMFovM2Y2",
        encode_cursor(datetime(2026, 11, 24, tzinfo=UTC), ROW) + "=",
        encode_cursor(datetime(2026, 11, 24, tzinfo=UTC), ROW)[:-1],
        "!" + encode_cursor(datetime(2026, 11, 24, tzinfo=UTC), ROW),
        # Without a time zone, and one before the year 1 once it is put into UTC.
        "MjAyNi0xMS0yNFQxMDowMDowMC8zZjZjMGE1Mi03YzU1LTRiOWItOWE1My01ZjZiMWMzZDJlMWY",
        "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMC8zZjZjMGE1Mi03YzU1LTRiOWItOWE1My01ZjZiMWMzZDJlMWY",
    ],
)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        decode_cursor(cursor)
    assert [place for place, _ in refused.value.places] == ["query:cursor"]
