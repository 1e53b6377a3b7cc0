"""The commands that look after an environment, as the command line has them; each imports what it needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from commands.speaking import FAILED, USAGE_ERROR, Env, Json, failures, leave, tell, wait_for

if TYPE_CHECKING:
    from blocks.environment import Environment

    Look = Callable[[Environment], Coroutine[Any, Any, dict[str, Any]]]

AtOnce = Annotated[
    bool, typer.Option("--at-once", help="New things too: no film and no deployment is being prepared.")
]


def check(
    env: Env,
    film: Annotated[
        str, typer.Option(help="Whether to order a small film: hourly (when one is due), now, never.")
    ] = "never",
    as_json: Json = False,
) -> None:
    """Looks at every part of an environment now; exits 1 when it is not healthy. Records nothing."""
    from commands.deployment.environments import environment
    from commands.operation import looking
    from commands.operation.showing import show_checks

    if film not in ("hourly", "now", "never"):
        leave(f"--film {film!r} is none of hourly, now and never", USAGE_ERROR)
    with failures():
        document = wait_for(looking.check(environment(env), film))  # pyright: ignore[reportArgumentType]
    tell(document, as_json, lambda: show_checks(document, Console()))
    if not document["ok"]:
        raise typer.Exit(FAILED)


def drift(env: Env, as_json: Json = False) -> None:
    """Compares an environment with its release; exits 1 when somebody has changed it. Sets nothing right."""
    from commands.operation import looking

    _look(env, looking.drifted, as_json)


def checklist(env: Env, as_json: Json = False) -> None:
    """Goes through the guide's security and cost checklists; exits 1 when a line is not good."""
    from commands.operation import looking

    _look(env, looking.checklist, as_json)


def budget(env: Env, as_json: Json = False) -> None:
    """Says what the month has cost, and will, at AWS and at Replicate; exits 1 when that is too much."""
    from commands.operation import looking

    _look(env, looking.budget, as_json)


def housekeeping(
    env: Env,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List only.")] = False,
    at_once: AtOnce = False,
    as_json: Json = False,
) -> None:
    """Removes what nobody needs any more, and nothing that a rollback may need."""
    from commands.operation import looking

    _look(env, partial(looking.tidied, dry_run=dry_run, at_once=at_once), as_json)


def housekeep(
    env: Annotated[str, typer.Argument(metavar="ENV", help="local: the database and the media store here.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only.")] = False,
    at_once: AtOnce = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, in one line.")] = False,
) -> None:
    """Removes expired sessions, uploads and jobs, and objects that no row knows: inside an environment."""
    from commands.operation import inside

    document = _inside(env, partial(inside.housekeep, dry_run=dry_run, at_once=at_once))
    word = "Would remove" if dry_run else "Removed"
    rows = ", ".join(f"{document[name]} {name}" for name in ("sessions", "jobs", "assets", "objects"))
    typer.echo(json.dumps(document) if as_json else f"{word} {rows} of {document['bytes'] / 1e6:.1f} MB.")


def spending(
    env: Annotated[str, typer.Argument(metavar="ENV", help="local: the database here.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, in one line.")] = False,
) -> None:
    """Says what films have cost at Replicate this month: inside an environment."""
    from commands.operation import inside

    document = _inside(env, inside.spent)
    typer.echo(
        json.dumps(document)
        if as_json
        else f"${document['month_usd']:.2f} for {document['clips']} clips this month; "
        f"{len(document['dear_jobs'])} jobs dearer than ${document['alert_usd']:.2f}."
    )


def config(
    env: Annotated[
        str, typer.Argument(metavar="ENV", help="dev, staging or prod; local: the database here.")
    ] = "local",
    key: Annotated[str | None, typer.Argument(help="One of its keys; by default all.")] = None,
    value: Annotated[str | None, typer.Argument(help="What it is to be, from the next film on.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, in one line.")] = False,
) -> None:
    """Shows or sets what an operator may change while films are made: limits, budgets, switches, the gate."""
    from commands.operation import inside, looking
    from commands.operation.showing import show_configuration

    if env == "local":
        document = _inside(env, partial(inside.configuration, key, value))
    else:
        from commands.deployment.environments import environment

        console = Console(stderr=True, quiet=as_json)
        with failures():
            document = wait_for(looking.configuration(environment(env), key, value, tell=console.print))
    if as_json:
        typer.echo(json.dumps(document))
    else:
        show_configuration(document, Console())


def incidents(env: Env, as_json: Json = False) -> None:
    """Lists the incidents of an environment, newest first."""
    from commands.deployment.environments import environment
    from commands.operation import looking
    from commands.operation.showing import show_incidents

    with failures():
        found = wait_for(looking.incidents(environment(env)))
    document = {"environment": env, "incidents": [each.model_dump(mode="json") for each in found]}
    tell(document, as_json, lambda: show_incidents(found, Console()))


def _look(env: str, looks: Look, as_json: bool) -> None:
    from commands.deployment.environments import environment
    from commands.operation.showing import show_checks

    with failures():
        document = wait_for(looks(environment(env)))
    tell(document, as_json, lambda: show_checks(document, Console()))
    if not document["ok"]:
        raise typer.Exit(FAILED)


def _inside(env: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    if env != "local":
        leave(f"ENV {env!r} is not known here: use local, or see reelflow housekeeping ENV", USAGE_ERROR)
    from app.errors import AppError
    from blocks.errors import BlockError
    from stack.shared_process import ServiceFailed

    try:
        return work()
    except (AppError, BlockError, ServiceFailed) as failed:
        leave(str(failed), FAILED)


def add_to(app: typer.Typer) -> None:
    """Makes them commands of the application."""
    for command in (check, drift, checklist, budget, housekeeping, incidents, housekeep, spending, config):
        app.command()(command)
