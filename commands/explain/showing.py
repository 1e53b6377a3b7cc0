"""An explanation in a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text


def show(document: dict[str, Any], console: Console) -> None:
    """The cause, what speaks for it, and the next step."""
    where = f"{document['environment']}, release {document['release'] or 'none'}"
    cause = document["cause"]
    if cause is None:
        console.print(Text.assemble(("Nothing is wrong", "green"), f" in {where}, as far as can be seen."))
    else:
        console.print(Text.assemble((cause["title"], "bold red"), f"  {cause['kind']}, {where}"))
        console.print(Text(f"{cause['message'].rstrip('.')}."), soft_wrap=True)
    if document["evidence"]:
        console.print()
    for line in document["evidence"]:
        console.print(
            Text.assemble("  ", (f"{line['source']}: ", "cyan"), line["text"]),
            soft_wrap=True,
            highlight=False,
        )
    if cause:
        console.print()
        console.print(Text.assemble(("Next: ", "bold"), f"{cause['remedy'].rstrip('.')}."), soft_wrap=True)
