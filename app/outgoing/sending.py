"""From the outbox to users' servers: taken for a while, sent, marked.

What is taken is put off at once, so that a process that is killed before it has marked it leaves it to be
sent again: at least once, under the same id. Several processes may send; none takes what another has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import httpx
import structlog
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from app.database import session
from app.models import DeliveryStatus, WebhookDelivery
from app.outgoing.addresses import WebhookRefused, anywhere, resolve
from app.outgoing.signing import body_of, headers_of

ANSWERS_WITHIN_S = 15.0
# Longer than any try takes, the marking included.
TAKEN_FOR = timedelta(seconds=60)
MOST_AT_ONCE = 20
# How long after each failed try the next one is made; after the last one it is given up.
# As Standard Webhooks proposes it, in the chapter on deliverability of its specification.
RETRIES_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
)

log = structlog.get_logger(__name__)


class NotTaken(Exception):
    """The receiver did not take it; `final` says that another try is of no use."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def deliver_due(engine: Engine) -> int:
    """Sends what is due, all at once; returns how many were tried.

    Raises:
        DatabaseUnavailable: the database can't be reached; what isn't marked is sent again.
    """
    with session(engine) as db:
        taken = take_due(db)
    if taken:
        for delivery, fault in zip(taken, asyncio.run(_send_all(taken)), strict=True):
            with session(engine) as db:
                mark(db, delivery.id, fault)
    return len(taken)


def take_due(db: Session) -> Sequence[WebhookDelivery]:
    """The webhooks that are due, put off and their tries counted; to be read after the transaction, too."""
    due = db.exec(
        select(WebhookDelivery)
        .where(WebhookDelivery.status == DeliveryStatus.PENDING, WebhookDelivery.available_at <= func.now())
        .order_by(col(WebhookDelivery.available_at))
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for delivery in due:
        delivery.attempts += 1
        delivery.available_at = datetime.now(UTC) + TAKEN_FOR
    db.flush()
    for delivery in due:
        db.expunge(delivery)
    return due


def mark(db: Session, delivery_id: UUID, fault: NotTaken | None) -> None:
    """Writes down how a try ended: delivered, to be tried again, or given up."""
    delivery = db.get(WebhookDelivery, delivery_id, with_for_update=True)
    # Cleaned up with its job, or delivered by another process that took it when this one was slow.
    if delivery is None or delivery.status is not DeliveryStatus.PENDING:
        return
    if fault is None:
        delivery.status, delivery.last_error = DeliveryStatus.DELIVERED, None
        delivery.delivered_at = datetime.now(UTC)
    else:
        delivery.last_error = str(fault)
        after = None if fault.final else next_try(delivery.attempts)
        if after is None:
            delivery.status = DeliveryStatus.FAILED
        else:
            delivery.available_at = datetime.now(UTC) + after
    log.info(
        "webhook tried",
        job_id=str(delivery.job_id),
        delivery_id=str(delivery.id),
        attempts=delivery.attempts,
        status=delivery.status,
        error=delivery.last_error,
    )


def next_try(attempts: int) -> timedelta | None:
    """How long after the failed try number `attempts` (from 1) the next one is made; None: no more."""
    return RETRIES_AFTER[attempts - 1] if attempts <= len(RETRIES_AFTER) else None


def verdict(status: int) -> NotTaken | None:
    """What an answer's status means: None for taken."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if status == HTTPStatus.GONE:
        return NotTaken("The server answered 410: it wants no more of them", final=True)
    if status < HTTPStatus.BAD_REQUEST:
        return NotTaken(f"The server answered {status}, and redirects are not followed")
    return NotTaken(f"The server answered {status}")


async def _send_all(deliveries: Sequence[WebhookDelivery]) -> list[NotTaken | None]:
    # Settings of the surroundings, such as a proxy, would have it connect to something else.
    async with httpx.AsyncClient(trust_env=False, timeout=ANSWERS_WITHIN_S) as client:
        return await asyncio.gather(*(send(client, delivery) for delivery in deliveries))


async def send(client: httpx.AsyncClient, delivery: WebhookDelivery) -> NotTaken | None:
    """One try; None if it was taken. The connection goes to the address that was found to be allowed."""
    body = body_of(delivery)
    try:
        # All of it together: a server that sends a byte now and then must not hold up the others.
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            target = await resolve(delivery.url, anywhere=anywhere())
            headers = headers_of(delivery, body, datetime.now(UTC)) | {"host": target.host}
            pinned = {"sni_hostname": target.name}
            # What the server says is never read: only whether it took it.
            async with client.stream(
                "POST", target.url, content=body, headers=headers, extensions=pinned
            ) as answer:
                return verdict(answer.status_code)
    except WebhookRefused as refused:
        return NotTaken(f"{refused.what}: {refused.cause}")
    except TimeoutError:
        return NotTaken(f"The server did not answer within {ANSWERS_WITHIN_S:.0f} s")
    except (httpx.HTTPError, OSError, UnicodeError) as fault:
        return NotTaken(f"The server can't be reached: {str(fault) or type(fault).__name__}")
