"""A plan, a sentence, a track or a picture, bought and taken; what is of no use is bought once more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from blocks.clip_source import ClipSourceError
from blocks.replicate.purchase import TRIED_LATELY, Counter, Offer, Purchase
from media.errors import Cancelled

LOOKED_AT_EVERY_S = 0.25
MOST_DELIVERIES = 2
REASON_LIMIT = 500

T = TypeVar("T")


class Useless(Exception):
    """What was delivered can't be used; says why."""


def buy(
    counter: Counter,
    address: str,
    offers: Callable[[int], Sequence[Offer]],
    take: Callable[[Purchase], T],
    *,
    within_s: float,
) -> T:
    """Has something delivered and takes it; what was paid before is not paid again.

    Args:
        counter: where it is ordered.
        address: the hash of what is ordered.
        offers: the models that could make it, the wanted one first, by how many deliveries were refused:
            asked for as it was, a model may make the same again.
        take: copies out what was delivered, and raises `Useless` where that is of no use.
        within_s: how long each delivery is waited for.

    Raises:
        BudgetExceeded: of the ledger; nothing was ordered.
        ClipSourceUnavailable: later it may go on.
        ClipSourceError: no model makes it, or none of use.
        Cancelled: it is not wanted any more.
    """
    since = datetime.now(UTC) - TRIED_LATELY
    entries = counter.ledger.entries(address)
    refused = [each.reason for each in entries if each.state == "refused" and each.created_at > since]
    while len(refused) < MOST_DELIVERIES:
        purchase = Purchase(counter, address, offers(len(refused)))
        _wait(purchase, within_s)
        try:
            return take(purchase)
        except Useless as fault:
            refused.append(str(fault)[:REASON_LIMIT])
            purchase.refuse(str(fault)[:REASON_LIMIT])
    raise ClipSourceError(f"What was delivered is of no use: {refused[-1]}.")


def _wait(purchase: Purchase, within_s: float) -> None:
    purchase.begin()
    until = time.monotonic() + within_s
    while not purchase.look():
        if purchase.counter.pause(LOOKED_AT_EVERY_S):
            raise Cancelled(
                "What was ordered was left", "the job was cancelled", "Start it again if it's wanted"
            )
        if time.monotonic() > until:
            raise ClipSourceError(f"No model has delivered it within {within_s:.0f} s.")
