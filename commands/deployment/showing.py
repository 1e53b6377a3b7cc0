"""Deployments in a terminal: a line for each stage as it ends, and a table of all at the end."""

from __future__ import annotations

import time
from typing import Any

from rich.console import Console
from rich.table import Table

from commands.deployment.deploy import Watcher
from flows.deployment.release import Release, StageRecord

COLOURS = {
    "done": "green",
    "skipped": "bright_black",
    "failed": "red",
    "running": "cyan",
    "stopped": "yellow",
}


def watcher(console: Console, *, environment: str, wait: bool) -> Watcher:
    """Tells on a console how a deployment goes on.

    Args:
        console: where people read.
        environment: which is deployed.
        wait: whether to go on waiting when it waits for approval.
    """
    begun = time.monotonic()

    def clock() -> str:
        minutes, seconds = divmod(int(time.monotonic() - begun), 60)
        return f"[dim]{minutes:02d}:{seconds:02d}[/]"

    def stage(record: StageRecord) -> None:
        colour = COLOURS[record.status]
        name = record.name.replace("_", " ")
        attempt = f" [yellow](attempt {record.attempts})[/]" if record.attempts > 1 else ""
        took = f"  [dim]{record.seconds:.1f} s[/]" if record.seconds is not None else ""
        console.print(
            f"{clock()}  [{colour}]{name:11} {record.status:8}[/] {record.verdict}{attempt}{took}",
            highlight=False,
            soft_wrap=True,
        )

    def waiting(release: Release | None) -> bool:
        plan = release.plan.summary if release and release.plan else "the plan"
        console.print(
            f"{clock()}  [yellow]Waits for approval[/]: {plan}\n"
            f"       Read it in Prefect's page, and answer there or with: reelflow approve {environment}",
            highlight=False,
            soft_wrap=True,
        )
        return wait

    def started(address: str) -> None:
        console.print(f"{clock()}  [dim]{address}[/]", highlight=False, soft_wrap=True)

    return Watcher(stage=stage, waiting=waiting, started=started)


def show_report(document: dict[str, Any], console: Console) -> None:
    """A deployment's document as a table, and how it ended."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Stage")
    table.add_column("Status")
    table.add_column("Seconds", justify="right")
    table.add_column("What came of it", overflow="fold")
    for stage in document["stages"]:
        colour = COLOURS[stage["status"]]
        table.add_row(
            stage["name"].replace("_", " "),
            f"[{colour}]{stage['status']}[/]",
            f"{stage['seconds']:.1f}",
            stage["verdict"],
        )
    console.print()
    console.print(table)
    console.print()
    name, seconds = document["environment"], document["seconds"]
    serving = document["serving_release"] or "nothing"
    if document["verdict"] == "verified":
        goal = f", as {document['goal']} was," if document["goal"] else ""
        console.print(f"[green]Verified[/]: release {serving}{goal} serves {name}, after {seconds:.0f} s.")
    elif document["verdict"] == "waiting":
        console.print(f"[yellow]Waits for approval[/]: reelflow approve {name}")
    else:
        console.print(f"[red]Failed[/] after {seconds:.0f} s; serving: {serving}.", highlight=False)
        console.print(document["cause"], highlight=False, soft_wrap=True, markup=False)
        for line in document["evidence"]:
            console.print(f"  • {line}", highlight=False, soft_wrap=True, markup=False)


def show_releases(releases: list[Release], serving: str | None, console: Console) -> None:
    """Releases, newest first."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Release", "Status", "Revision", "Image", "Schema", "Took", "Cause"):
        table.add_column(column, overflow="fold")
    for release in releases:
        mark = " ← serves" if release.id == serving else ""
        took = (release.ended - release.started).total_seconds() if release.ended else None
        table.add_row(
            release.id + mark,
            ("verified" if release.verified else str(release.status))
            + (f", back to {release.goal}" if release.goal else ""),
            (release.revision or "")[:12],
            release.image.digest[7:19] if release.image else "",
            (release.db_schema.after or "") if release.db_schema else "",
            f"{took:.0f} s" if took is not None else "",
            str(release.cause) if release.cause else "",
        )
    console.print(table)


def show_plan(document: dict[str, Any], console: Console) -> None:
    """What a deployment would change, destroy, and cost."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Action", "Resource", "Attributes"):
        table.add_column(column, overflow="fold")
    for change in document["changes"]:
        table.add_row(change["Action"], change["Resource"], change["Attributes"])
    if document["changes"]:
        console.print(table)
    for blast in document["destroys"]:
        dependents = (
            f"; {len(blast['dependents'])} resources are built upon it" if blast["dependents"] else ""
        )
        console.print(f"[red]{blast['action']}[/] {blast['address']}: {blast['consequence']}{dependents}")
    cost = document["cost_usd_per_month"]
    console.print(
        f"{document['summary']}; ${cost['before']:.2f} → ${cost['after']:.2f} a month.", highlight=False
    )


def show_status(document: dict[str, Any], console: Console) -> None:
    """What runs, where, and how it is."""
    newest = document["newest"]
    console.print(f"Last verified  {document['last_verified'] or 'none'}", highlight=False)
    if newest:
        console.print(f"Newest         {newest['release']}, {newest['status']}", highlight=False)
    console.print(f"Address        {document['url'] or 'none'}", highlight=False)
    console.print(f"Health         {document['health'] or 'nothing is deployed'}", highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Service", "Tasks", "Image", "Task definition"):
        table.add_column(column, overflow="fold")
    for name, service in document["services"].items():
        table.add_row(
            name,
            f"{service['running']} of {service['desired']}" + ("" if service["steady"] else ", moving"),
            (service["digest"] or "")[7:19],
            service["task_definition"].rpartition("/")[2],
        )
    if document["services"]:
        console.print(table)


def show_rehearsal(document: dict[str, Any], console: Console) -> None:
    """All scenarios with the time of each of their stages."""
    names = list(dict.fromkeys(stage["name"] for each in document["scenarios"] for stage in each["stages"]))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Seconds of")
    for each in document["scenarios"]:
        table.add_column(each["name"], justify="right")
    for name in names:
        table.add_row(name.replace("_", " "), *(_seconds_of(name, each) for each in document["scenarios"]))
    table.add_row("[bold]all[/]", *(f"[bold]{each['seconds']:.0f}[/]" for each in document["scenarios"]))
    table.add_row(
        "requests failed",
        *(f"{each['failed_requests']} of {each['requests']}" for each in document["scenarios"]),
    )
    table.add_row(
        "as it must",
        *("[green]yes[/]" if each["verdict"] == "passed" else "[red]no[/]" for each in document["scenarios"]),
    )
    console.print()
    console.print(table)


def show_matrix(document: dict[str, Any], console: Console) -> None:
    """The failure matrix: a row for each cell, and how long bad releases served."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Stage", "Fault", "Ended", "Serving", "Schema", "Locked"):
        table.add_column(column, overflow="fold")
    for column in ("Failed requests", "To good, s", "Breaker, s"):
        table.add_column(column, justify="right")
    for cell in document["cells"]:
        colour = "red" if cell["faults"] else "green"
        good, breaker = cell["seconds_to_good"], cell.get("breaker_seconds", "")
        table.add_row(
            cell["stage"].replace("_", " "),
            cell["fault"],
            f"[{colour}]{cell['cause'] or 'verified'}[/]",
            "last verified" if cell["serving_release"] == cell["last_verified_release"] else "another",
            cell["schema_head"] or "",
            cell["lock"] or "",
            f"{cell['failed_requests']} of {cell['requests']}",
            "" if good is None else f"{good:.0f}",
            "never" if breaker is None else f"{breaker:.0f}" if breaker else "",
        )
    console.print()
    console.print(table)
    recovered = document["recovery"]
    if recovered["median"] is not None:
        console.print(
            f"From a bad release to the good one: {recovered['median']:.0f} s in the middle, "
            f"{recovered['worst']:.0f} s at worst.",
            highlight=False,
        )


def _seconds_of(name: str, scenario: dict[str, Any]) -> str:
    stage = next((stage for stage in scenario["stages"] if stage["name"] == name), None)
    if stage is None:
        return ""
    return f"[{COLOURS[stage['verdict']]}]{stage['seconds']:.1f}[/]"
