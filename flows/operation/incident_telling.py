"""Follows an environment's incident from check to check: its record, its artifact, its events.

What is decided is in `incidents`; what is started for it, Prefect's automations do (`automations`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prefect.artifacts import acreate_markdown_artifact
from prefect.events import emit_event
from prefect.logging import get_logger

from blocks.record_store import RecordStore
from flows.deployment.artifacts import shown
from flows.deployment.release import Check
from flows.operation import history as histories
from flows.operation.history import History
from flows.operation.incidents import Incident, Incidents, Situation, decide
from flows.operation.reporting import resource
from flows.operation.standing import Standing

OPENED, CLOSED, ROLLBACK = "reelflow.incident.opened", "reelflow.incident.closed", "reelflow.rollback.wanted"
RECORD = "incidents"


async def follow(stands: Standing, history: History, checks: Sequence[Check]) -> Incident | None:
    """Opens, keeps or closes the incident that the checks make; the newest one, if there is any.

    Args:
        history: the checks, oldest first, the newest included.
        checks: what the newest one has seen.

    Raises:
        HistoryUnreadable, StoreError: its record can't be read or written.
    """
    environment = stands.environment.name
    situation = Situation(stands.release, stands.deploying, stands.now)
    where = histories.key(environment, RECORD)
    before = await histories.read(stands.records, where, Incidents)
    after = await histories.change(
        stands.records, where, Incidents, lambda known: decide(history.entries, known, situation)
    )
    if (incident := after.newest) is None or (after == before and incident.told):
        return incident
    await shown(
        acreate_markdown_artifact(
            key=f"incident-{environment}",
            markdown=in_words(environment, incident, checks),
            description=summary(environment, incident),
        )
    )
    for name in events(before.newest, incident):
        get_logger(__name__).warning("%s: %s", name, summary(environment, incident))
        emit_event(
            name,
            resource=resource(environment),
            payload={**incident.model_dump(mode="json"), "summary": summary(environment, incident)},
        )
    if not incident.told:
        # A process that is killed before this line tells it again: better twice than never.
        await _mark_told(stands.records, where, incident)
    return incident


async def _mark_told(records: RecordStore, where: str, incident: Incident) -> None:
    def told(known: Incidents) -> Incidents:
        return Incidents(
            incidents=tuple(
                each.model_copy(update={"told": True}) if each.id == incident.id else each
                for each in known.incidents
            )
        )

    await histories.change(records, where, Incidents, told)


def events(before: Incident | None, after: Incident) -> tuple[str, ...]:
    """Which events an incident's change is worth: each is opened once, however often it comes back."""
    same = before if before and before.id == after.id else None
    names = [] if after.told else [OPENED]
    if after.rollback and not (same and same.rollback):
        names.append(ROLLBACK)
    if after.closed and not (same and same.closed):
        names.append(CLOSED)
    return tuple(names)


def summary(environment: str, incident: Incident) -> str:
    """An incident in one line."""
    words = (
        f"{environment} is {incident.verdict} since {_clock(incident.opened)}: {', '.join(incident.failed)}"
    )
    if incident.rollback:
        words += f"; going back from release {incident.release} to {incident.goal} was asked for"
    return f"{words}; over at {_clock(incident.closed)}" if incident.closed else words


def in_words(environment: str, incident: Incident, checks: Sequence[Check]) -> str:
    """An incident as Markdown, while it is open with the evidence of the checks that are not good."""
    state = f"closed {_clock(incident.closed)}" if incident.closed else "open"
    facts = {
        "Opened": _clock(incident.opened),
        "Closed": _clock(incident.closed) if incident.closed else None,
        "Not good": ", ".join(incident.failed),
        "Release that served": incident.release,
        "Rollback asked for": _rollback(incident),
    }
    lines = [f"# Incident {incident.id} of {environment}: {state}", ""]
    lines += [f"- **{name}**: {value}" for name, value in facts.items() if value]
    if not incident.closed:
        bad = [check for check in checks if check.good is False]
        lines += ["", "| Check | Evidence | What to do |", "|---|---|---|"]
        lines += [f"| {check.name} | {_cell(check.evidence)} | {_cell(check.remedy)} |" for check in bad]
        lines += ["", f"The cause: `reelflow explain {environment}`; now: `reelflow check {environment}`."]
    return "\n".join(lines)


def _rollback(incident: Incident) -> str | None:
    return f"{_clock(incident.rollback)}, to {incident.goal}" if incident.rollback else None


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
