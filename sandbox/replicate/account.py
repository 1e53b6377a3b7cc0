"""One account at the stand-in: everything that it holds, and how an order becomes a prediction."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

import httpx

from sandbox.replicate.bill import Bill
from sandbox.replicate.conduct import Conduct
from sandbox.replicate.faults import Calls, Fault, FaultName, Faults
from sandbox.replicate.files import OutputFiles
from sandbox.replicate.lives import Lives
from sandbox.replicate.models import Catalogue, Model
from sandbox.replicate.orders import cost_of, read_order
from sandbox.replicate.predictions import ENDED, Event, Prediction, Predictions
from sandbox.replicate.problems import out_of_credit, server_error, throttled
from sandbox.replicate.throttle import Throttle
from sandbox.replicate.webhooks import Webhooks

THROTTLED_FOR_S = 1
OF_A_PREDICTION: tuple[FaultName, ...] = (
    *("aborted", "failed", "slow"),
    *("lost_webhook", "duplicate_webhook", "late_webhook"),
    *("expired_link", "cut_off_download"),
    *("corrupt_output", "black_output", "frozen_output", "short_output"),
)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a create asks for besides the model: its input, and how it is to be told and ended."""

    given: dict[str, Any]
    base: str
    webhook: str | None
    events: frozenset[Event]
    cancel_after_s: float | None


class Account:
    """All that is kept; one event loop's own."""

    def __init__(
        self, conduct: Conduct, catalogue: Catalogue, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        conduct.home.mkdir(parents=True, exist_ok=True)
        self.conduct, self.catalogue = conduct, catalogue
        self.faults = Faults(conduct.seed)
        self.throttle = Throttle(conduct.creates_per_minute, conduct.reads_per_minute)
        self.predictions = Predictions()
        self.bill = Bill(conduct.home / "bill.jsonl")
        self.files = OutputFiles(conduct)
        self.webhooks = Webhooks(conduct, transport)
        self._lives = Lives(conduct, self.bill, self.files, self.webhooks)
        self._chance = Random(conduct.seed)

    def admit(self, calls: Calls, model: str = "") -> None:
        """Lets a call pass, before anything is done of it.

        Raises:
            Problem: 429 or 500, by a limit or by a fault.
        """
        self.throttle.admit(calls)
        if self.faults.meets("rate_limited", model, calls):
            raise throttled(THROTTLED_FOR_S)
        if self.faults.meets("server_error", model, calls):
            raise server_error()

    def create(self, model: Model, wish: Wish) -> Prediction:
        """Makes a prediction and starts its life.

        Raises:
            Problem: 422, the input is not the model's; 402, there is no credit left for it.
        """
        order = read_order(model, wish.given, chance=self._chance.randrange(2**31))
        price = cost_of(model, order)
        if self._credit_left() is not None and price > (self._credit_left() or 0):
            raise out_of_credit()
        prediction = Prediction(
            model=model,
            order=order,
            given=wish.given,
            base=wish.base,
            created_at=self.conduct.clock(),
            price_usd=price,
            webhook=wish.webhook,
            events=wish.events,
            faults=self._faults_of(model),
        )
        self.predictions.add(prediction)
        self._lives.begin(prediction, wish.cancel_after_s)
        return prediction

    def cancel(self, prediction: Prediction) -> None:
        self._lives.cancel(prediction)

    def document(self, prediction: Prediction) -> dict[str, Any]:
        """The prediction as it is now."""
        return prediction.document(self.conduct.clock(), self.conduct.data_lifetime_s)

    async def close(self) -> None:
        await self._lives.close()
        await self.webhooks.close()
        self.bill.close()

    def _faults_of(self, model: Model) -> dict[FaultName, Fault]:
        met: dict[FaultName, Fault] = {}
        for name in OF_A_PREDICTION:
            if fault := self.faults.meets(name, model.name):
                met[name] = fault
        return met

    def _credit_left(self) -> Decimal | None:
        """What is neither spent nor promised to a prediction that goes on."""
        if self.conduct.credit_usd is None:
            return None
        promised = sum((p.price_usd for p in self.predictions if p.status not in ENDED), Decimal(0))
        return self.conduct.credit_usd - self.bill.total_usd - promised
