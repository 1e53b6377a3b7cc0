"""How the commands about environments speak: their arguments, their answers, their exit codes."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn, TypeVar

import typer

T = TypeVar("T")

USAGE_ERROR = 2
FAILED = 1
WAITING = 3
CANCELLED = 130

Env = Annotated[str, typer.Argument(metavar="ENV", help="dev, staging or prod.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def tell(document: dict[str, Any], as_json: bool, show: Callable[[], None]) -> None:
    """Prints a command's document, or shows it to people."""
    if as_json:
        typer.echo(json.dumps(document, indent=2, default=str))
    else:
        show()


def leave_as(document: dict[str, Any]) -> None:
    """Ends with the exit code of how a deployment ended; goes on after one that was verified."""
    if document["verdict"] == "waiting":
        raise typer.Exit(WAITING)
    if document["verdict"] != "verified":
        raise typer.Exit(CANCELLED if document["cancelled"] else FAILED)


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end."""
    return asyncio.run(work)


@contextmanager
def failures() -> Iterator[None]:
    """Turns what can go wrong with an environment into one line and an exit code."""
    from app.errors import AppError
    from blocks.errors import BlockError
    from stack.shared_process import ServiceFailed

    try:
        yield
    except (AppError, BlockError, ServiceFailed) as failed:
        leave(str(failed), FAILED)


def leave(message: str, code: int) -> NoReturn:
    """Ends the command with one line on stderr."""
    print(f"reelflow: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201
    sys.exit(code)
