"""How a scheduled flow tells what it has found: a table, its history drawn, an event, and a record.

Telling Prefect is no part of the work: a server that is away for a moment fails no check.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from prefect.artifacts import acreate_image_artifact, acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.states import Completed, Failed

from blocks.record_store import RecordStore
from flows.deployment.artifacts import check_rows, shown
from flows.deployment.release import Check
from flows.operation import history as histories
from flows.operation.chart import draw
from flows.operation.history import Entry, History
from flows.operation.looking import failed
from flows.operation.standing import Standing


@dataclass(frozen=True)
class Flow:
    """A scheduled flow, as it is told.

    Attributes:
        name: as Prefect has it, such as `health-check`.
        title: in words.
        figure, label: what its chart's line shows.
    """

    name: str
    title: str
    figure: str
    label: str

    def record(self, environment: str) -> str:
        """Where its history is kept."""
        return histories.key(environment, self.name)


async def remember(flow: Flow, environment: str, records: RecordStore, entry: Entry) -> History:
    """Adds a run to the history, and returns it.

    Raises:
        HistoryUnreadable, StoreError: the record can't be read or written.
    """
    where = flow.record(environment)
    return await histories.change(records, where, History, lambda known: known.with_entry(entry))


async def conclude(
    flow: Flow,
    stands: Standing,
    checks: Sequence[Check],
    *,
    figures: Mapping[str, float],
    more_rows: Sequence[dict[str, Any]] = (),
) -> State:
    """Remembers and tells what was found, and ends the flow: failed when a check is not good.

    Args:
        figures: what was measured.
        more_rows: of the table, after the checks.

    Raises:
        HistoryUnreadable, StoreError: the record can't be read or written.
    """
    bad, words = failed(checks), in_words(checks)
    entry = Entry(
        at=datetime.now(UTC),
        verdict="bad" if bad else "good",
        failed=bad,
        figures=dict(figures),
        release=stands.release.id if stands.release else None,
    )
    name = stands.environment.name
    known = await remember(flow, name, stands.records, entry)
    await tell(flow, name, [*check_rows(checks), *more_rows], known, words=words)
    return Failed(message=words) if bad else Completed(message=words)


async def tell(
    flow: Flow, environment: str, rows: Sequence[dict[str, Any]], history: History, *, words: str
) -> None:
    """Shows what was found as a table and its history as a picture, and sends the event.

    The event is `reelflow.FLOW.VERDICT`; of a verdict that is better than the one before, there is
    `reelflow.FLOW.recovered` too.

    Args:
        rows: of the table.
        history: with this run as the newest.
        words: the run in one line.
    """
    entries = history.entries
    last = entries[-1]
    await shown(
        acreate_table_artifact(
            key=f"{flow.name}-{environment}",
            table=list(rows),
            description=f"**{flow.title} of {environment}: {last.verdict}.** {words}",
        )
    )
    picture = draw(f"{flow.title} of {environment}", entries, figure=flow.figure, label=flow.label)
    await shown(
        acreate_image_artifact(
            key=f"{flow.name}-history-{environment}",
            image_url=f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}",
            description=f"{flow.title} of {environment} over time",
        )
    )
    payload = {"verdict": last.verdict, "failed": list(last.failed), "summary": words}
    for name in event_names(flow.name, entries):
        emit_event(name, resource=resource(environment), payload=payload)


def event_names(flow: str, entries: Sequence[Entry]) -> tuple[str, ...]:
    """The events of the newest run."""
    last = entries[-1].verdict
    before = entries[-2].verdict if len(entries) > 1 else None
    good = last in ("healthy", "good")
    recovered = good and before not in (None, last)
    return (f"reelflow.{flow}.{last}", *((f"reelflow.{flow}.recovered",) if recovered else ()))


def resource(environment: str) -> dict[str, str]:
    """An environment, as events name it."""
    return {
        "prefect.resource.id": f"reelflow.environment.{environment}",
        "prefect.resource.name": environment,
    }


def in_words(checks: Sequence[Check]) -> str:
    """A checklist in one line: what is not good, or that all is."""
    bad = [check for check in checks if check.good is False]
    if not bad:
        return f"{sum(check.good is True for check in checks)} checks are good."
    return "; ".join(f"{check.name}: {check.evidence}" for check in bad) + "."
