"""Histories: bounded, written by compare-and-swap, drawn, and told as events."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest

from blocks.record_store import RecordStore
from flows.operation import history as histories
from flows.operation.chart import draw
from flows.operation.history import MOST_ENTRIES, Entry, History, HistoryUnreadable
from flows.operation.reporting import event_names

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _entries(verdicts: str, figures: bool = True) -> tuple[Entry, ...]:
    names = {"h": "healthy", "d": "degraded", "u": "unhealthy"}
    return tuple(
        Entry(
            at=NOW + timedelta(minutes=5 * number),
            verdict=names[letter],
            failed=() if letter == "h" else ("Health & more",),
            figures={"latency_ms": 10.0 + number} if figures else {},
        )
        for number, letter in enumerate(verdicts)
    )


def test_the_oldest_are_forgotten() -> None:
    history = History()
    for entry in _entries("h" * (MOST_ENTRIES + 3)):
        history = history.with_entry(entry)
    assert len(history.entries) == MOST_ENTRIES
    assert history.entries[0].at == NOW + timedelta(minutes=15)


def test_two_who_write_at_once_are_both_remembered(records: RecordStore) -> None:
    where = histories.key("dev", "health-check")
    assert asyncio.run(histories.read(records, where, History)) == History()
    first, second, third = _entries("hdu")
    quick = [second]

    def slow(known: History) -> History:
        # Somebody else writes between this one's reading and writing.
        if quick:
            records.write(
                where, known.with_entry(quick.pop()).model_dump_json().encode(), replaces=_version(records)
            )
        return known.with_entry(third)

    def _version(store: RecordStore) -> str | None:
        found = store.read(where)
        return found.version if found else None

    asyncio.run(histories.change(records, where, History, lambda known: known.with_entry(first)))
    after = asyncio.run(histories.change(records, where, History, slow))
    assert [entry.verdict for entry in after.entries] == ["healthy", "degraded", "unhealthy"]
    assert asyncio.run(histories.read(records, where, History)) == after


def test_a_record_that_is_none_is_told(records: RecordStore) -> None:
    where = histories.key("dev", "health-check")
    records.write(where, b"[]", replaces=None)
    with pytest.raises(HistoryUnreadable):
        asyncio.run(histories.read(records, where, History))


@pytest.mark.parametrize(
    ("verdicts", "figures", "lines", "bars"),
    [
        ("", True, 0, 0),
        ("h", True, 1, 1),
        ("hhhuudhh", True, 1, 4),
        ("hhh", False, 0, 1),
        ("h" * 400, True, 1, 1),
    ],
)
def test_a_history_is_drawn(verdicts: str, figures: bool, lines: int, bars: int) -> None:
    svg = draw("Health of prod", _entries(verdicts, figures), figure="latency_ms", label="ms")
    root = ET.fromstring(svg)
    name = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{name}polyline")) == lines
    # One of the rectangles is the background.
    assert len(root.findall(f"{name}rect")) == bars + 1
    # Prefect keeps one for every run.
    assert len(svg) < 10_000


def test_a_gap_breaks_the_line() -> None:
    before, gap, after = _entries("hhhhhh")[:2], _entries("hhhh", figures=False)[2:4], _entries("hhhhhh")[4:]
    svg = draw("t", (*before, *gap, *after), figure="latency_ms", label="ms")
    assert svg.count("<polyline") == 2


@pytest.mark.parametrize(
    ("verdicts", "names"),
    [
        ("h", ("reelflow.health-check.healthy",)),
        ("hh", ("reelflow.health-check.healthy",)),
        ("hu", ("reelflow.health-check.unhealthy",)),
        ("ud", ("reelflow.health-check.degraded",)),
        ("uh", ("reelflow.health-check.healthy", "reelflow.health-check.recovered")),
    ],
)
def test_which_events_a_run_is_worth(verdicts: str, names: tuple[str, ...]) -> None:
    assert event_names("health-check", _entries(verdicts)) == names
