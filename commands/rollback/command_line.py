"""The commands that bring back, as the command line has them. Each imports what it needs when called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console

from commands.speaking import USAGE_ERROR, WAITING, Env, Json, failures, leave, leave_as, tell, wait_for

Yes = Annotated[bool, typer.Option("--yes", help="Do it; without it you are asked, or it is only shown.")]

state = typer.Typer(
    help="The Terraform state: its versions, one of them put back, what exists taken over.",
    no_args_is_help=True,
)


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
    restore_snapshot: Annotated[
        bool,
        typer.Option(help="Over a one-way step: the snapshot before it, in a new instance; asks first."),
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
            {
                "to": to,
                "take_schema_back": take_schema_back,
                "restore_snapshot": restore_snapshot,
                "approval": approval,
                "bake_s": bake,
            }
        )
    except ValidationError as wrong:
        said = {str(e["loc"][0]): e["msg"] for e in wrong.errors()}
        if "to" in said:
            leave(f"--to {to!r} is no release's id: see them with reelflow releases {env}", USAGE_ERROR)
        leave("; ".join(f"{name}: {what}" for name, what in said.items()), USAGE_ERROR)
    console = Console(stderr=True, quiet=as_json)
    with failures():
        document = command.rollback(environment(env), options, watcher(console, environment=env, wait=wait))
    tell(document, as_json, lambda: show_report(document, Console()))
    leave_as(document)


@state.command("list")
def list_versions(
    env: Env, most: Annotated[int, typer.Option(help="How many.", min=1)] = 20, as_json: Json = False
) -> None:
    """Lists the versions of the state, newest first: serial, lineage, when written, how many resources."""
    from commands.deployment.environments import environment
    from commands.rollback import state as command
    from commands.rollback.showing import show_versions

    with failures():
        document = command.versions(environment(env), most=most)
    tell(document, as_json, lambda: show_versions(document, Console()))


@state.command()
def restore(
    env: Env,
    version: Annotated[str, typer.Argument(help="Its id, or how that begins; see reelflow state list.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Puts a version of the state back as the newest one; shows first what a deployment would do then."""
    from commands.deployment.environments import environment
    from commands.rollback import state as command

    with failures():
        document = wait_for(
            command.restore(environment(env), version, _asker(f"Put version {version} back?", yes, as_json))
        )
    _leave(document, as_json, f"Put back: it is version {document['new_version']} now.")


@state.command()
def adopt(env: Env, yes: Yes = False, as_json: Json = False) -> None:
    """Takes over what exists and is in no state (DBInstanceAlreadyExists); shows the plan first."""
    from commands.deployment.environments import environment
    from commands.rollback import state as command

    with failures():
        document = wait_for(command.adopt(environment(env), _asker("Do that?", yes, as_json)))
    if not document["adopted"]:
        tell(document, as_json, lambda: Console().print("Nothing exists that the state does not know."))
        return
    _leave(document, as_json, f"{len(document['adopted'])} resources taken over.")


def _asker(question: str, yes: bool, as_json: bool) -> Callable[[dict[str, Any]], bool]:
    """Shows what would follow, and asks a person where one can be asked."""
    from commands.rollback.showing import show_follows

    def ask(document: dict[str, Any]) -> bool:
        if not as_json:
            show_follows(document["plan"], Console())
        if yes or as_json or not sys.stdin.isatty():
            return yes
        return typer.confirm(question)

    return ask


def _leave(document: dict[str, Any], as_json: bool, words: str) -> None:
    """Tells how it ended; exit code 3 when it was only shown."""
    done = document["done"]
    tell(
        document,
        as_json,
        lambda: typer.echo(words if done else "Nothing was written. Run it again with --yes to do it."),
    )
    if not done:
        raise typer.Exit(WAITING)


def add_to(app: typer.Typer) -> None:
    """Makes them commands of the application."""
    app.command()(rollback)
    app.add_typer(state, name="state")
