"""A release drawn: its stages and ways back against time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from flows.deployment.release import Release, Status

WIDTH, LEFT, RIGHT, TOP, LANE = 1200, 132, 340, 92, 34
COLOURS = {
    "done": "#3ba776",
    "skipped": "#6b7488",
    "running": "#4c8df6",
    "failed": "#e0555b",
    "stopped": "#8a6d3b",
    "undone": "#e2a33b",
}
BACKGROUND, GRID, TEXT, FAINT = "#10131a", "#2a3040", "#eef1f7", "#98a2b8"
FONT = "Inter, Roboto, 'Helvetica Neue', Arial, sans-serif"
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
MOST_TICKS = 12
# Letters of the verdict's size that fit beside the bars, in the widest of the fonts.
VERDICT_LETTERS = 42
STATUS_COLOURS = {
    Status.COMPLETED: COLOURS["done"],
    Status.RUNNING: COLOURS["running"],
    Status.AWAITING_APPROVAL: COLOURS["undone"],
    Status.UNDOING: COLOURS["undone"],
}


@dataclass(frozen=True)
class _Lane:
    name: str
    kind: str
    start_s: float
    end_s: float
    verdict: str


def draw(release: Release, *, now: datetime) -> str:
    """The release as an SVG document, 1200 pixels wide.

    Args:
        now: where the bars of what still runs end.
    """
    lanes = _lanes(release, now)
    longest = max([lane.end_s for lane in lanes], default=1.0) or 1.0
    height = TOP + LANE * max(1, len(lanes)) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="{FONT}">',
        f'<rect width="{WIDTH}" height="{height}" rx="12" fill="{BACKGROUND}"/>',
        *_head(release, now),
        *_axis(longest, height),
    ]
    for number, lane in enumerate(lanes):
        parts += _bar(lane, TOP + LANE * number, longest)
    return "\n".join([*parts, "</svg>"])


def _lanes(release: Release, now: datetime) -> list[_Lane]:
    def since(moment: datetime) -> float:
        return (moment - release.started).total_seconds()

    stages = [
        _Lane(
            stage.name.replace("_", " ").capitalize(),
            stage.status,
            since(stage.started),
            since(stage.ended or now),
            stage.verdict,
        )
        for stage in release.stages
    ]
    undone = [
        _Lane(
            f"Undo {branch.name.replace('_', ' ')}",
            "failed" if branch.status == "failed" else "undone",
            since(branch.started),
            since(branch.ended or now),
            branch.verdict,
        )
        for branch in release.branches
        if branch.started
    ]
    return stages + sorted(undone, key=lambda lane: lane.start_s)


def _head(release: Release, now: datetime) -> list[str]:
    colour = STATUS_COLOURS.get(release.status, COLOURS["failed"])
    took = (release.ended or now) - release.started
    facts = [f"{took.total_seconds():.1f} s"]
    facts += [f"image {release.image.tag[:12]}"] if release.image else []
    facts += [f"revision {release.revision[:12]}"] if release.revision else []
    status = str(release.status).replace("_", " ")
    return [
        text(f"Release {release.id} → {release.environment}", 28, 38, size=21, weight=700),
        text(" · ".join(facts), 28, 62, size=13, fill=FAINT),
        text(status, WIDTH - 28, 38, size=16, weight=700, fill=colour, anchor="end"),
    ]


def _axis(longest: float, height: int) -> list[str]:
    step = next((s for s in STEPS_S if longest / s <= MOST_TICKS), STEPS_S[-1])
    parts = []
    for tick in range(0, int(longest) + 1, step):
        x = _x(tick, longest)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{height - 20}" stroke="{GRID}"/>')
        label = f"{tick} s" if step < 60 else f"{tick // 60} min"
        parts.append(text(label, x, TOP - 10, size=11, fill=FAINT, anchor="middle"))
    return parts


def _bar(lane: _Lane, y: float, longest: float) -> list[str]:
    left, right = _x(lane.start_s, longest), _x(lane.end_s, longest)
    middle = y + LANE / 2 + 4
    verdict = lane.verdict
    if len(verdict) > VERDICT_LETTERS:
        verdict = verdict[: VERDICT_LETTERS - 1].rstrip() + "…"
    return [
        text(lane.name, LEFT - 14, middle, size=13, weight=600, anchor="end"),
        f'<rect x="{left:.1f}" y="{y + 7}" width="{max(3.0, right - left):.1f}" height="{LANE - 14}" rx="5" '
        f'fill="{COLOURS[lane.kind]}"><title>{escape(lane.verdict)}</title></rect>',
        text(f"{lane.end_s - lane.start_s:.1f} s", max(left + 3, right) + 7, middle, size=11, fill=FAINT),
        text(verdict, WIDTH - RIGHT + 60, middle, size=11, fill=TEXT),
    ]


def _x(seconds: float, longest: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * max(0.0, seconds) / longest


def text(
    words: str, x: float, y: float, *, size: int, weight: int = 400, fill: str = TEXT, anchor: str = "start"
) -> str:
    """A line of text as an SVG element; `anchor` says which end of it `x` is."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
