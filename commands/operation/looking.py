"""Looking after an environment from a terminal: what the scheduled flows do, now, recording nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.configuration import require_known, understood
from blocks.environment import Environment
from blocks.record_store import records_of
from flows.deployment.release import Check
from flows.health_check import HEALTH
from flows.operation import drift, guide, money
from flows.operation import health as health_checks
from flows.operation import history as histories
from flows.operation.health import FilmWhen
from flows.operation.history import History
from flows.operation.incident_telling import RECORD
from flows.operation.incidents import Incident, Incidents
from flows.operation.looking import failed
from flows.operation.standing import standing
from flows.operation.tidying import tidy
from flows.schema.asking import ask_what_serves

ANSWERS_WITHIN_S = 300.0


async def check(environment: Environment, film: FilmWhen) -> dict[str, Any]:
    """How the environment is, as a document.

    Raises:
        BlockError: it can't be looked at at all.
    """
    stands = await standing(environment)
    known = await histories.read(stands.records, HEALTH.record(environment.name), History)
    found = await health_checks.examine(stands, known, film)
    return document(environment.name, found.verdict, found.checks) | {
        "figures": found.figures,
        "release": stands.release.id if stands.release else None,
    }


async def drifted(environment: Environment) -> dict[str, Any]:
    """What was changed past the deployments, as a document.

    Raises:
        BlockError: it can't be looked at at all.
    """
    found = await drift.examine(await standing(environment))
    by_hand = [each.model_dump(mode="json") for each in drift.by_hand(found.plan.drift)] if found.plan else []
    return document(environment.name, found.verdict, found.checks) | {"changed_by_hand": by_hand}


async def checklist(environment: Environment) -> dict[str, Any]:
    """The guide's checklist, as a document.

    Raises:
        BlockError: it can't be looked at at all.
    """
    checks = await guide.examine(await standing(environment))
    return document(environment.name, "bad" if failed(checks) else "good", checks)


async def configuration(
    environment: Environment, key: str | None, text: str | None, *, tell: Callable[[str], None]
) -> dict[str, Any]:
    """The configuration of an environment, or one key of it, as `config local` tells and sets it there.

    Raises:
        NotConfigurable: there is no such key, or it can't have this value; nothing was asked.
        TaskFailed: the image that serves could not do it.
        OutputsMissing: nothing is there yet.
        BlockError: AWS can't be asked.
    """
    if key is not None:
        require_known(key)
        if text is not None:
            understood(key, text)
    command = ["config", "local", *(each for each in (key, text) if each is not None)]
    return await ask_what_serves(
        environment, command, answers="configuration", deadline_s=ANSWERS_WITHIN_S, tell=tell
    )


async def budget(environment: Environment) -> dict[str, Any]:
    """What the month has cost, as a document.

    Raises:
        BlockError: it can't be looked at at all.
    """
    stands = await standing(environment)
    found = await money.count(stands, await drift.plan_of(stands))
    return document(environment.name, found.verdict, found.checks) | {"figures": found.figures}


async def tidied(environment: Environment, *, dry_run: bool, at_once: bool = False) -> dict[str, Any]:
    """Removes what nobody needs any more, or lists it, as a document.

    Raises:
        BlockError: it can't be looked at at all.
        ReleaseUnreadable: a release record can't be read; no part of any release was removed.
    """
    done = await tidy(await standing(environment), dry_run=dry_run, at_once=at_once)
    return document(environment.name, done.verdict, done.checks) | {
        "dry_run": dry_run,
        "figures": done.figures,
    }


async def incidents(environment: Environment) -> tuple[Incident, ...]:
    """The incidents that are remembered, newest first.

    Raises:
        BlockError: the record can't be read.
    """
    where = histories.key(environment.name, RECORD)
    known = await histories.read(records_of(environment), where, Incidents)
    return tuple(reversed(known.incidents))


def document(environment: str, verdict: str, checks: Sequence[Check]) -> dict[str, Any]:
    """What a look has found, for machines."""
    return {
        "environment": environment,
        "verdict": verdict,
        "ok": verdict in ("healthy", "good"),
        "checks": [
            {"name": c.name, "good": c.good, "evidence": c.evidence, "kind": c.kind, "remedy": c.remedy}
            for c in checks
        ],
    }
