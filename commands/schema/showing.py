"""Backups and drills as people read them in a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table


def show_backup(document: dict[str, Any], console: Console) -> None:
    """How a backup went."""
    record = document["record"]
    console.print(document["message"], highlight=False, soft_wrap=True)
    if record:
        _tables(record["backup"]["tables"], console)
        if record["snapshot"]:
            console.print(f"Snapshot {record['snapshot']}", highlight=False)


def show_drill(document: dict[str, Any], console: Console) -> None:
    """How a drill went."""
    console.print(document["message"], highlight=False, soft_wrap=True)
    if record := document["record"]:
        drill = record["drill"]
        console.print(
            f"{drill['tables']} tables; restored in {drill['restore_seconds']:.1f} s, "
            f"compared in {drill['compare_seconds']:.1f} s",
            highlight=False,
        )


def show_backups(document: dict[str, Any], console: Console) -> None:
    """The backups that there are, and which of them was restored last."""
    table = Table("Backup", "Schema", "Rows", "Bytes", "Seconds", "Snapshot", "Restored")
    tried = {each["drill"]["backup"]: each for each in reversed(document["drills"])}
    for each in document["backups"]:
        backup = each["backup"]
        drill = tried.get(backup["id"])
        table.add_row(
            backup["id"],
            backup["schema_version"] or "empty",
            str(sum(found["rows"] for found in backup["tables"].values())),
            str(backup["size_bytes"]),
            f"{backup['seconds']:.1f}",
            each["snapshot"] or "",
            ""
            if drill is None
            else "differs"
            if drill["drill"]["differences"]
            else f"the same, {drill['at']}",
        )
    console.print(
        table if document["backups"] else "There are no backups: make one with `reelflow backup ENV`"
    )


def _tables(tables: dict[str, Any], console: Console) -> None:
    shown = Table("Table", "Rows", "Checksum")
    for name, found in tables.items():
        shown.add_row(name, str(found["rows"]), found["checksum"])
    console.print(shown)
