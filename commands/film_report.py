"""What is told of a film that was made, or that was not, in the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import typer
from rich.console import Console

from commands.speaking import CANCELLED, FAILED, leave


def tell(make: Callable[[], dict[str, Any]], *, as_json: bool) -> None:
    """Makes a film and prints its report; where it isn't made, says why and exits."""
    from app.errors import AppError
    from commands.render import RenderFailed
    from stack.shared_process import ServiceFailed

    try:
        report = make()
    except RenderFailed as failed:
        leave(f"{failed.cause.rstrip('.')}. {failed.remedy}", CANCELLED if failed.cancelled else FAILED)
    except (AppError, ServiceFailed) as failed:
        leave(str(failed), FAILED)
    if as_json:
        typer.echo(json.dumps(report, indent=2))
    else:
        show(report)


def show(report: dict[str, Any]) -> None:
    """Prints where the film and its pictures are, and its figures."""
    seconds = report["seconds"]
    loudness = report["loudness_lufs"]
    Console().print(
        f"[bold]Video[/]          {report['video']}\n"
        f"[bold]Contact sheet[/]  {report['contact_sheet']}\n"
        + "".join(f"[bold]{aspect:<13}[/]  {place}\n" for aspect, place in report["also"].items())
        + f"[bold]Timeline[/]       {report['timeline']}\n"
        f"[bold]Job[/]            {report['job_id']}\n"
        f"[bold]Prefect run[/]    {report['prefect_flow_run']}  [dim](while `reelflow up` runs)[/]\n"
        f"{report['clips']} clips, {report['frames']} frames, {report['duration_s']:.0f} s, "
        f"{report['width']}x{report['height']}, "
        f"{'silent' if loudness is None else f'{loudness:.1f} LUFS'}, ${report['cost_usd']:.2f}, "
        f"made in {seconds['total']:.0f} s",
        highlight=False,
        soft_wrap=True,
    )
