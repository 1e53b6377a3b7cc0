"""`reelflow explain`, as the command line has it. It imports what it needs when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.speaking import USAGE_ERROR, Json, failures, leave, tell


def explain(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="ENV|RUN",
            help="dev, staging or prod; or a flow run by id or name; or a release by its id.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Names the one cause of what failed, what speaks for it, and the next step."""
    from rich.console import Console

    from commands.explain import explain as command
    from commands.explain.showing import show

    with failures():
        try:
            document = command.explain(subject)
        except command.NothingOfThatName as nothing:
            leave(str(nothing), USAGE_ERROR)
    tell(document, as_json, lambda: show(document, Console()))


def add_to(app: typer.Typer) -> None:
    """Makes it a command of the application."""
    app.command()(explain)
