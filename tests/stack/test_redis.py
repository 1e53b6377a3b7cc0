"""The embedded Redis keeps what it had, lets in only who knows its password, and listens on loopback."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from redis import AuthenticationError, Redis

from stack.redis import embedded_redis, redis_url
from stack.shared_process import Endpoint, SharedProcess


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SharedProcess]:
    service = embedded_redis(tmp_path)
    yield service
    service.stop()


def client(service: SharedProcess, endpoint: Endpoint) -> Redis:
    return Redis.from_url(redis_url(service.home, endpoint.port), decode_responses=True)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_written_outlives_its_process(service: SharedProcess, end: signal.Signals) -> None:
    endpoint = service.acquire()
    with client(service, endpoint) as redis:
        redis.set("progress", "40 %")
    os.kill(endpoint.pid, end)
    psutil.wait_procs([psutil.Process(endpoint.pid)], timeout=10)
    with client(service, service.acquire()) as redis:
        assert redis.get("progress") == "40 %"


def test_nobody_gets_in_without_the_password(service: SharedProcess) -> None:
    endpoint = service.acquire()
    with Redis(port=endpoint.port) as stranger, pytest.raises(AuthenticationError):
        stranger.ping()
    password = urlsplit(redis_url(service.home, endpoint.port)).password
    assert password
    assert password not in " ".join(psutil.Process(endpoint.pid).cmdline())


def test_it_listens_on_loopback_and_never_evicts(service: SharedProcess) -> None:
    endpoint = service.acquire()
    listening = psutil.Process(endpoint.pid).net_connections("inet")
    assert {connection.laddr.ip for connection in listening if not connection.raddr} == {"127.0.0.1"}
    with client(service, endpoint) as redis:
        assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
