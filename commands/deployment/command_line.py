"""The commands about environments, as the command line has them. Each imports what it needs when called."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from commands.speaking import FAILED, USAGE_ERROR, Env, Json, failures, leave, leave_as, tell, wait_for

if TYPE_CHECKING:
    from commands.doctor import Finding


def deploy(
    env: Env,
    approval: Annotated[
        str, typer.Option(help="Ask before: destructive (deleting, replacing), always, never.")
    ] = "destructive",
    bake: Annotated[float, typer.Option(help="Seconds it must stay healthy before it is verified.")] = 60.0,
    ignore_alarms: Annotated[bool, typer.Option(help="Deploy although alarms ring already.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait for approval; otherwise leave with exit code 3.")] = True,
    as_json: Json = False,
) -> None:
    """Ships this checkout: plan, build, migrate, roll out, verify. On failure the last good one is back."""
    from pydantic import ValidationError

    from commands.deployment import deploy as command
    from commands.deployment.environments import environment
    from commands.deployment.showing import show_report, watcher
    from flows.deployment.options import Options

    try:
        options = Options.model_validate(
            {"approval": approval, "bake_s": bake, "ignore_alarms": ignore_alarms}
        )
    except ValidationError as wrong:
        leave("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in wrong.errors()), USAGE_ERROR)
    console = Console(stderr=True, quiet=as_json)
    with failures():
        where = environment(env)
        document = command.deploy(where, options, watcher(console, environment=env, wait=wait))
    tell(document, as_json, lambda: show_report(document, Console()))
    leave_as(document)


def approve(
    env: Env,
    by: Annotated[str | None, typer.Option(help="Who answers; by default who is logged in.")] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="Say no: the deployment ends.")] = False,
    as_json: Json = False,
) -> None:
    """Answers the deployment that waits for approval, and follows it to its end."""
    from commands.deployment import deploy as command
    from commands.deployment.environments import environment
    from commands.deployment.showing import show_report, watcher

    console = Console(stderr=True, quiet=as_json)
    with failures():
        document = command.approve(
            environment(env),
            by=by or getpass.getuser(),
            refuse=refuse,
            watcher=watcher(console, environment=env, wait=True),
        )
    tell(document, as_json, lambda: show_report(document, Console()))
    leave_as(document)


def plan(env: Env, as_json: Json = False) -> None:
    """Says what deploying would change of the infrastructure, destroy, and cost; changes nothing."""
    from commands.deployment import looking
    from commands.deployment.environments import environment
    from commands.deployment.showing import show_plan

    with failures():
        document = wait_for(looking.plan(environment(env)))
    tell(document, as_json, lambda: show_plan(document, Console()))


def releases(
    env: Env, most: Annotated[int, typer.Option(help="How many.", min=1)] = 20, as_json: Json = False
) -> None:
    """Lists what was deployed, newest first, with how it ended and which serves."""
    from commands.deployment import looking
    from commands.deployment.environments import environment
    from commands.deployment.showing import show_releases

    with failures():
        found, serving = looking.releases(environment(env), most=most)
    document = {"serving_release": serving, "releases": [r.model_dump(mode="json") for r in found]}
    tell(document, as_json, lambda: show_releases(found, serving, Console()))


def status(env: Env, as_json: Json = False) -> None:
    """Says what runs, where it is reached, and how it is."""
    from commands.deployment import looking
    from commands.deployment.environments import environment
    from commands.deployment.showing import show_status

    with failures():
        document = wait_for(looking.status(environment(env)))
    tell(document, as_json, lambda: show_status(document, Console()))


def logs(
    env: Env,
    service: Annotated[str, typer.Option(help="backend, worker or prefect.")] = "backend",
    since: Annotated[int, typer.Option(help="Minutes back.", min=1)] = 10,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with new lines until Ctrl-C.")] = False,
) -> None:
    """Prints what the tasks of a service have written."""
    from blocks.logs import LogLine
    from commands.deployment import looking
    from commands.deployment.environments import environment

    def show(line: LogLine) -> None:
        typer.echo(f"{line.at:%Y-%m-%d %H:%M:%S}  {line.stream.rpartition('/')[2][:8]}  {line.text}")

    with failures():
        try:
            wait_for(looking.logs(environment(env), service, since_s=since * 60, follow=follow, tell=show))
        except KeyError:
            leave(f"--service {service!r} is none of the services of {env}", USAGE_ERROR)


def run(
    env: Env,
    command: Annotated[list[str], typer.Argument(help="After --, for the image: migrate local status, say.")],
) -> None:
    """Runs the image that serves once with another command, in the environment's network; prints its log."""
    from commands.deployment import one_off
    from commands.deployment.environments import environment

    with failures():
        result = wait_for(one_off.run(environment(env), command, on_log=typer.echo))
    if not result.succeeded:
        leave(f"The task failed: {result.cause}", FAILED)


def bootstrap(env: Env) -> None:
    """Makes what must be there first, as an administrator: state bucket, keys, the role that deploys."""
    from commands.deployment import bootstrap as command
    from commands.deployment.environments import environment

    with failures():
        made = wait_for(command.bootstrap(environment(env)))
    typer.echo(f"{made.bucket}: {'made' if made.bucket_made else 'was there; checked'}")
    typer.echo(f"{made.secret}: {', '.join(made.keys_set) + ' set' if made.keys_set else 'was complete'}")
    typer.echo(f"{made.role}: {made.role_changes}")


def rehearse(
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="What to play after the first deployment, again for more; by default all. A scenario; of "
            "the matrix a stage, or one cell of it."
        ),
    ] = None,
    matrix: Annotated[
        bool,
        typer.Option("--matrix", help="All that can go wrong in every stage, in place of the scenarios."),
    ] = False,
    engine: Annotated[
        str, typer.Option(help="docker, process (without an engine), or auto: what there is.")
    ] = "auto",
    keep: Annotated[bool, typer.Option("--keep", help="Leave all of it running at the end.")] = False,
    database_creation: Annotated[
        float, typer.Option(help="Seconds that making the database takes.", min=0)
    ] = 0.0,
    as_json: Json = False,
) -> None:
    """Takes this checkout through its whole deployment, on an AWS that stands on this machine."""
    from sandbox.errors import SandboxFailed
    from sandbox.rehearsal.cells import CELLS
    from sandbox.rehearsal.scenarios import SCENARIOS

    names = {scenario.name: None for scenario in SCENARIOS}
    if matrix:
        names = {name: None for cell in CELLS for name in (cell.stage, cell.name)}
    if unknown := [each for each in only or () if each not in names]:
        leave(f"--only {unknown[0]!r} is none of {', '.join(names)}", USAGE_ERROR)
    if engine not in ("auto", "docker", "process"):
        leave(f"--engine {engine!r} is none of docker, process and auto", USAGE_ERROR)
    from commands.deployment import rehearse as command
    from commands.deployment.showing import show_matrix, show_rehearsal

    chosen: dict[str, Any] = {"engine": engine, "only": only or (), "keep": keep}
    console = Console(stderr=as_json)
    with failures():
        try:
            if matrix:
                from commands.deployment.matrix import play_matrix

                document = play_matrix(console, **chosen)
            else:
                document = command.rehearse(console, **chosen, database_creation_s=database_creation)
        except SandboxFailed as failed:
            leave(str(failed), FAILED)
    show = show_matrix if matrix else show_rehearsal
    tell(document, as_json, lambda: show(document, Console()))
    if not document["ok"]:
        raise typer.Exit(FAILED)


def findings(env: str) -> list[Finding]:
    """What a deployment of an environment would look at first; leaves when AWS can't be asked at all."""
    from commands.deployment import looking
    from commands.deployment.environments import environment

    with failures():
        return wait_for(looking.findings(environment(env)))
    raise AssertionError("unreachable")


def add_to(app: typer.Typer) -> None:
    """Makes them commands of the application."""
    for command in (bootstrap, plan, deploy, approve, releases, status, logs, run, rehearse):
        app.command()(command)
