"""The health check: every part of an environment that serves, looked at side by side."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from app.health.verdict import VITAL as VITAL_PARTS
from blocks.account import account_of
from blocks.api import Health, OrderRefused
from blocks.ecs.events import Serving
from blocks.errors import BlockError
from flows.deployment.checks import NotGood, NotLooked
from flows.deployment.faults import kind_of
from flows.deployment.release import Check, ServiceRecord
from flows.operation.history import History
from flows.operation.looking import looked
from flows.operation.standing import Standing
from flows.stages.verify import ERROR_LEVELS, LIFECYCLE_DAYS, errors

Verdict = Literal["healthy", "degraded", "unhealthy"]
FilmWhen = Literal["hourly", "now", "never"]

# Without one of them nobody can ask for a film, or gets one.
VITAL = frozenset({"Health", "Parts", "Database", "Media bucket", "Film"}) | {
    f"Part {name}" for name in VITAL_PARTS
}
# States of RDS in which an instance answers.
DATABASE_SERVES = {
    "available", "backing-up", "configuring-enhanced-monitoring", "configuring-iam-database-auth",
    "configuring-log-exports", "modifying", "resetting-master-credentials", "storage-config-upgrade",
    "storage-optimization",
}  # fmt: skip
CACHE_SERVES = {"available", "modifying", "snapshotting"}
FILM_WITHIN_S = 280.0
# A schedule's run may come a little early.
FILM_EVERY = timedelta(minutes=58)
# How far back the first check of an environment reads the logs.
FIRST_LOGS = timedelta(minutes=5)
LATENCY, FILM = "latency_ms", "film_s"


@dataclass
class Examined:
    """What was found, and measured."""

    checks: tuple[Check, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        return verdict(self.checks)


def verdict(checks: Sequence[Check]) -> Verdict:
    """Unhealthy when something vital is not good, degraded when anything else is not."""
    bad = {check.name for check in checks if check.good is False}
    if bad & VITAL:
        return "unhealthy"
    return "degraded" if bad else "healthy"


def film_due(history: History, now: datetime, when: FilmWhen) -> bool:
    """Whether a film is to be made: when the last one that was made is an hour old.

    After one that failed the next check tries again, so that three failures in a row are soon seen.
    """
    if when != "hourly":
        return when == "now"
    last = history.last(FILM)
    return last is None or now - last >= FILM_EVERY


async def examine(stands: Standing, history: History, film: FilmWhen = "hourly") -> Examined:
    """Looks at everything; nothing that is not as it should be raises."""
    found = Examined()
    looks = [
        looked("Health", lambda: _health(stands, found)),
        looked("Database", lambda: _database(stands)),
        looked("Cache", lambda: _cache(stands)),
        looked("Media bucket", lambda: _bucket(stands)),
        looked("Lifecycle", lambda: _lifecycle(stands)),
        *(looked(f"Service {name}", lambda name=name: _service(stands, name)) for name in _services(stands)),
        looked("Alarms", lambda: _alarms(stands)),
        looked("Logs", lambda: _logs(stands, since(history, stands.now))),
    ]
    (api, *others), parts = await asyncio.gather(asyncio.gather(*looks), _parts(stands))
    # Of what can't even be asked no film is ordered.
    wanted = film_due(history, stands.now, film)
    made = await looked("Film", lambda: _film(stands, found, wanted=wanted, api=api), tries=1)
    found.checks = (api, *parts, *others, made)
    return found


def since(history: History, now: datetime) -> datetime:
    """From when on the logs were not looked at yet."""
    return history.entries[-1].at if history.entries else now - FIRST_LOGS


def parts(found: Health) -> tuple[Check, ...]:
    """What `/health/detailed` says of each part, as checks."""
    return tuple(
        Check(
            name=f"Part {name}",
            good={"ok": True, "failed": False}.get(str(said.get("status"))),
            evidence=_with_latency(said),
            kind="failed" if said.get("status") == "failed" else "",
            remedy=str(said.get("remedy") or ""),
        )
        for name, said in found.checks.items()
    )


def judge_service(name: str, serving: Serving, wanted: ServiceRecord | None) -> str:
    """Whether as many tasks run as the release wants, in words; raises `NotGood` when fewer do."""
    desired = wanted.desired_count if wanted else serving.desired
    words = f"{serving.running} of {desired} tasks run"
    if serving.running >= desired:
        return words
    if serving.desired < desired:
        words += f"; somebody has set the service to {serving.desired}"
    raise NotGood(
        f"{name}: {words}", "See the service's events: reelflow explain; reelflow deploy sets it right"
    )


def _services(stands: Standing) -> Sequence[str]:
    return tuple(stands.outputs.services)


async def _parts(stands: Standing) -> tuple[Check, ...]:
    api = stands.environment.api(stands.outputs)
    try:
        return parts(await api.detailed_health())
    except BlockError as error:
        evidence = f"{error.what}: {error.cause}"
        return (Check(name="Parts", good=False, evidence=evidence, kind=kind_of(error), remedy=error.remedy),)


async def _health(stands: Standing, found: Examined) -> str:
    said = await stands.environment.api(stands.outputs).health()
    found.figures[LATENCY] = round(1000 * said.seconds, 1)
    if said.status != "healthy":
        raise NotGood(f"/health says {said.status}", "See the API's log: reelflow logs")
    return f"{said.status}, version {said.version}, {1000 * said.seconds:.0f} ms"


async def _database(stands: Standing) -> str:
    status = await asyncio.to_thread(stands.environment.database(stands.outputs).status)
    if status not in DATABASE_SERVES:
        raise NotGood(
            f"RDS says {stands.outputs.database_identifier} is {status}",
            "See its events in the RDS console; start it, or give it room",
        )
    return f"{stands.outputs.database_identifier} is {status}"


async def _cache(stands: Standing) -> str:
    found = await asyncio.to_thread(stands.environment.cache(stands.outputs).describe)
    if found.status not in CACHE_SERVES:
        raise NotGood(f"ElastiCache says {found.identifier} is {found.status}", "See its events in AWS")
    return f"{found.identifier} is {found.status}"


async def _bucket(stands: Standing) -> str:
    await asyncio.to_thread(stands.environment.media(stands.outputs).check)
    return f"{stands.outputs.media_bucket} can be used"


async def _lifecycle(stands: Standing) -> str:
    account = account_of(stands.environment)
    found = await asyncio.to_thread(account.bucket, stands.outputs.media_bucket)
    return judge_lifecycle(stands.outputs.media_bucket, found.expires_days)


def judge_lifecycle(bucket: str, days: Sequence[int]) -> str:
    """Whether the rules that delete old objects are all there, in words; raises `NotGood` else."""
    if missing := [each for each in LIFECYCLE_DAYS if each not in days]:
        raise NotGood(
            f"{bucket}: no rule deletes after {', '.join(map(str, missing))} days",
            "Deploy again: infra/terraform's storage module makes the rules",
        )
    return f"objects of {bucket} go after {'/'.join(map(str, days))} days"


async def _service(stands: Standing, name: str) -> str:
    serving = await asyncio.to_thread(stands.environment.service(stands.outputs, name).running)
    wanted = stands.release.services.get(name) if stands.release else None
    return judge_service(name, serving, wanted)


async def _alarms(stands: Standing) -> str:
    names = stands.outputs.alarm_names
    if not names:
        raise NotLooked("there are none")
    if ringing := await asyncio.to_thread(account_of(stands.environment).ringing, names):
        raise NotGood(f"ringing: {', '.join(ringing)}", "See what they watch in CloudWatch")
    return f"none of {len(names)} rings"


async def _logs(stands: Standing, start: datetime) -> str:
    for name in stands.outputs.services:
        group = stands.environment.logs(stands.outputs, name)
        found: list[str] = []
        for level in ERROR_LEVELS:
            lines = await asyncio.to_thread(
                lambda group=group, level=level: list(group.lines(since=start, pattern=level))
            )
            found += errors([line.text for line in lines])
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise NotGood(f"{name} has logged an error: {found[0]}{more}", "Read them: reelflow logs")
    return f"no errors since {start:%H:%M:%S}"


async def _film(stands: Standing, found: Examined, *, wanted: bool, api: Check) -> str:
    if not wanted:
        raise NotLooked("not due yet")
    if api.good is False:
        raise NotLooked("the API can't be asked for one")
    with tempfile.TemporaryDirectory(prefix="reelflow-film-") as scratch:
        try:
            film = await stands.environment.api(stands.outputs).film(Path(scratch), deadline_s=FILM_WITHIN_S)
        except OrderRefused as refused:
            if refused.switched_off:
                raise NotLooked(refused.cause) from refused
            raise
    found.figures[FILM] = round(film.seconds, 2)
    return f"{film.probe.duration_s:.1f} s in {film.seconds:.1f} s, {film.size_bytes / 1e6:.1f} MB"


def _with_latency(said: object) -> str:
    assert isinstance(said, dict)
    latency = said.get("latency_ms")
    words = str(said.get("detail") or said.get("status") or "").rstrip(".")
    return f"{words}, {latency:.0f} ms" if isinstance(latency, int | float) else words
