"""The API under load, beside a bare FastAPI application doing one SELECT.

Both run under the same web server on the same database, in turn, with the same client. The mix is that of a
page which follows a film: of 100 requests 70 read it, 15 ask for another, 10 list, 5 ask for the health.

*At rest* a user makes a request every 0.24 s, as those of the old system did (20.75 requests/s with 5 of
them), so that latency is that of a server which keeps up. *Without pause* a user asks as soon as it has its
answer: that shows how many requests a second there can be, and latency is what this leaves of it.

Films stay pending: nothing renders beside it. Run with ``python -m bench api``.
"""

from __future__ import annotations

import json
import statistics

from bench.bare import SERVED_AT
from bench.client import Kind, Load, load, request
from bench.films import ORDER, finished_film, nothing_starts, signed_in
from bench.harness import Result, publish, result
from bench.serving import application, bare, parts, served

USERS = (5, 10, 50, 200)
NO_ERRORS_UP_TO = 50
SECONDS = 5.0
ROUNDS = 3
PAUSE_S = 5 / 20.75
SHARE = 0.7
SUBMIT_P95_MS = 60.0
# Of the old system, by users: requests/s, and milliseconds of a submit's p95.
OLD_PER_SECOND = {5: 20.75, 10: 37.6}
OLD_SUBMIT_P95 = {5: 478.0, 10: 682.0}
OLD_STATUS_P95 = {5: 156.0}
OLD_HEALTH_P95 = {5: 28.0}
QUANTILES = (0.5, 0.95, 0.99)


def main() -> None:
    """Runs the benchmark and publishes it as ``api``."""
    results: list[Result] = []
    with parts() as home:
        nothing_starts()
        session_id, headers = signed_in()
        job_id = finished_film(session_id)
        ours, theirs = application(home), bare(home)
        status = Kind("status", 70, lambda: request("GET", f"/api/v1/generations/{job_id}", headers))
        one_select = Kind("bare", 1, lambda: request("GET", SERVED_AT.format(job_id=job_id), {}))
        order = json.dumps(ORDER).encode()
        mix = (
            status,
            Kind("submit", 15, lambda: request("POST", "/api/v1/generations", headers, order)),
            Kind("list", 10, lambda: request("GET", "/api/v1/generations", headers)),
            Kind("health", 5, lambda: request("GET", "/health", {})),
        )
        with served(ours), served(theirs, answers=SERVED_AT.format(job_id=job_id)):
            for users in USERS:
                results += _beside(users, ours.port, status, theirs.port, one_select)
            for users in USERS:
                results += _mixed(users, load(ours.port, mix, users=users, seconds=SECONDS, pause_s=PAUSE_S))
            for users in USERS:
                results += _saturated(users, load(ours.port, mix, users=users, seconds=SECONDS))
    publish("api", results)


def _beside(users: int, port: int, kind: Kind, bare_port: int, bare_kind: Kind) -> list[Result]:
    """Requests/s of the status and of the bare application, in turn; the median of the rounds' ratios."""
    ours: list[Load] = []
    theirs: list[Load] = []
    for _ in range(ROUNDS):
        theirs.append(load(bare_port, [bare_kind], users=users, seconds=SECONDS / 2))
        ours.append(load(port, [kind], users=users, seconds=SECONDS / 2))
    rate = statistics.median(run.per_second for run in ours)
    share = statistics.median(
        run.per_second / bare_run.per_second for run, bare_run in zip(ours, theirs, strict=True)
    )
    return [
        result(
            f"status beside the bare application, {users} users",
            rate,
            "requests/s",
            baseline=statistics.median(run.per_second for run in theirs),
            better="higher",
            target=f"≥ {SHARE} of it",
            met=share >= SHARE,
        ),
        result(
            f"client's own share of a core, {users} users",
            statistics.median(run.client_share for run in ours),
            "of 1",
        ),
        *_quantiles("status, no pause", users, ours[-1], "status", OLD_STATUS_P95),
        _errors("status, no pause", users, sum(run.failures for run in ours)),
    ]


def _mixed(users: int, run: Load) -> list[Result]:
    """The mix at the old system's pace: latency by kind."""
    return [
        *_quantiles("health, at rest", users, run, "health", OLD_HEALTH_P95),
        *_quantiles("submit, at rest", users, run, "submit", OLD_SUBMIT_P95),
        *_quantiles("status, at rest", users, run, "status", OLD_STATUS_P95),
        *_quantiles("list, at rest", users, run, "list", {}),
        _rate("mix at rest", users, run),
        _errors("mix at rest", users, run.failures),
    ]


def _saturated(users: int, run: Load) -> list[Result]:
    return [
        _rate("mix without pause", users, run),
        *_quantiles("submit, no pause", users, run, "submit", OLD_SUBMIT_P95),
        _errors("mix without pause", users, run.failures),
    ]


def _rate(name: str, users: int, run: Load) -> Result:
    return result(
        f"{name}, {users} users",
        run.per_second,
        "requests/s",
        baseline=OLD_PER_SECOND.get(users),
        better="higher",
    )


def _errors(name: str, users: int, failures: int) -> Result:
    judged = users <= NO_ERRORS_UP_TO
    return result(
        f"errors, {name}, {users} users",
        failures,
        "requests",
        target="none" if judged else None,
        met=failures == 0 if judged else None,
    )


def _quantiles(name: str, users: int, run: Load, kind: str, old_p95: dict[int, float]) -> list[Result]:
    rows = []
    for share in QUANTILES:
        judged = name == "submit, at rest" and share == 0.95 and users <= NO_ERRORS_UP_TO
        value = run.quantile(share, kind)
        rows.append(
            result(
                f"{name}, {users} users, p{share * 100:.0f}",
                value,
                "ms",
                baseline=old_p95.get(users) if share == 0.95 else None,
                target=f"< {SUBMIT_P95_MS:.0f}" if judged else None,
                met=value < SUBMIT_P95_MS if judged else None,
            )
        )
    return rows


if __name__ == "__main__":
    main()
