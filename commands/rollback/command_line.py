"""The commands that bring back, as the command line has them. Each imports what it needs when called."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from commands.speaking import USAGE_ERROR, Env, Json, failures, leave, leave_as, tell


def rollback(
    env: Env,
    to: Annotated[
        str | None,
        typer.Option(metavar="RELEASE", help="By default the last verified one before what serves now."),
    ] = None,
    take_schema_back: Annotated[
        bool,
        typer.Option(help="Undo also those steps of the schema that the earlier code can live with."),
    ] = False,
    approval: Annotated[
        str, typer.Option(help="Ask before: destructive (deleting, undoing steps), always, never.")
    ] = "destructive",
    bake: Annotated[float, typer.Option(help="Seconds it must stay healthy before it is verified.")] = 60.0,
    wait: Annotated[bool, typer.Option(help="Wait for approval; otherwise leave with exit code 3.")] = True,
    as_json: Json = False,
) -> None:
    """Brings back an earlier verified release, or says why that can't be. On failure what served is back."""
    from pydantic import ValidationError

    from commands.deployment.environments import environment
    from commands.deployment.showing import show_report, watcher
    from commands.rollback import rollback as command
    from flows.rolling_back.options import RollbackOptions

    try:
        options = RollbackOptions.model_validate(
            {"to": to, "take_schema_back": take_schema_back, "approval": approval, "bake_s": bake}
        )
    except ValidationError as wrong:
        leave("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in wrong.errors()), USAGE_ERROR)
    console = Console(stderr=True, quiet=as_json)
    with failures():
        document = command.rollback(environment(env), options, watcher(console, environment=env, wait=wait))
    tell(document, as_json, lambda: show_report(document, Console()))
    leave_as(document)


def add_to(app: typer.Typer) -> None:
    """Makes them commands of the application."""
    app.command()(rollback)
