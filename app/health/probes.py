"""How each part is looked at. What is found may be read by anybody, so it names no address."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import psycopg
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import WorkPoolStatus
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import get_current_settings

from app import migrate
from app.database import DatabaseUnavailable, lone_connection
from app.deadline import OneThread
from app.dispatch import DEPLOYMENT
from app.health.examination import Probe, failed, ok, skipped
from app.redis import RedisUnavailable, reachable, redis_client
from app.schemas.health import Check
from app.settings import settings
from app.shared import Shared
from app.store import media_store
from blocks.media_store import (
    AccessDenied,
    StoreError,
    StoreFull,
    StoreMissing,
    StoreUnavailable,
)

# Replicate counts requests.
REPLICATE_EVERY_S = 30.0
HTTP_TIMEOUT_S = 2.0

_STORE_FAULTS: tuple[tuple[type[StoreError], Check], ...] = (
    (StoreMissing, failed("There is no such bucket.", "Create it, or correct MEDIA_URL.")),
    (AccessDenied, failed("It refuses access.", "Check the credentials and their rights to the media.")),
    (StoreFull, failed("It is full.", "Make room, or raise its quota.")),
    (StoreUnavailable, failed("It can't be reached.", "Check that it runs and that MEDIA_URL names it.")),
    (StoreError, failed("It can't be used.", "Check MEDIA_URL; the log of this server says more.")),
)


def probes() -> Mapping[str, Probe]:
    """A look at each part, by its name. What is configured is read when they are used."""
    return {
        "database": database,
        "migrations": migrations,
        "redis": redis,
        "s3": media_probe(),
        "prefect": prefect,
        "replicate_api": Shared(replicate_api, REPLICATE_EVERY_S),
    }


async def database() -> Check:
    """PostgreSQL answers a query."""
    try:
        async with lone_connection() as connection:
            await connection.execute("SELECT 1")
    except DatabaseUnavailable:
        return failed("No usable address of it is configured.", "Set DATABASE_URL.")
    except psycopg.Error:
        # Why it failed to connect is only in words, and they name the server.
        return failed(
            "No connection to it can be had.",
            "Check that the server runs, and that DATABASE_URL names it, its database and a user of it.",
        )
    return ok("It answers.")


async def migrations() -> Check:
    """The schema is one that this code can work with.

    Steps that contract wait until the roll-out of this release is over, and a newer schema is what the
    roll-out of the next one begins with: neither is a fault.
    """
    try:
        async with lone_connection() as connection:
            version = await _schema_version(connection)
    except (DatabaseUnavailable, psycopg.OperationalError):
        return skipped("The database can't be asked.")
    try:
        pending = migrate.behind(version)
    except migrate.UnknownRevision:
        if version is not None and migrate.ahead(version):
            return ok(f"The schema is at {version}, ahead of this release.")
        return failed(
            "The schema is at a version that this release does not know.",
            "Run the release that made it, or restore a snapshot from before it.",
        )
    if any(step.phase == "expand" for step in pending):
        return failed(
            f"The schema is at {version or 'nothing'}, with {_steps(len(pending))} to go.",
            "Run the migrations of this release.",
        )
    if pending:
        return ok(f"The schema is at {version}; {_steps(len(pending))} after the roll-out to go.")
    return ok(f"The schema is at {version}, and nothing is pending.")


async def redis() -> Check:
    """Redis answers."""
    try:
        with reachable():
            await redis_client().ping()
    except RedisUnavailable:
        return failed("It can't be used.", "Check that the server runs and that REDIS_URL names it.")
    return ok("It answers.")


def media_probe() -> Probe:
    """The media store can be used, whichever it is."""
    look = OneThread(lambda: media_store().impatient().check())

    async def s3() -> Check:
        try:
            await look()
        except StoreError as fault:
            return next(check for kind, check in _STORE_FAULTS if isinstance(fault, kind))
        return ok("It can be used.")

    return s3


async def prefect() -> Check:
    """Prefect answers, the deployment of films is there, and a worker waits for its runs."""
    # Without an address Prefect's client would start a server of its own.
    if get_current_settings().api.url is None:
        return failed("No address of it is configured.", "Set PREFECT_API_URL.")
    try:
        async with get_client(httpx_settings={"timeout": HTTP_TIMEOUT_S}) as client:
            return await _film_deployment(client)
    except PrefectHTTPStatusError as fault:
        return failed(
            f"It answers with status {fault.response.status_code}.", "See the log of Prefect's server."
        )
    except httpx.HTTPError:
        return failed("It can't be reached.", "Check that the server runs and that PREFECT_API_URL names it.")


async def replicate_api() -> Check:
    """Replicate takes our token."""
    here = settings()
    if here.replicate_api_token is None:
        return skipped("No token is configured: the built-in planner and clip source serve.")
    token = here.replicate_api_token.get_secret_value()
    try:
        async with httpx.AsyncClient(base_url=here.replicate_api_url, timeout=HTTP_TIMEOUT_S) as client:
            answer = await client.get("/v1/account", headers={"Authorization": f"Bearer {token}"})
    except httpx.HTTPError:
        return failed("It can't be reached.", "Check the way out to the internet, or wait.")
    if answer.status_code in (401, 403):
        return failed("It refuses the token.", "Set REPLICATE_API_TOKEN to one that is valid.")
    if not answer.is_success:
        return failed(f"It answers with status {answer.status_code}.", "Wait; films are taken up again.")
    return ok("It takes the token.")


async def _film_deployment(client: PrefectClient) -> Check:
    if await client.api_healthcheck() is not None:
        return failed("It can't be reached.", "Check that the server runs and that PREFECT_API_URL names it.")
    try:
        deployment = await client.read_deployment_by_name(DEPLOYMENT)
        pool = await client.read_work_pool(deployment.work_pool_name or "")
    except ObjectNotFound:
        return failed(f"It has no deployment {DEPLOYMENT} with a work pool.", "Apply prefect.yaml to it.")
    if deployment.paused or pool.is_paused:
        return failed(f"{DEPLOYMENT} or its work pool is paused.", "Resume it on Prefect's page.")
    if pool.status is not WorkPoolStatus.READY:
        return failed(
            f"No worker is online in the work pool {pool.name}.",
            f"Start one: prefect worker start --pool {pool.name}",
        )
    return ok(f"It answers, and a worker waits for runs of {DEPLOYMENT}.")


async def _schema_version(connection: psycopg.AsyncConnection) -> str | None:
    try:
        row = await (await connection.execute("SELECT version_num FROM alembic_version")).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return row[0] if row else None


def _steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"
