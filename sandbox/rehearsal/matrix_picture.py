"""The failure matrix drawn: stages against faults, each cell with how it ended. Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from flows.deployment.timeline import BACKGROUND, COLOURS, FAINT, FONT, text

# A cell holds 22 letters of the widest of the fonts that a browser may take.
LEFT, TOP, CELL, ROW = 150, 96, 184, 46
# The words above the cells have room however few cells there are.
LEAST_WIDTH = 880
FAULT_LETTERS = 22
VERDICT_LETTERS = 22


def as_data_url(document: Mapping[str, Any]) -> str:
    """The picture as the URL of an image artifact."""
    return f"data:image/svg+xml;base64,{base64.b64encode(draw(document).encode()).decode()}"


def draw(document: Mapping[str, Any]) -> str:
    """A document of `reelflow rehearse --matrix` as an SVG document: a row for each stage, its faults in it.

    Green was overcome, grey ended with its cause and the good release serving, red is not as it must be.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for cell in document["cells"]:
        rows.setdefault(cell["stage"], []).append(cell)
    width = max(LEAST_WIDTH, LEFT + CELL * max(map(len, rows.values()), default=1) + 28)
    height = TOP + (ROW + 10) * len(rows) + 24
    good = sum(not cell["faults"] for cell in document["cells"])
    requests = sum(cell["requests"] for cell in document["cells"])
    failed = sum(cell["failed_requests"] for cell in document["cells"])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="{FONT}">',
        f'<rect width="{width}" height="{height}" rx="12" fill="{BACKGROUND}"/>',
        text(f"{good} of {len(document['cells'])} cells end as they must", 28, 38, size=21, weight=700),
        text(
            f"{failed} of {requests} requests failed · green: overcome · grey: ended with its cause, "
            "the last verified release serves",
            28,
            62,
            size=13,
            fill=FAINT,
        ),
    ]
    for number, (stage, cells) in enumerate(rows.items()):
        y = TOP + (ROW + 10) * number
        parts.append(
            text(stage.replace("_", " ").capitalize(), LEFT - 14, y + 28, size=14, weight=600, anchor="end")
        )
        for column, cell in enumerate(cells):
            parts += _cell(cell, LEFT + CELL * column, y)
    return "\n".join([*parts, "</svg>"])


def _cell(cell: Mapping[str, Any], x: float, y: float) -> list[str]:
    kind = "failed" if cell["faults"] else "done" if cell["verdict"] == "verified" else "skipped"
    said = (cell["cause"] or "verified").rpartition(".")[2].replace("_", " ")
    told = "; ".join(cell["faults"]) or f"{cell['cause'] or 'verified'} after {cell['seconds']:.0f} s"
    return [
        f'<rect x="{x}" y="{y}" width="{CELL - 6}" height="{ROW}" rx="6" fill="{COLOURS[kind]}">'
        f"<title>{escape(told)}</title></rect>",
        text(_short(cell["fault"], FAULT_LETTERS), x + 8, y + 19, size=11, weight=600),
        text(_short(said, VERDICT_LETTERS), x + 8, y + 36, size=11),
    ]


def _short(words: str, letters: int) -> str:
    return words if len(words) <= letters else words[: letters - 1].rstrip() + "…"
