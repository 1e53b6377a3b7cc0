"""States and what would follow from them, in a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

SHORT_ID = 12


def show_versions(document: dict[str, Any], console: Console) -> None:
    """Versions of a state, newest first."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Version", "Written (UTC)", "Serial", "Resources", "Lineage", "Terraform", ""):
        table.add_column(column, overflow="fold")
    for version in document["versions"]:
        remark = "deleted" if version["deleted"] else version["fault"] or ""
        table.add_row(
            version["id"][:SHORT_ID],
            f"{datetime.fromisoformat(version['written']):%Y-%m-%d %H:%M:%S}",
            "" if version.get("serial") is None else str(version["serial"]),
            "" if version["deleted"] else str(version.get("resources", "")),
            (version.get("lineage") or "")[:8],
            version.get("terraform_version") or "",
            " ".join(filter(None, ["[green]current[/]" if version["current"] else "", remark])),
        )
    if document["versions"]:
        console.print(table)
    else:
        console.print("The bucket has no state yet.")


def show_follows(plan: dict[str, Any], console: Console) -> None:
    """What a deployment would do after it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Action", "Resource", "Attributes"):
        table.add_column(column, overflow="fold")
    for change in plan["changes"]:
        table.add_row(change["Action"], change["Resource"], change["Attributes"])
    if plan["changes"]:
        console.print(table)
    for blast in plan["destroys"]:
        console.print(f"[red]{blast['action']}[/] {blast['address']}: {blast['consequence']}")
    console.print(f"What would follow: {plan['summary']}.", highlight=False)
