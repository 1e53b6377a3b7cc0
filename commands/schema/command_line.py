"""The commands about schemas and backups, as the command line has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console

from commands.speaking import FAILED, USAGE_ERROR, Env, Json, failures, leave, tell, wait_for

LOCAL = "local"
ACTIONS = ("status", "up", "down", "lint")
PHASES = ("expand", "contract")

AnyEnv = Annotated[
    str, typer.Argument(metavar="ENV", help="dev, staging or prod; local: what DATABASE_URL names.")
]
Storage = Annotated[
    int | None, typer.Option("--storage", help="GiB of the server's disk, which a copy must not fill.", min=1)
]
Last = Annotated[bool, typer.Option("--drop", help="Drop the scratch database at the end.")]


def migrate(
    env: AnyEnv = LOCAL,
    action: Annotated[
        str, typer.Argument(help="status, up, down; lint: of this code, without ENV's.")
    ] = "up",
    to: Annotated[str | None, typer.Option(help="A version, or base; by default up to the newest.")] = None,
    phase: Annotated[
        str | None, typer.Option(help="Local: expand or contract, the steps before, or after, a roll-out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, in one line.")] = False,
) -> None:
    """Moves a database's schema to what the code needs, or back, or says where it stands."""
    if action not in ACTIONS:
        leave(f"{action!r} is none of {', '.join(ACTIONS)}", USAGE_ERROR)
    if phase not in (None, *PHASES):
        leave(f"--phase {phase!r} is neither expand nor contract", USAGE_ERROR)
    if action == "down" and to is None:
        leave("down needs --to: a version, or base for an empty schema", USAGE_ERROR)
    if env == LOCAL:
        from commands.schema import local

        document = _locally(lambda: _moved_locally(action, to, phase))
        typer.echo(json.dumps(document) if as_json else local.in_words(document))
        if document.get("ok") is False:
            raise typer.Exit(FAILED)
        return
    if action == "lint" or phase is not None:
        leave("lint and --phase are for local", USAGE_ERROR)
    from commands.deployment.environments import UnknownEnvironment, environment
    from commands.schema import remote
    from commands.schema.local import in_words

    console = Console(stderr=True, quiet=as_json)
    with failures():
        try:
            where = environment(env)
        except UnknownEnvironment as wrong:
            leave(str(wrong), USAGE_ERROR)
        if action == "status":
            found = wait_for(remote.status(where, on_log=console.print))
        else:
            found = wait_for(remote.move(where, action, to, tell=console.print))
    typer.echo(json.dumps(found) if as_json else in_words(found))


def backup(
    env: AnyEnv = LOCAL,
    snapshot: Annotated[bool, typer.Option("--snapshot", help="A snapshot of RDS too.")] = False,
    as_json: Json = False,
) -> None:
    """Backs the database up: a dump in the media bucket, with rows and checksums of each table."""
    if env == LOCAL:
        from commands.schema import local

        document = _locally(local.backup)
        _one_line(document) if as_json else typer.echo(f"Backup {document['backup']['id']}")
        return
    from commands.schema import remote
    from commands.schema.showing import show_backup

    with failures():
        found = remote.run_flow("backup", env, {"snapshot": snapshot})
    tell(found, as_json, lambda: show_backup(found, Console()))
    _leave_unless(found["ok"])


def backups(env: Env, as_json: Json = False) -> None:
    """Lists the backups of the database, newest first, and the last time that one was restored."""
    from commands.deployment.environments import environment
    from commands.schema import remote
    from commands.schema.showing import show_backups

    with failures():
        document = remote.backups(environment(env))
    tell(document, as_json, lambda: show_backups(document, Console()))


def drill(env: AnyEnv = LOCAL, storage: Storage = None, as_json: Json = False) -> None:
    """Restores the newest backup into a scratch database, compares it with what it was made of, drops it."""
    if env == LOCAL:
        from commands.schema import local

        document = _locally(lambda: local.drill(storage))
        if as_json:
            _one_line(document)
        else:
            typer.echo("; ".join(document["drill"]["differences"]) or "The backup is good.")
        _leave_unless(not document["drill"]["differences"])
        return
    from commands.schema import remote
    from commands.schema.showing import show_drill

    with failures():
        found = remote.run_flow("restore-drill", env, {})
    tell(found, as_json, lambda: show_drill(found, Console()))
    _leave_unless(found["ok"])


def prove(
    phase: Annotated[str, typer.Argument(help="expand or contract; end: drops the copy.")],
    storage: Storage = None,
    last: Last = False,
    as_json: Json = False,
) -> None:
    """Proves the pending steps of a phase on a copy of the data. The deployment does it by itself."""
    from commands.schema import local

    if phase == "end":
        _one_line(_locally(local.end_proof))
        return
    if phase not in PHASES:
        leave(f"{phase!r} is none of expand, contract and end", USAGE_ERROR)
    document = _locally(
        lambda: local.prove(phase, last=last, storage_gib=storage)  # pyright: ignore[reportArgumentType]
    )
    proof = document["proof"]
    if as_json:
        _one_line(document)
    else:
        typer.echo(f"{proof['failure']}: {proof['message']}" if proof["failure"] else "Proved.")


def try_(
    database: Annotated[str, typer.Argument(help="A scratch database beside that of DATABASE_URL.")],
    last: Last = False,
    as_json: Json = False,
) -> None:
    """Has this code live with a scratch database: start-up, reads and writes. A proof does it by itself."""
    from commands.schema import local

    document = _locally(lambda: local.try_on(database, last=last))
    if as_json:
        _one_line(document)
    else:
        for look in document["looks"]:
            typer.echo(f"{'OK' if look['good'] else 'NG'}  {look['name']}: {look['evidence']}")


def add_to(app: typer.Typer) -> None:
    """Makes them commands of the application. Hidden are those that only proofs call, in the image."""
    for command in (migrate, backup, backups, drill):
        app.command()(command)
    app.command(hidden=True)(prove)
    app.command("try", hidden=True)(try_)


def _moved_locally(action: str, to: str | None, phase: str | None) -> dict[str, Any]:
    from commands.schema import local

    if action == "status":
        return local.status()
    if action == "lint":
        return local.linted()
    if action == "up":
        return local.up(to=to, phase=phase)  # pyright: ignore[reportArgumentType]
    return local.down(to=to or "base")


def _locally(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Does it here; what goes wrong is one line."""
    from app.errors import AppError
    from blocks.errors import BlockError

    try:
        return work()
    except (AppError, BlockError, ValueError) as failed:
        leave(str(failed), FAILED)


def _one_line(document: dict[str, Any]) -> None:
    # The last line of the task's log is what the flow reads.
    typer.echo(json.dumps(document, default=str))


def _leave_unless(good: bool) -> None:
    if not good:
        raise typer.Exit(FAILED)
