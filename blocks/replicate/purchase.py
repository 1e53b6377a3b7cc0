"""One purchase at Replicate: from the intent to what was delivered, over attempts and models, paid once.

An order is written down, sent, and known by its id when it is answered. Where the answer is missing, because
it was lost or because we were killed, the account's newest predictions are looked through for one that was
made of the same input and is no other order's. Only when none has turned up for `SETTLES_WITHIN_S` is it sent
again. Two orders of the same input may take each other's prediction: what they get is the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from blocks.clip_source import ClipSourceError, ClipSourceUnavailable
from blocks.replicate.api import (
    ENDED,
    FileGone,
    NotReached,
    PredictionSeen,
    Refused,
    ReplicateApi,
    Throttled,
    Unanswered,
)
from blocks.replicate.ledger import Entry, Ledger
from media.errors import Cancelled

# A request that was taken is seen in the account's list long before.
SETTLES_WITHIN_S = 15.0
LOOKED_FOR_EVERY_S = 1.5
# By how much clocks may differ: ours, the database's and Replicate's.
SKEW = timedelta(seconds=60)
# Of one model within an hour; then the next one is tried.
TRIES_EACH = 2
TRIED_LATELY = timedelta(hours=1)
SENT_FOR_S = 600.0
FIRST_LOOK_S, MOST_BETWEEN_LOOKS_S = 1.0, 8.0
LOOKS_MISSED = 20
FETCHES = 4
CANCEL_AFTER_S = 1200
REFUSED = "refused: "
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Offer:
    """What one model would be given, and its price in US dollars."""

    model: str
    inputs: dict[str, Any]
    usd: Decimal


@dataclass(frozen=True)
class Counter:
    """What purchases need of their surroundings.

    Attributes:
        webhook: the address at which Replicate tells of an order; None where it can't reach us.
        turn: waits until one more order may be sent by anybody.
        told: whether a prediction has been told of since it was last asked for.
        pause: waits so many seconds; True when nobody wants the purchase any more.
        settles_within_s: how long an order that was not answered is looked for.
    """

    api: ReplicateApi
    ledger: Ledger
    webhook: Callable[[UUID], str | None] = lambda _: None
    turn: Callable[[], None] = lambda: None
    told: Callable[[str], bool] = lambda _: False
    pause: Callable[[float], bool] = lambda seconds: bool(time.sleep(seconds))
    settles_within_s: float = SETTLES_WITHIN_S


@dataclass
class Purchase:
    """One order that gets delivered, or says why not.

    Args:
        counter: where it is ordered.
        address: the hash of what is ordered.
        offers: the models that could make it, the wanted one first.
        clip: the number of the clip that it is for.
    """

    counter: Counter
    address: str
    offers: Sequence[Offer]
    clip: int | None = None
    _entry: Entry | None = field(default=None, init=False)
    _seen: PredictionSeen | None = field(default=None, init=False)
    _next_look: float = field(default=0.0, init=False)
    _every_s: float = field(default=FIRST_LOOK_S, init=False)
    _missed: int = field(default=0, init=False)

    def begin(self) -> None:
        """Goes on with what was ordered before, or orders it.

        Raises:
            BudgetExceeded: of the ledger; nothing was ordered.
            ClipSourceUnavailable: later it may go on.
            ClipSourceError: no model makes it.
            Cancelled: it is not wanted any more.
        """
        entries = self.counter.ledger.entries(self.address)
        last = entries[-1] if entries else None
        if last is None or last.state in ("failed", "cancelled", "refused"):
            self._order_next(entries)
        elif last.state == "intended":
            self._settle(last)
        else:
            self._entry = last

    def look(self) -> bool:
        """Whether it is delivered by now. Asks Replicate only when it is time to, or when it has told.

        Raises:
            As `begin`.
        """
        entry = self._current()
        if entry.state == "succeeded":
            return True
        if entry.state != "accepted":
            # Whoever settles what is left open has given it up meanwhile.
            self._order_next(self.counter.ledger.entries(self.address))
            return False
        prediction = entry.prediction or ""
        if time.monotonic() < self._next_look and not self.counter.told(prediction):
            return False
        seen = self._ask(prediction)
        if seen is None or seen.status not in ENDED:
            return False
        self._seen = seen
        if seen.status == "succeeded" and seen.output is not None:
            self._end("succeeded", entry.estimated_usd)
            return True
        reason = seen.error or (f"Replicate {seen.status} it" if seen.output is None else seen.status)
        # Canceled is charged, aborted is not: https://replicate.com/changelog/2025-10-16-prediction-deadlines
        charged = seen.status == "succeeded" or (seen.status == "canceled" and seen.started_at is not None)
        self._end("failed", entry.estimated_usd if charged else _NOTHING, reason)
        self._order_next(self.counter.ledger.entries(self.address))
        return False

    def output(self) -> Any:
        """What was delivered, as Replicate has it; None once it is gone."""
        if self._seen is None:
            self._seen = self._ask(self._current().prediction or "")
        return self._seen and self._seen.output

    def fetch(self, destination: Path) -> None:
        """Copies the first file of what was delivered out, whole or not at all.

        Raises:
            ClipSourceUnavailable: it did not come, or is gone: then it has to be bought again.
        """
        reason = "it was not delivered"
        for number in range(FETCHES):
            if number and self.counter.pause(float(number)):
                raise Cancelled(
                    "What was delivered was not fetched",
                    "the job was cancelled",
                    "Start it again if it's wanted",
                )
            self.output()
            seen, self._seen = self._seen, None
            try:
                if seen and seen.files:
                    self.counter.api.download(seen.files[0], destination)
                    return
            except (FileGone, NotReached) as error:
                reason = str(error)
            if seen and (seen.data_removed or seen.output is None):
                break
        entry = self._current()
        self.counter.ledger.end(entry.id, "failed", entry.estimated_usd, f"lost: {reason}")
        raise ClipSourceUnavailable(
            f"What {entry.model} has made can't be fetched: {reason}. It is ordered, and paid, once more."
        )

    def refuse(self, reason: str) -> None:
        """Notes that what was delivered is of no use; it stays paid."""
        self.counter.ledger.end(self._current().id, "refused", _NOTHING, reason)

    def _order_next(self, entries: Sequence[Entry]) -> None:
        """Orders it from the first model that has not failed too often lately; over until one takes it."""
        attempt = entries[-1].attempt if entries else 0
        failed = [entry for entry in entries if entry.created_at > datetime.now(UTC) - TRIED_LATELY]
        for offer in self.offers:
            tries = [entry for entry in failed if entry.model == offer.model and entry.state == "failed"]
            if len(tries) >= TRIES_EACH or any((entry.reason or "").startswith(REFUSED) for entry in tries):
                continue
            attempt += 1
            entry = self.counter.ledger.intend(
                self.address, attempt, offer.model, offer.inputs, offer.usd, clip=self.clip
            )
            if self._send(entry, offer):
                return
        reasons = (
            "; ".join(dict.fromkeys(entry.reason or "no reason told" for entry in failed))
            or "none is configured"
        )
        raise ClipSourceError(
            f"No model at Replicate makes it: {reasons}."
            " Change the description, or the models in REPLICATE_MODELS."
        )

    def _settle(self, entry: Entry) -> None:
        """An order of which it is not known whether it was taken: found, or sent again."""
        offer = next((offer for offer in self.offers if offer.model == entry.model), None)
        if offer is None:
            # Without its input it can't be found. It may have been taken, so it counts as paid.
            self.counter.ledger.end(
                entry.id, "failed", entry.estimated_usd, "its model is configured no more"
            )
            self._order_next(self.counter.ledger.entries(self.address))
        elif not (self._found(entry, offer) or self._send(self.counter.ledger.resend(entry.id), offer)):
            self._order_next(self.counter.ledger.entries(self.address))

    def _send(self, entry: Entry, offer: Offer) -> bool:
        """Whether it is ordered; False if the model refuses it."""
        until, wait_s, waits = time.monotonic() + SENT_FOR_S, 0.0, 0
        while True:
            if self.counter.pause(wait_s):
                raise Cancelled(
                    "The order was not sent", "the job was cancelled", "Start it again if it's wanted"
                )
            self.counter.turn()
            try:
                seen = self.counter.api.create(
                    offer.model,
                    offer.inputs,
                    webhook=self.counter.webhook(entry.id),
                    cancel_after_s=CANCEL_AFTER_S,
                )
                if self.counter.ledger.accept(entry.id, seen.id) or self._found(entry, offer):
                    self._reload()
                    return True
                wait_s = 0.0
            except Refused as refusal:
                self.counter.ledger.end(entry.id, "failed", _NOTHING, f"{REFUSED}{refusal}")
                return False
            except Unanswered:
                if self._found(entry, offer):
                    return True
                wait_s = 0.0
            except Throttled as throttled:
                wait_s = throttled.wait_s
            except NotReached as error:
                waits += 1
                wait_s = min(2.0**waits, 30.0)
                if time.monotonic() > until:
                    raise ClipSourceUnavailable(str(error)) from error
            if time.monotonic() > until:
                raise ClipSourceUnavailable("Replicate took no order for ten minutes. It is tried again.")
            entry = self.counter.ledger.resend(entry.id)

    def _found(self, entry: Entry, offer: Offer) -> bool:
        """Whether an unanswered order turns up, told by a webhook or in the account's list."""
        while True:
            if self._reload().state != "intended":
                return True
            for prediction in self._matches(entry, offer):
                if self.counter.ledger.accept(entry.id, prediction):
                    self._reload()
                    return True
            if datetime.now(UTC) - entry.sent_at >= timedelta(seconds=self.counter.settles_within_s):
                return False
            if self.counter.pause(min(LOOKED_FOR_EVERY_S, self.counter.settles_within_s / 4)):
                raise Cancelled(
                    "The order was left", "the job was cancelled", "Start it again if it's wanted"
                )

    def _matches(self, entry: Entry, offer: Offer) -> list[str]:
        """The predictions that may be this order, the oldest first."""
        try:
            newest = [
                seen
                for seen in self.counter.api.newest(entry.created_at - SKEW)
                if _is_made_of(seen, entry, offer)
            ]
        except (Throttled, NotReached, Unanswered, Refused) as error:
            # Not having been able to look is no proof that there is none.
            raise ClipSourceUnavailable(f"What was ordered can't be looked for: {error}") from error
        taken = self.counter.ledger.taken([seen.id for seen in newest])
        return [seen.id for seen in reversed(newest) if seen.id not in taken]

    def _ask(self, prediction: str) -> PredictionSeen | None:
        """The prediction; None if it could not be asked for now."""
        self._every_s = min(self._every_s * 1.5, MOST_BETWEEN_LOOKS_S)
        self._next_look = time.monotonic() + self._every_s
        try:
            seen = self.counter.api.get(prediction)
        except Throttled as throttled:
            self._next_look = time.monotonic() + throttled.wait_s
        except (NotReached, Unanswered) as error:
            self._missed += 1
            if self._missed > LOOKS_MISSED:
                raise ClipSourceUnavailable(str(error)) from error
        except Refused as refusal:
            entry = self._current()
            self.counter.ledger.end(entry.id, "failed", entry.estimated_usd, f"lost: {refusal}")
            raise ClipSourceUnavailable(f"The prediction {prediction} is gone: {refusal}") from refusal
        else:
            self._missed = 0
            return seen
        return None

    def _end(self, state: Any, cost_usd: Decimal, reason: str | None = None) -> None:
        self.counter.ledger.end(self._current().id, state, cost_usd, reason)
        self._reload()

    def _current(self) -> Entry:
        if self._entry is None:
            raise ClipSourceError("Nothing was ordered yet: begin the purchase first.")
        return self._entry

    def _reload(self) -> Entry:
        self._entry = self.counter.ledger.entries(self.address)[-1]
        return self._entry


def _is_made_of(seen: PredictionSeen, entry: Entry, offer: Offer) -> bool:
    if seen.model != entry.model:
        return False
    if seen.data_removed or seen.input is None:
        # An hour later nobody can tell what it was made of; when it was made says it well enough.
        return seen.created_at is not None and seen.created_at <= entry.sent_at + SKEW
    return all(seen.input.get(key) == value for key, value in offer.inputs.items())
