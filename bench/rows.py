"""What the application asks the database, with a thousand jobs in it and with a million.

Each is asked as an endpoint or the dispatcher asks it, of two databases in turn; medians count. The plans of
the statements with a million jobs, `EXPLAIN (ANALYZE, BUFFERS)`, are written to ``bench/results/plans.txt``.

Run with ``python -m bench.rows [--jobs 1000000]``; filling the tables takes minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, event, text

from app import claims, dispatch, estimates, generations, migrate, reconcile
from app.database import engine, reading, session
from app.job_metrics import JobMetrics
from app.jobs import list_jobs
from app.links import link_maker
from app.models import JobStatus
from app.paging import encode_cursor
from app.reconcile import Reconciler
from app.requests import GenerationCreate
from app.settings import settings
from bench.films import ORDER, finished_film, nothing_starts, signed_in
from bench.harness import RESULTS, Result, publish, result
from bench.million import fill
from bench.serving import parts

FEW, OWN_OF_FEW = 1000, 500
MANY, SHARE_OF_OWN = 1_000_000, 20
PER_PAGE = 20
FAR_PAGE = 500
CALLS = 60
WARM_UP = 10
MOST_MORE = 1.2


@dataclass(frozen=True)
class Question:
    """Something that is asked of the database."""

    name: str
    ask: Callable[[], object]


def main(arguments: list[str] | None = None) -> None:
    """Runs the benchmark and publishes it as ``rows``."""
    parser = argparse.ArgumentParser(prog="bench.rows")
    parser.add_argument("--jobs", type=int, default=MANY)
    many_jobs = parser.parse_args(arguments or []).jobs
    with parts():
        few = _Tables("few", FEW, OWN_OF_FEW)
        many = _Tables("many", many_jobs, many_jobs // SHARE_OF_OWN)
        medians = _timed(few, many)
        with many.used():
            plans = "\n\n".join(_plans(engine(), question) for question in many.questions)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "plans.txt").write_text(f"With {many_jobs:,} jobs.\n\n{plans}\n")
    publish("rows", [_compared(name, many_jobs, *both) for name, both in medians.items()])


class _Tables:
    """A database of its own with so many jobs, and what is asked of it."""

    def __init__(self, name: str, jobs: int, own: int) -> None:
        with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        self._url = engine().url.set(database=name).render_as_string(hide_password=False)
        with self.used():
            migrate.upgrade(engine())
            nothing_starts()
            session_id, _ = signed_in()
            sample = finished_film(session_id)
            fill(engine(), jobs=jobs, own=own, session_id=session_id, sample=sample)
            self.questions = _questions(session_id, sample, own)

    @contextmanager
    def used(self) -> Iterator[None]:
        """The application's database is this one."""
        before = os.environ["DATABASE_URL"]
        os.environ["DATABASE_URL"] = self._url
        settings.cache_clear()
        try:
            yield
        finally:
            os.environ["DATABASE_URL"] = before
            settings.cache_clear()

    def asked(self, question: Question) -> float:
        """The milliseconds that the answer takes."""
        with self.used():
            engine()
            begun = perf_counter()
            question.ask()
            return (perf_counter() - begun) * 1000


def _questions(session_id: UUID, job_id: UUID, own: int) -> list[Question]:
    links = link_maker("http://127.0.0.1")
    request = GenerationCreate.model_validate(ORDER)
    reconciler = Reconciler(engine())
    far = _cursor(session_id, min((FAR_PAGE - 1) * PER_PAGE, own // 2))

    def page(cursor: str | None = None, status: JobStatus | None = None) -> object:
        with reading() as db:
            return generations.page(db, session_id, cursor=cursor, limit=PER_PAGE, status=status, links=links)

    def submit() -> object:
        with session() as db:
            job, _ = generations.submit(db, session_id, request, None)
            return generations.describe(db, job.id, links)

    def read(ask: Callable[..., object], *arguments: Any, **named: Any) -> Callable[[], object]:
        def asked() -> object:
            with reading() as db:
                return ask(db, *arguments, **named)

        return asked

    async def scrape() -> None:
        await JobMetrics(fresh_s=0).refresh()

    return [
        Question("list, first page", page),
        Question(f"list, page {FAR_PAGE}", lambda: page(cursor=far)),
        Question("list, a rare status", lambda: page(status=JobStatus.FAILED)),
        Question("status", read(generations.read, session_id, job_id, links)),
        Question("estimate", read(estimates.estimate, session_id, request)),
        Question("metrics", lambda: asyncio.run(scrape())),
        Question("dispatcher: room", read(dispatch._capacity)),
        Question("dispatcher: due", read(dispatch._due, limit=5)),
        Question("reconciler: abandoned", lambda: claims.unclaimed(engine())),
        Question("reconciler: interrupted", reconciler._take_up_interrupted),
        Question("reconciler: sent", read(reconcile._sent)),
        Question("reconciler: forgotten", reconciler._enqueue_forgotten),
        # Last: what it leaves behind is pending.
        Question("submit", submit),
    ]


def _cursor(session_id: UUID, jobs: int) -> str:
    """Where a page begins that comes after so many jobs."""
    with reading() as db:
        last = list_jobs(db, session_id, limit=jobs)[-1]
    return encode_cursor(last.created_at, last.id)


def _timed(few: _Tables, many: _Tables) -> dict[str, tuple[float, float]]:
    """The median milliseconds of each question, asked of both in turn."""
    medians: dict[str, tuple[float, float]] = {}
    for of_few, of_many in zip(few.questions, many.questions, strict=True):
        took = [(few.asked(of_few), many.asked(of_many)) for _ in range(WARM_UP + CALLS)][WARM_UP:]
        medians[of_few.name] = (
            statistics.median(each for each, _ in took),
            statistics.median(each for _, each in took),
        )
    return medians


def _plans(database: Engine, question: Question) -> str:
    """How the server goes about the statements of a question."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        statements.append((statement, values))

    event.listen(database, "before_cursor_execute", note)
    try:
        question.ask()
    finally:
        event.remove(database, "before_cursor_execute", note)
    explained = [f"== {question.name}"]
    with database.connect() as connection:
        for statement, values in statements:
            if not statement.lstrip().upper().startswith("SELECT"):
                continue
            lines = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", values).scalars()
            explained += [statement.strip(), *(f"    {line}" for line in lines)]
    return "\n".join(explained)


def _compared(name: str, jobs: int, few: float, many: float) -> Result:
    return result(
        f"{name}, {jobs:,} jobs beside {FEW:,}",
        many,
        "ms",
        baseline=few,
        target=f"≤ {MOST_MORE} of it",
        met=many <= few * MOST_MORE,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
