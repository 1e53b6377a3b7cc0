"""Everything a command needs around it: what is configured is used, the rest is embedded."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stack import application, postgres, prefect_server, redis
from stack.foreground import Foreground
from stack.shared_process import Endpoint, SharedProcess


@dataclass(frozen=True)
class Addresses:
    """Where the parts are reached.

    Attributes:
        database_url: SQLAlchemy URL of PostgreSQL.
        prefect_api_url: Prefect's API, with the `/api` at its end.
        redis_url: Redis, with its password and database number.
        embedded: those of them that run here, each after what it needs.
    """

    database_url: str
    prefect_api_url: str
    redis_url: str
    embedded: tuple[SharedProcess, ...] = ()

    @property
    def prefect_page_url(self) -> str:
        return prefect_server.page_url(self.prefect_api_url)

    def environment(self) -> dict[str, str]:
        """The environment variables by which this process and its children find the parts."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PREFECT_API_URL": self.prefect_api_url,
            "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        }


@contextmanager
def embedded_stack(
    home: Path, *, database_url: str | None, prefect_api_url: str | None, redis_url: str | None
) -> Iterator[Addresses]:
    """Starts what isn't configured, sets the environment, and stops what it started.

    Services already running for the same `home` are shared, and outlive this user while they
    have another.

    Args:
        home: state directory; made if missing.
        database_url: a PostgreSQL to use instead of the embedded one.
        prefect_api_url: a Prefect server to use instead of the embedded one.
        redis_url: a Redis to use instead of the embedded one.

    Raises:
        ServiceFailed: a service did not come up.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    embedded = []
    if database_url is None:
        embedded.append(postgres.embedded_postgres(home))
    if prefect_api_url is None:
        embedded.append(prefect_server.embedded_prefect(home))
    if redis_url is None:
        embedded.append(redis.embedded_redis(home))
    with _running(embedded) as endpoints:
        if database_url is None:
            database_url = postgres.database_url(home, endpoints["postgres"].port)
        if prefect_api_url is None:
            prefect_api_url = prefect_server.api_url(endpoints["prefect"].port)
            prefect_server.mark_prepared(home)
        if redis_url is None:
            redis_url = redis.redis_url(home, endpoints["redis"].port)
        addresses = Addresses(database_url, prefect_api_url, redis_url, tuple(embedded))
        os.environ.update(addresses.environment())
        yield addresses


@contextmanager
def prefect_alone(home: Path, *, prefect_api_url: str | None) -> Iterator[str]:
    """Starts Prefect's server if none is configured, sets the environment, and stops what it started.

    Args:
        home: state directory; made if missing.
        prefect_api_url: a Prefect server to use instead of the embedded one.

    Yields:
        Prefect's API, with the `/api` at its end.

    Raises:
        ServiceFailed: it did not come up.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    embedded = [] if prefect_api_url else [prefect_server.embedded_prefect(home)]
    with _running(embedded) as endpoints:
        if not prefect_api_url:
            prefect_api_url = prefect_server.api_url(endpoints["prefect"].port)
            prefect_server.mark_prepared(home)
        os.environ["PREFECT_API_URL"] = prefect_api_url
        os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "false"
        yield prefect_api_url


def stop_all(home: Path) -> list[str]:
    """Stops all that runs for a state directory, whoever uses it; returns the names of what ran."""
    home = home.resolve()
    stopped = ["up"] if Foreground(home).end() else []
    for service in (
        application.embedded_api(home),
        application.embedded_worker(home),
        application.embedded_deployer(home),
        prefect_server.embedded_prefect(home),
        redis.embedded_redis(home),
        postgres.embedded_postgres(home),
    ):
        if service.running():
            stopped.append(service.name)
        service.stop()
    return stopped


@contextmanager
def _running(services: Sequence[SharedProcess]) -> Iterator[dict[str, Endpoint]]:
    """The services, started side by side, with one lease on each."""
    try:
        with ThreadPoolExecutor(max_workers=max(1, len(services))) as pool:
            starting = {service.name: pool.submit(service.acquire) for service in services}
        yield {name: future.result() for name, future in starting.items()}
    finally:
        # All of them: where one fails, the others have come up.
        with ThreadPoolExecutor(max_workers=max(1, len(services))) as pool:
            for service in services:
                pool.submit(service.release)
