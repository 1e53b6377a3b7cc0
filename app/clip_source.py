"""The clip source that the settings name, and the counter at which a job orders from it."""

from __future__ import annotations

import threading
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from prefect.concurrency.sync import rate_limit
from prefect.events import emit_event

from app.bell import Bell
from app.database import engine
from app.ledger import JobLedger
from app.models import Purpose
from app.replicate import models, ordered_from, replicate_account
from app.settings import settings
from app.shared_limits import ORDER_LIMIT
from blocks.clip_source import ClipSource
from blocks.drawn_clips import DrawnClipSource
from blocks.replicate.clips import ReplicateClipSource
from blocks.replicate.planner import ReplicatePlanner
from blocks.replicate.purchase import Counter
from planning.builtin import BuiltinPlanner
from planning.planner import Planner


def clip_source(scratch: Path | None = None, *, built_in: bool = False) -> ClipSource:
    """The source of clips: models at Replicate where a token is set, else the drawing engine.

    Args:
        scratch: its directory for what is under way.
        built_in: whether it is the drawing engine in any case.
    """
    if not built_in and (account := replicate_account()):
        return ReplicateClipSource(account=account, models=models(), scratch=scratch)
    return DrawnClipSource(scratch=scratch)


def clip_source_of(job_id: UUID, cancel: threading.Event, scratch: Path, *, built_in: bool) -> ClipSource:
    """The source at which a job may order: what it orders is written into the ledger."""
    source = clip_source(scratch, built_in=built_in)
    return source.at(counter(job_id, cancel)) if isinstance(source, ReplicateClipSource) else source


def planner_of(job_id: UUID, cancel: threading.Event, *, built_in: bool) -> Planner:
    """Who plans a job's film: a language model, where an account and one are configured; else rules."""
    found = ordered_from(built_in=built_in)
    if found is None or not found.plan:
        return BuiltinPlanner()
    return ReplicatePlanner(counter(job_id, cancel, Purpose.PLAN), found)


def counter(job_id: UUID, cancel: threading.Event, purpose: Purpose = Purpose.CLIP) -> Counter:
    """Where a job orders things of one kind.

    Raises:
        DatabaseUnavailable: no database is known.
    """
    account = replicate_account()
    if account is None:
        raise ValueError("Nothing can be ordered at Replicate: REPLICATE_API_TOKEN is not set.")
    return Counter(
        api=account,
        ledger=JobLedger(engine(), job_id, purpose, _tell_dear),
        webhook=_webhook,
        turn=_take_turn,
        told=Bell.of_this_process().told,
        pause=cancel.wait,
        settles_within_s=settings().replicate_settles_within_s,
    )


def _webhook(order: UUID) -> str | None:
    """Where Replicate tells of an order; without the signing secret a call could not be trusted."""
    home = settings().public_url
    if home is None or settings().replicate_webhook_secret is None:
        return None
    return f"{home.rstrip('/')}/api/v1/webhooks/replicate?{urlencode({'order': str(order)})}"


def _tell_dear(job_id: UUID, cost_usd: Decimal, threshold_usd: Decimal) -> None:
    """An event in Prefect, for automations."""
    emit_event(
        "reelflow.job.dear",
        resource={"prefect.resource.id": f"reelflow.job.{job_id}"},
        payload={"usd": str(cost_usd), "threshold_usd": str(threshold_usd)},
    )


def _take_turn() -> None:
    rate_limit(ORDER_LIMIT, strict=True)
