"""What every benchmark shares: a result with its target, written as JSON and shown as a table."""

import json
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psutil
from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Result:
    """One figure.

    Attributes:
        baseline: the figure it is compared with, in the same unit, or None.
        ratio: how many times better than the baseline, or None.
        target: the figure to reach, in the terms that ``met`` was judged by, or None.
        met: whether the target is reached, or None where there is none.
    """

    metric: str
    value: float
    unit: str
    baseline: float | None
    ratio: float | None
    target: str | None
    met: bool | None
    machine: str
    when: str


def machine() -> str:
    """This machine in one line: processor architecture, cores, memory, system, Python."""
    memory = psutil.virtual_memory().total / 2**30
    cores = psutil.cpu_count() or 1
    python = platform.python_version()
    return f"{platform.machine()}, {cores} cores, {memory:.0f} GiB, {platform.system()}, Python {python}"


def result(
    metric: str,
    value: float,
    unit: str,
    *,
    baseline: float | None = None,
    better: Literal["lower", "higher"] = "lower",
    target: str | None = None,
    met: bool | None = None,
) -> Result:
    """A figure measured here and now; the ratio is worked out from the baseline."""
    ratio = None
    if baseline and value:
        ratio = round(baseline / value if better == "lower" else value / baseline, 3)
    return Result(
        metric=metric,
        value=round(value, 4),
        unit=unit,
        baseline=None if baseline is None else round(baseline, 4),
        ratio=ratio,
        target=target,
        met=met,
        machine=machine(),
        when=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def publish(name: str, results: list[Result]) -> Path:
    """Write ``bench/results/NAME.json`` and print the table."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps([asdict(row) for row in results], indent=2) + "\n")
    table = Table(title=name, caption=results[0].machine if results else None)
    for heading, align in _COLUMNS:
        table.add_column(heading, justify=align)
    for row in results:
        cells: list[Any] = [
            row.metric,
            _figure(row.value),
            row.unit,
            _figure(row.baseline),
            _figure(row.ratio),
        ]
        table.add_row(*cells, row.target or "", {True: "[green]yes", False: "[red]no", None: ""}[row.met])
    Console().print(table)
    return path


_COLUMNS: tuple[tuple[str, Literal["left", "right"]], ...] = (
    ("metric", "left"),
    ("value", "right"),
    ("unit", "left"),
    ("baseline", "right"),
    ("× better", "right"),
    ("target", "left"),
    ("met", "left"),
)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
