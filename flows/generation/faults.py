"""Which faults pass by themselves, and how the others are told to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from prefect.client.schemas.objects import State
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.exceptions import PrefectHTTPStatusError

from app.database import DatabaseUnavailable
from app.errors import AppError
from blocks.clip_source import ClipSourceUnavailable
from blocks.media_store import StoreError, StoreUnavailable
from blocks.voice_source import VoiceSourceUnavailable
from media.errors import MediaError

# What Prefect's client raises when its server is away for longer than it tries again.
SURROUNDINGS = (httpx.TransportError, PrefectHTTPStatusError)
TRANSIENT = (
    ClipSourceUnavailable,
    VoiceSourceUnavailable,
    StoreUnavailable,
    DatabaseUnavailable,
    ConnectionError,
    TimeoutError,
    # Prefect's server was too busy to say whose turn it is, or lacks the limit until a worker starts.
    ConcurrencySlotAcquisitionError,
)


class GenerationStopped(Exception):
    """Base of the reasons for which a generation ends without a film."""


class GenerationCancelled(GenerationStopped):
    """Somebody cancelled the job."""


class AlreadyMade(GenerationStopped):
    """The job is completed: its flow was started twice."""


class TakenOver(GenerationStopped):
    """The claim on the job was lost, and another process works on it."""


def passing(fault: BaseException) -> bool:
    """Whether a fault that ended a run is one of its surroundings: the job can go on when they are back."""
    return isinstance(fault, TRANSIENT + SURROUNDINGS) and not isinstance(
        fault, ClipSourceUnavailable | VoiceSourceUnavailable
    )


def transient(task: Any, run: Any, state: State) -> bool:
    """Prefect's `retry_condition_fn`: whether the task's fault may be gone a moment later.

    A plain function on purpose: Prefect 3.8 never retries on a partial or a callable object.
    """
    fault = state.result(raise_on_failure=False)
    return isinstance(fault, TRANSIENT)


@dataclass(frozen=True)
class Explanation:
    """A fault as a person reads it: a stable code, what happened and why, what to do next."""

    code: str
    message: str
    remedy: str


def explain(fault: BaseException) -> Explanation:
    """The explanation of any fault; its code is the name of the fault's class in snake case."""
    code = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(fault).__name__).lstrip("_")
    if isinstance(fault, AppError | MediaError | StoreError):
        return Explanation(code, ": ".join(part for part in (fault.what, fault.cause) if part), fault.remedy)
    message = str(fault).strip() or type(fault).__name__
    return Explanation(code, message, "Run it again: finished clips are kept and not made twice.")
