"""Predictions, what is told of them, and pages of them."""

from __future__ import annotations

import asyncio
import base64
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from sandbox.replicate.faults import Fault, FaultName
from sandbox.replicate.models import Model
from sandbox.replicate.orders import Order

PAGE = 100

Status = Literal["starting", "processing", "succeeded", "failed", "canceled", "aborted"]
Event = Literal["start", "output", "logs", "completed"]
ENDED: tuple[Status, ...] = ("succeeded", "failed", "canceled", "aborted")
DEFAULT_EVENTS: frozenset[Event] = frozenset({"output", "completed"})
_LETTERS = "abcdefghjkmnpqrstvwxyz0123456789"


def new_id() -> str:
    """26 letters and digits, as a prediction's id."""
    return "".join(secrets.choice(_LETTERS) for _ in range(26))


@dataclass(kw_only=True)
class Prediction:
    """One prediction.

    Attributes:
        given: its input as it came.
        base: where this API is, as its caller sees it.
        created_at, started_at, completed_at: seconds since the epoch.
        price_usd: what it costs where it is charged.
        faults: those that it will meet.
        ended: set when it has reached its last state.
        stop: set when whoever makes its output is to stop.
    """

    model: Model
    order: Order
    given: dict[str, Any]
    base: str
    created_at: float
    price_usd: Decimal
    webhook: str | None = None
    events: frozenset[Event] = DEFAULT_EVENTS
    faults: dict[FaultName, Fault] = field(default_factory=dict)
    id: str = field(default_factory=new_id)
    status: Status = "starting"
    started_at: float | None = None
    completed_at: float | None = None
    output: Any = None
    logs: str = ""
    error: str | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def cost_usd(self) -> Decimal:
        """What it is charged with: it ran to its end, or was cancelled while it ran."""
        charged = self.status == "succeeded" or (self.status == "canceled" and self.started_at is not None)
        return self.price_usd if charged else Decimal(0)

    def document(self, now: float, data_lifetime_s: float) -> dict[str, Any]:
        """The prediction as JSON. Input, output and logs are gone once its data's lifetime is over."""
        removed = self.completed_at is not None and now >= self.completed_at + data_lifetime_s
        address = f"{self.base}/v1/predictions/{self.id}"
        return {
            "id": self.id,
            "model": self.model.name,
            "version": self.model.version,
            "input": None if removed else self.given,
            "logs": None if removed else self.logs,
            "output": None if removed else self.output,
            "data_removed": removed,
            "error": self.error,
            "source": "api",
            "status": self.status,
            "created_at": timestamp(self.created_at),
            "started_at": timestamp(self.started_at),
            "completed_at": timestamp(self.completed_at),
            "metrics": self._metrics(),
            "urls": {
                "get": address,
                "cancel": f"{address}/cancel",
                "web": f"{self.base}/p/{self.id}",
            },
        }

    def _metrics(self) -> dict[str, float]:
        if self.completed_at is None:
            return {}
        metrics = {"total_time": round(self.completed_at - self.created_at, 6)}
        if self.started_at is not None:
            metrics["predict_time"] = round(self.completed_at - self.started_at, 6)
        if self.status == "succeeded" and self.order.kind == "video":
            metrics["video_output_duration_seconds"] = self.order.seconds
        if self.status == "succeeded" and self.order.kind == "image":
            metrics["image_output_count"] = self.order.count
        return metrics


class Predictions:
    """All that were made, the newest last."""

    def __init__(self) -> None:
        self._all: dict[str, Prediction] = {}

    def __iter__(self) -> Iterator[Prediction]:
        return iter(self._all.values())

    def add(self, prediction: Prediction) -> None:
        self._all[prediction.id] = prediction

    def get(self, identity: str) -> Prediction | None:
        return self._all.get(identity)

    def page(
        self, cursor: str | None, after: float | None = None, before: float | None = None
    ) -> tuple[list[Prediction], str | None, str | None]:
        """A page, the newest first, with the cursors of the next older one and of the one before it.

        A cursor holds the id that its page begins behind, so that new predictions move nothing.

        Raises:
            ValueError: the cursor is none of ours.
        """
        newest = [
            found
            for found in reversed(self._all.values())
            if (after is None or found.created_at >= after) and (before is None or found.created_at < before)
        ]
        start = 0
        if cursor:
            last = base64.urlsafe_b64decode(cursor).decode()
            start = [found.id for found in newest].index(last) + 1
        items = newest[start : start + PAGE]
        older = _cursor(items[-1]) if items and start + PAGE < len(newest) else None
        newer = _cursor(newest[start - PAGE - 1]) if start > PAGE else ("" if start else None)
        return items, older, newer


def timestamp(seconds: float | None) -> str | None:
    """RFC 3339 in UTC, with microseconds."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _cursor(prediction: Prediction) -> str:
    return base64.urlsafe_b64encode(prediction.id.encode()).decode()
