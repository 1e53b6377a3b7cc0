"""Finds out all that may speak for a cause: every source within its time, and none hides another."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from blocks.terraform.events import Diagnostic
from flows.explaining.findings import DiagnosticFacts, Findings, Gap
from flows.explaining.looks import Facts
from flows.explaining.sources import Source, first, second
from flows.explaining.subject import Subject

# Under a second where a processor is free; a small worker that is busy takes several times that.
SOURCE_WITHIN_S = 10.0
SIDE_BY_SIDE = 8


async def gather(
    subject: Subject, *, diagnostics: Iterable[Diagnostic] = (), within_s: float = SOURCE_WITHIN_S
) -> Findings:
    """Looks at everything; what can't be looked at is told as a gap.

    Args:
        diagnostics: what Terraform has told, redacted.
        within_s: how long one source may take, in seconds; there are two rounds of them.
    """
    # Threads of its own: one that hangs must not take the place of those that go the ways back.
    pool = ThreadPoolExecutor(max_workers=SIDE_BY_SIDE, thread_name_prefix="explain")
    try:
        found, gaps = await _look(pool, first(subject), within_s)
        more, more_gaps = await _look(pool, second(subject, found), within_s)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    network = subject.outputs.network if subject.outputs else None
    return Findings(
        environment=subject.environment.name,
        region=subject.environment.region or "",
        release=subject.release.id if subject.release else None,
        at=datetime.now(UTC),
        fault=subject.fault,
        diagnostics=tuple(
            DiagnosticFacts(summary=d.summary, detail=d.detail, address=d.address or "")
            for d in diagnostics
            if d.severity == "error"
        ),
        public_ip=network.assign_public_ip if network else True,
        own_groups=network.security_group_ids if network else (),
        gaps=(*gaps, *more_gaps),
        **{**found, **more},
    )


async def _look(
    pool: ThreadPoolExecutor, sources: Iterable[Source], within_s: float
) -> tuple[Facts, list[Gap]]:
    asked = list(sources)
    answers = await asyncio.gather(*(_one(pool, source, within_s) for source in asked))
    found: dict[str, Any] = {}
    gaps = []
    for answer in answers:
        if isinstance(answer, Gap):
            gaps.append(answer)
            continue
        for name, value in answer.items():
            found[name] = (*found.get(name, ()), *value) if isinstance(value, tuple) else value
    return found, gaps


async def _one(pool: ThreadPoolExecutor, source: Source, within_s: float) -> Mapping[str, Any] | Gap:
    # A thread has none of Prefect's settings by itself.
    context = contextvars.copy_context()
    work = asyncio.get_running_loop().run_in_executor(pool, context.run, source.look)
    try:
        return await asyncio.wait_for(work, within_s)
    except TimeoutError:
        return Gap(source=source.name, why=f"no answer within {within_s:g} s")
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is told and hides nothing
        return Gap(source=source.name, why=" ".join(str(fault).split())[:300] or type(fault).__name__)
