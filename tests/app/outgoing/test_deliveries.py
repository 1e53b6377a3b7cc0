"""From the end of a job to a user's server: written with it, signed, tried again, never lost."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Engine, create_engine, text, update
from sqlmodel import Session, col, select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app import generations, jobs, records
from app.accounts import open_session
from app.database import session
from app.models import DeliveryStatus, JobStatus, WebhookDelivery
from app.outgoing import sending
from app.outgoing.background import Deliveries
from app.outgoing.sending import RETRIES_AFTER, deliver_due, next_try, verdict
from app.outgoing.signing import secret_of
from app.requests import GenerationCreate, fingerprint
from app.settings import settings
from tests.app.outgoing.receiver import Receiver, receiving, self_signed
from tests.app.waiting import until

WAY = (JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING, JobStatus.COMPLETED)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def user_id(engine: Engine, surroundings: pytest.MonkeyPatch) -> UUID:
    with session(engine) as db:
        return open_session(db)[0].id


@pytest.fixture
def submit(engine: Engine, user_id: UUID, receiver: Receiver) -> Callable[[], UUID]:
    """Makes a job that is to be told of."""

    def submitted() -> UUID:
        with session(engine) as db:
            request = GenerationCreate(prompt="A red kettle at dawn", webhook_url=receiver.url)
            return generations.submit(db, user_id, request, None)[0].id

    return submitted


def complete(db: Session, job_id: UUID) -> None:
    for status in WAY:
        jobs.advance(db, job_id, status)


def deliveries(engine: Engine) -> list[WebhookDelivery]:
    with session(engine) as db:
        found = db.exec(select(WebhookDelivery).order_by(col(WebhookDelivery.created_at))).all()
        db.expunge_all()
        return list(found)


def make_due(engine: Engine) -> None:
    """As if the time until the next try had passed."""
    with session(engine) as db:
        db.exec(update(WebhookDelivery).values(available_at=text("now() - interval '1 second'")))


def test_a_server_that_fails_first_gets_the_same_call_again(
    engine: Engine, submit: Callable[[], UUID], receiver: Receiver, user_id: UUID
) -> None:
    receiver.answers = [503, 302]
    with session(engine) as db:
        complete(db, job_id := submit())

    assert deliver_due(engine) == 1
    [waiting] = deliveries(engine)
    assert (waiting.status, waiting.attempts) == (DeliveryStatus.PENDING, 1)
    assert waiting.last_error == "The server answered 503"
    assert deliver_due(engine) == 0, "it is not due yet"

    make_due(engine)
    deliver_due(engine)
    assert deliveries(engine)[0].last_error == "The server answered 302, and redirects are not followed"
    make_due(engine)
    deliver_due(engine)
    [delivered] = deliveries(engine)
    assert (delivered.status, delivered.attempts, delivered.last_error) == (DeliveryStatus.DELIVERED, 3, None)
    assert delivered.delivered_at is not None
    make_due(engine)
    assert deliver_due(engine) == 0

    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert len({call.body for call in receiver.calls}) == 1
    assert [call.path for call in receiver.calls] == ["/hook?token=1"] * 3
    told = [Webhook(secret_of(user_id)).verify(call.body, call.headers) for call in receiver.calls]
    assert told[0]["type"] == "generation.completed"
    assert told[0]["data"]["generation_id"] == str(job_id)
    assert told[0]["data"]["status"] == "completed"


def test_another_session_s_secret_does_not_fit(
    engine: Engine, submit: Callable[[], UUID], receiver: Receiver
) -> None:
    with session(engine) as db:
        complete(db, submit())
        other = open_session(db)[0].id
    deliver_due(engine)
    [call] = receiver.calls
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(other)).verify(call.body, call.headers)


def test_the_end_and_its_telling_are_one_transaction(engine: Engine, submit: Callable[[], UUID]) -> None:
    job_id = submit()
    with suppress(KeyboardInterrupt), session(engine) as db:
        complete(db, job_id)
        raise KeyboardInterrupt
    assert deliveries(engine) == []
    with session(engine) as db:
        assert jobs.lock_job(db, job_id).status is JobStatus.PENDING


def _send_and_tell_nobody(url: str) -> None:
    """Sends what is due and never comes to mark it: the receiver has it when the process is killed."""
    deliver_due(create_engine(url))


def test_killed_between_sending_and_marking_it_is_sent_again(
    engine: Engine, database_url: str, submit: Callable[[], UUID], receiver: Receiver
) -> None:
    with session(engine) as db:
        complete(db, submit())
    receiver.hold.clear()
    process = multiprocessing.get_context("fork").Process(target=_send_and_tell_nobody, args=(database_url,))
    process.start()
    assert receiver.arrived.wait(30)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    receiver.hold.set()

    [left] = deliveries(engine)
    assert (left.status, left.attempts, left.last_error) == (DeliveryStatus.PENDING, 1, None)
    assert deliver_due(engine) == 0, "another process might still be at it"
    make_due(engine)
    assert deliver_due(engine) == 1
    [delivered] = deliveries(engine)
    assert (delivered.status, delivered.attempts) == (DeliveryStatus.DELIVERED, 2)
    first, second = receiver.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_two_processes_send_one_call(engine: Engine, submit: Callable[[], UUID], receiver: Receiver) -> None:
    with session(engine) as db:
        complete(db, submit())
    with session(engine) as one, session(engine) as other:
        assert len(sending.take_due(one)) == 1
        assert sending.take_due(other) == []


def test_after_the_last_try_it_is_given_up(
    engine: Engine, submit: Callable[[], UUID], receiver: Receiver
) -> None:
    tries = len(RETRIES_AFTER) + 1
    receiver.answers = [500] * tries
    with session(engine) as db:
        complete(db, submit())
    for _ in range(tries):
        make_due(engine)
        assert deliver_due(engine) == 1
    [failed] = deliveries(engine)
    assert (failed.status, failed.attempts) == (DeliveryStatus.FAILED, tries)
    make_due(engine)
    assert deliver_due(engine) == 0


@pytest.mark.parametrize(("name", "taken"), [("localhost", True), ("shop.example.com", False)])
def test_the_certificate_must_be_for_the_name_though_the_address_is_pinned(
    name: str, taken: bool, engine: Engine, submit: Callable[[], UUID], tmp_path: Path
) -> None:
    certificate = self_signed(name, tmp_path / "server.pem")
    with receiving(certificate) as receiver:
        delivery = WebhookDelivery(job_id=submit(), session_id=uuid4(), payload={}, url=receiver.url)
        trusting = ssl.create_default_context(cafile=certificate)

        async def sent() -> sending.NotTaken | None:
            async with httpx.AsyncClient(verify=trusting, trust_env=False) as client:
                return await sending.send(client, delivery)

        fault = asyncio.run(sent())
    assert receiver.url.startswith("https://localhost:")
    assert (fault is None) is taken
    assert len(receiver.calls) == (1 if taken else 0)
    if not taken:
        assert "certificate" in str(fault)


def test_gone_is_the_end_of_it(engine: Engine, submit: Callable[[], UUID], receiver: Receiver) -> None:
    receiver.answers = [410]
    with session(engine) as db:
        complete(db, submit())
    deliver_due(engine)
    assert [(each.status, each.attempts) for each in deliveries(engine)] == [(DeliveryStatus.FAILED, 1)]


def test_nothing_is_sent_to_private_addresses_elsewhere(
    engine: Engine,
    submit: Callable[[], UUID],
    receiver: Receiver,
    surroundings: pytest.MonkeyPatch,
) -> None:
    with session(engine) as db:
        complete(db, submit())
    surroundings.setenv("ENVIRONMENT", "prod")
    surroundings.setenv("SECRET_KEY", "k" * 32)
    settings.cache_clear()
    deliver_due(engine)
    assert receiver.calls == []
    assert "its scheme is http, not https" in str(deliveries(engine)[0].last_error)


def test_what_becomes_due_is_sent_beside_the_requests(
    engine: Engine, submit: Callable[[], UUID], receiver: Receiver
) -> None:
    sender = Deliveries()
    sender.start()
    try:
        with session(engine) as db:
            complete(db, submit())
        until(lambda: [each.status for each in deliveries(engine)] == [DeliveryStatus.DELIVERED])
    finally:
        sender.stop()
    assert not sender.is_alive()
    assert len(receiver.calls) == 1


@pytest.mark.parametrize(
    ("end", "event", "status"),
    [
        (lambda db, job: jobs.cancel(db, job), "generation.cancelled", "cancelled"),
        (
            lambda db, job: jobs.fail(db, job, "disk_full", "It is full", "Free some"),
            "generation.failed",
            "failed",
        ),
    ],
)
def test_the_other_ends_are_told_too(
    engine: Engine, submit: Callable[[], UUID], end: Callable[..., Any], event: str, status: str
) -> None:
    with session(engine) as db:
        end(db, submit())
    [told] = deliveries(engine)
    assert (told.event, told.payload["type"], told.payload["data"]["status"]) == (event, event, status)
    error = told.payload["data"]["error"]
    assert error == ({"code": "disk_full", "message": "It is full", "remedy": "Free some"} if error else None)


def test_what_goes_on_by_itself_has_not_failed(engine: Engine, submit: Callable[[], UUID]) -> None:
    with session(engine) as db:
        jobs.fail(db, submit(), jobs.INTERRUPTED, "Its process ended", "Run it again")
    assert deliveries(engine) == []


def test_who_asked_for_none_gets_none(engine: Engine, user_id: UUID) -> None:
    with session(engine) as db:
        job, _ = generations.submit(db, user_id, GenerationCreate(prompt="A red kettle"), None)
        complete(db, job.id)
    assert deliveries(engine) == []


def test_the_address_decides_nothing_of_the_film_and_is_kept_apart(
    engine: Engine, submit: Callable[[], UUID], receiver: Receiver
) -> None:
    plain = GenerationCreate(prompt="A red kettle at dawn")
    assert fingerprint(plain) == fingerprint(plain.model_copy(update={"webhook_url": receiver.url}))
    with session(engine) as db:
        job = jobs.lock_job(db, submit())
        assert job.webhook_url == receiver.url
        assert "webhook_url" not in job.parameters


def test_the_schedule_grows_over_hours_and_ends() -> None:
    waits = [next_try(attempts) for attempts in range(1, len(RETRIES_AFTER) + 1)]
    assert waits == sorted(waits, key=lambda wait: wait or timedelta.max)
    assert sum(RETRIES_AFTER, timedelta()) > timedelta(hours=24)
    assert next_try(len(RETRIES_AFTER) + 1) is None


@pytest.mark.parametrize("status", [200, 202, 204])
def test_it_is_taken(status: int) -> None:
    assert verdict(status) is None


@pytest.mark.parametrize(
    ("status", "final"), [(301, False), (400, False), (404, False), (410, True), (503, False)]
)
def test_it_is_not_taken(status: int, final: bool) -> None:
    fault = verdict(status)
    assert fault is not None
    assert fault.final is final


def test_the_api_shows_where_it_stands(client: httpx.Client, engine: Engine, receiver: Receiver) -> None:
    asked = {"prompt": "A red kettle at dawn", "webhook_url": receiver.url}
    job = client.post("/api/v1/generations", json=asked).raise_for_status().json()
    assert (job["webhook_url"], job["webhook_deliveries"]) == (receiver.url, [])
    client.post(f"/api/v1/generations/{job['id']}/cancel").raise_for_status()
    receiver.answers = [500]
    deliver_due(engine)
    [shown] = client.get(f"/api/v1/generations/{job['id']}").json()["webhook_deliveries"]
    assert (shown["event"], shown["status"], shown["attempts"]) == ("generation.cancelled", "pending", 1)
    assert shown["last_error"] == "The server answered 500"
    assert shown["next_attempt_at"] is not None
    make_due(engine)
    deliver_due(engine)
    [shown] = client.get(f"/api/v1/generations/{job['id']}").json()["webhook_deliveries"]
    assert (shown["status"], shown["next_attempt_at"]) == ("delivered", None)
    secret = client.get("/api/v1/webhooks/secret").raise_for_status().json()["secret"]
    call = receiver.calls[-1]
    assert call.headers["webhook-id"] == shown["id"]
    assert Webhook(secret).verify(call.body, call.headers)["data"]["generation_id"] == job["id"]


@pytest.mark.parametrize("url", ["https://user:x@example.com/", "gopher://example.com/", "", "x" * 2001])
def test_a_bad_address_is_refused_and_nothing_is_begun(client: httpx.Client, url: str) -> None:
    answer = client.post("/api/v1/generations", json={"prompt": "A red kettle", "webhook_url": url})
    assert answer.status_code == 422
    assert client.get("/api/v1/generations").json()["items"] == []


def test_records_are_told_with_the_film(engine: Engine, submit: Callable[[], UUID]) -> None:
    job_id = submit()
    with session(engine) as db:
        for status in WAY[:-1]:
            jobs.advance(db, job_id, status)
        version = records.begin_composition(db, job_id, {})
        film = records.Film(
            storage_key="a",
            thumbnail_key="b",
            contact_sheet_key="c",
            timeline={},
            width=720,
            height=720,
            frames=450,
            duration_seconds=15.0,
            loudness_lufs=None,
            true_peak_dbtp=None,
            size_bytes=4,
            sha256="ab" * 32,
        )
        records.finish_composition(db, version.id, film)
        jobs.advance(db, job_id, JobStatus.COMPLETED)
    [told] = deliveries(engine)
    assert told.payload["data"]["composition"] == {
        "id": str(version.id),
        "version": 1,
        "duration_s": 15.0,
        "width": 720,
        "height": 720,
        "size_bytes": 4,
        "sha256": "ab" * 32,
    }
