"""What ordering at Replicate needs of a ledger: no order without a row, no row without an end.

The API has no idempotency key: an order that was sent and not answered may or may not have been taken. So it
is written down before it is sent, and looked for before it is sent again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol
from uuid import UUID

EntryState = Literal["intended", "accepted", "succeeded", "refused", "failed", "cancelled"]


@dataclass(frozen=True)
class Entry:
    """One order as written down.

    Attributes:
        id: also part of the webhook's address, so that a call tells which order it is about.
        attempt: counted from 1; the one before must have ended.
        state: `intended` before an answer is known; `refused` was delivered and paid, and is of no use.
        prediction: Replicate's id, once it is known.
        sent_at: when it was last sent off; with a time zone.
        estimated_usd: its price, US dollars.
        cost_usd: None until it has ended.
    """

    id: UUID
    model: str
    attempt: int
    state: EntryState
    prediction: str | None
    created_at: datetime
    sent_at: datetime
    estimated_usd: Decimal
    cost_usd: Decimal | None = None
    reason: str | None = None


def input_sha256(inputs: Mapping[str, Any]) -> str:
    """The hash of an input, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


class Ledger(Protocol):
    """The orders of one job. Each call is one transaction of its own."""

    def entries(self, address: str) -> Sequence[Entry]:
        """The attempts at one order, the first one first."""
        ...

    def intend(
        self,
        address: str,
        attempt: int,
        model: str,
        inputs: Mapping[str, Any],
        estimated_usd: Decimal,
        *,
        clip: int | None,
    ) -> Entry:
        """Writes down that an order is about to be sent, with the hash of its input.

        Raises:
            BudgetExceeded: it would pass the budget of the job or of the month; nothing is written.
        """
        ...

    def resend(self, entry: UUID) -> Entry:
        """Notes that it is sent once more; returns it as it is now."""
        ...

    def accept(self, entry: UUID, prediction: str) -> bool:
        """Notes which prediction it is; False if that one is another order's."""
        ...

    def end(self, entry: UUID, state: EntryState, cost_usd: Decimal, reason: str | None = None) -> None:
        """Notes how it ended and what it cost. An order that has ended before is only moved to `refused`."""
        ...

    def taken(self, predictions: Collection[str]) -> set[str]:
        """Which of these predictions are known to belong to some order, of whichever job."""
        ...
