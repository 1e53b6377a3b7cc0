"""`reelflow promote`: a draft's scenes in full."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commands import film_report
from commands.speaking import USAGE_ERROR, leave


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(promote)


def promote(
    job: Annotated[str, typer.Argument(help="The draft's job_id, as `reelflow render --draft` has told it.")],
    scene: Annotated[
        list[int] | None, typer.Option(help="Of a scene to make in full; repeat it. Without it all approved.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All scenes, approved or not.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Where the MP4 goes; by default it stays in the media store.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Makes the scenes of a draft in full; what was made in full before is not paid again."""
    from uuid import UUID

    if every and scene:
        leave("--all and --scene exclude each other: give one of them.", USAGE_ERROR)
    try:
        draft = UUID(job)
    except ValueError:
        leave(f"{job!r} is no job_id: take it from what `reelflow render --draft` printed.", USAGE_ERROR)

    from commands import render as command

    console = Console(stderr=True, quiet=as_json)
    film_report.tell(
        lambda: command.promote(draft, scene or None, out, console, every=every), as_json=as_json
    )
