"""What looking after an environment has found, in a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from flows.operation.incidents import Incident

MARKS = {True: "[green]OK[/]", False: "[red]NG[/]", None: "[bright_black]–[/]"}
COLOURS = {"healthy": "green", "good": "green", "degraded": "yellow"}


def show_checks(document: dict[str, Any], console: Console) -> None:
    """A checklist with its verdict."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for check in document["checks"]:
        remedy = f"\n[bold]{check['remedy']}[/]" if check["good"] is False else ""
        table.add_row(MARKS[check["good"]], check["name"], f"{check['evidence']}{remedy}")
    console.print(table)
    colour = COLOURS.get(document["verdict"], "red")
    console.print(f"{document['environment']}: [{colour}]{document['verdict']}[/]", highlight=False)


def show_configuration(document: dict[str, Any], console: Console) -> None:
    """The operator's configuration; what is not as it comes is marked."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Key", "Value", "Default", ""):
        table.add_column(column, overflow="fold")
    for each in document["configuration"]:
        changed = each["value"] != each["default"]
        value = json.dumps(each["value"])
        table.add_row(
            each["key"],
            f"[bold]{value}[/]" if changed else value,
            json.dumps(each["default"]) if changed else "",
            each["description"],
        )
    console.print(table)


def show_incidents(incidents: Sequence[Incident], console: Console) -> None:
    """Incidents, newest first."""
    if not incidents:
        console.print("There was none.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Incident", "State", "Opened", "Lasted", "Not good", "Release", "Rollback"):
        table.add_column(column, overflow="fold")
    for incident in incidents:
        lasted = (
            f"{(incident.closed - incident.opened).total_seconds() / 60:.0f} min" if incident.closed else ""
        )
        table.add_row(
            incident.id,
            "closed" if incident.closed else "[red]open[/]",
            f"{incident.opened:%Y-%m-%d %H:%M}",
            lasted,
            ", ".join(incident.failed),
            incident.release or "",
            f"{incident.rollback:%H:%M:%S}" if incident.rollback else "",
        )
    console.print(table)
