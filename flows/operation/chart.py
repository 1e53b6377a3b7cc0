"""What a scheduled flow has found over time, drawn: its figure as a line, its verdicts as a band. Pure.

Every run keeps one in Prefect's database, so it is small: neighbours of one verdict are one bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from xml.sax.saxutils import escape

from flows.deployment.timeline import BACKGROUND, COLOURS, FAINT, FONT, GRID, TEXT, WIDTH, text
from flows.operation.history import Entry

HEIGHT, LEFT, RIGHT, TOP = 340, 76, 28, 96
PLOT, BAND = 150, 26
VERDICT_COLOURS = {
    "healthy": COLOURS["done"],
    "good": COLOURS["done"],
    "degraded": COLOURS["undone"],
    "bad": COLOURS["failed"],
    "unhealthy": COLOURS["failed"],
}
STEPS_H = (0.1, 0.25, 0.5, 1, 2, 4, 6, 12, 24, 48, 168, 336, 720)
MOST_TICKS = 12
MOST_POINTS = 300


def draw(title: str, entries: Sequence[Entry], *, figure: str, label: str) -> str:
    """The runs as an SVG document, 1200 pixels wide.

    Args:
        entries: oldest first; the newest 300 are drawn.
        figure: which of their figures is the line; a run without it leaves a gap.
        label: what the figure is, with its unit.
    """
    entries = entries[-MOST_POINTS:]
    start, end = _span(entries)
    most = _rounded_up(
        max([entry.figures[figure] for entry in entries if figure in entry.figures], default=1)
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" font-family="{FONT}">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="12" fill="{BACKGROUND}"/>',
            *_head(title, entries),
            *_grid(start, end, most, label),
            *_line(entries, figure, start, end, most),
            *_band(entries, start, end),
            "</svg>",
        ]
    )


def _head(title: str, entries: Sequence[Entry]) -> list[str]:
    parts = [text(title, 28, 38, size=21, weight=700)]
    if not entries:
        return [*parts, text("nothing was looked at yet", 28, 62, size=13, fill=FAINT)]
    last = entries[-1]
    bad = sum(entry.verdict not in ("healthy", "good") for entry in entries)
    words = f"{len(entries)} runs, {bad} not good; the last {last.at:%Y-%m-%d %H:%M:%S} UTC"
    if last.failed:
        words += ": " + ", ".join(last.failed)
    colour = VERDICT_COLOURS.get(last.verdict, TEXT)
    return [
        *parts,
        text(words if len(words) < 130 else f"{words[:129]}…", 28, 62, size=13, fill=FAINT),
        text(last.verdict, WIDTH - 28, 38, size=16, weight=700, fill=colour, anchor="end"),
    ]


def _grid(start: datetime, end: datetime, most: float, label: str) -> list[str]:
    parts = [text(label, LEFT, TOP - 10, size=11, fill=FAINT)]
    for share in (0.0, 0.5, 1.0):
        y = TOP + PLOT * (1 - share)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(text(f"{most * share:g}", LEFT - 8, y + 4, size=11, fill=FAINT, anchor="end"))
    hours = (end - start).total_seconds() / 3600
    step = timedelta(hours=next((s for s in STEPS_H if hours / s <= MOST_TICKS), STEPS_H[-1]))
    format_ = "%H:%M" if step < timedelta(hours=24) else "%d %b"
    tick = start
    while tick <= end:
        x = _x(tick, start, end)
        parts.append(
            text(f"{tick:{format_}}", x, TOP + PLOT + BAND + 44, size=11, fill=FAINT, anchor="middle")
        )
        tick += step
    return parts


def _line(entries: Sequence[Entry], figure: str, start: datetime, end: datetime, most: float) -> list[str]:
    def point(entry: Entry) -> str:
        share = min(1.0, entry.figures[figure] / most)
        return f"{_x(entry.at, start, end):.0f},{TOP + PLOT * (1 - share):.0f}"

    parts = []
    for there, run in groupby(entries, lambda entry: figure in entry.figures):
        if there:
            points = [point(entry) for entry in run]
            # A lone point is no line.
            points = points if len(points) > 1 else points * 2
            parts.append(
                f'<polyline points="{" ".join(points)}" fill="none" stroke="{COLOURS["running"]}" '
                'stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>'
            )
    return parts


def _band(entries: Sequence[Entry], start: datetime, end: datetime) -> list[str]:
    parts, runs = [], [list(run) for _, run in groupby(entries, lambda entry: entry.verdict)]
    for number, run in enumerate(runs):
        # A verdict holds until the next one.
        until = runs[number + 1][0].at if number + 1 < len(runs) else end
        left, right = _x(run[0].at, start, end), _x(until, start, end)
        names = sorted({name for entry in run for name in entry.failed})
        told = f"{run[0].verdict}, {len(run)} runs" + (f": {', '.join(names)}" if names else "")
        parts.append(
            f'<rect x="{left:.1f}" y="{TOP + PLOT + 18}" width="{max(3.0, right - left):.1f}" '
            f'height="{BAND - 6}" rx="3" fill="{VERDICT_COLOURS.get(run[0].verdict, GRID)}">'
            f"<title>{escape(told)}</title></rect>"
        )
    return parts


def _span(entries: Sequence[Entry]) -> tuple[datetime, datetime]:
    if not entries:
        return datetime.min, datetime.min + timedelta(hours=1)
    start, end = entries[0].at, entries[-1].at
    return start, max(end, start + timedelta(minutes=1))


def _x(moment: datetime, start: datetime, end: datetime) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * ((moment - start) / (end - start))


def _rounded_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, …: the top of the axis."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power * 10 < value:
        power *= 10
    while power >= value:
        power /= 10
    return next(power * step for step in (2, 5, 10) if power * step >= value)
