"""`reelflow provenance`: what a film says of where it comes from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.speaking import FAILED, USAGE_ERROR, Json, leave, tell

if TYPE_CHECKING:
    from media.provenance import Provenance


def provenance(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An MP4, or another file with C2PA.")],
    trust: Annotated[
        Path | None, typer.Option(help="PEM certificates of the authorities to trust.", metavar="PEM")
    ] = None,
    as_json: Json = False,
) -> None:
    """Reads the C2PA manifest of FILE: by what each clip was made, who signed it, whether it is intact.

    Exits 1 where there is none, or it or the film was changed after it was signed.
    """
    from media.provenance import ProvenanceError, read

    try:
        anchors = trust.read_bytes() if trust else None
    except OSError as error:
        leave(f"{trust} can't be read: {error.strerror}. Give a file of PEM certificates", USAGE_ERROR)
    try:
        found = read(file, anchors=anchors)
    except ProvenanceError as refused:
        leave(str(refused), FAILED)
    tell(asdict(found), as_json, lambda: _show(found))
    if found.verdict == "invalid":
        raise typer.Exit(FAILED)


def add_to(app: typer.Typer) -> None:
    """Makes it a command of the application."""
    app.command()(provenance)


def _show(found: Provenance) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colour = {"trusted": "green", "invalid": "red"}.get(found.verdict, "yellow")
    source = (found.digital_source or "not said").rsplit("/", 1)[-1]
    facts = [
        ("Verdict", Text(found.verdict, style=colour)),
        ("Title", Text(found.title or "none")),
        ("Made by", Text(found.generator)),
        ("Signed by", Text(found.issuer or "unknown")),
        ("Source", Text(source)),
        *(("Fault", Text(fault)) for fault in found.faults),
        *(("Ingredient", Text(name)) for name in found.ingredients),
    ]
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, fact in facts:
        table.add_row(name, fact)
    console = Console()
    console.print(table)
    for made in found.beside:
        console.print(f"\n{made.get('what')}: {made.get('model')}", markup=False, highlight=False)
    for clip in found.clips:
        # Another's words are no markup of ours.
        console.print(_clip(clip), markup=False, highlight=False)


def _clip(clip: dict[str, object]) -> str:
    told = (
        f"\nclip {clip.get('number')}: {clip.get('model')}, seed {clip.get('seed')}\n  {clip.get('sha256')}"
    )
    return told + (f"\n  {clip['prompt']}" if "prompt" in clip else "")
