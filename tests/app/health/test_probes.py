"""Each part, there and taken away: PostgreSQL, Redis, S3, a directory, Prefect, and an HTTP server."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.settings import PREFECT_API_URL, temporary_settings
from sqlalchemy import Engine, text

from app import migrate
from app.dispatch import DEPLOYMENT
from app.health import probes
from app.health.examination import Examination, Probe
from app.schemas.health import Check
from stack.shared_process import free_port
from tests.app.black_hole import BlackHole, socket_of, through
from tests.app.health.conftest import Configure

AWS: dict[str, Any] = {
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
    "region_name": "us-east-1",
}
READY_FOR_QUERY = b"Z\x00\x00\x00\x05"


def _look(probe: Probe) -> Check:
    return asyncio.run(probe())


def test_the_database_answers(configure: Configure, database_url: str) -> None:
    configure(database_url=database_url)
    assert _look(probes.database).status == "ok"
    assert _look(probes.migrations).detail.endswith("nothing is pending.")


def test_no_database(configure: Configure) -> None:
    assert _look(probes.database).status == "failed"
    for url in (f"postgresql://me:c4nary@127.0.0.1:{free_port()}/none", "mysql://x"):
        configure(database_url=url)
        check = _look(probes.database)
        assert check.status == "failed"
        assert not {"c4nary", "127.0.0.1"} & set(check.detail.split())
        assert _look(probes.migrations).status == "skipped"


def test_a_database_that_is_not_there(configure: Configure, database_url: str) -> None:
    configure(database_url=database_url.replace("/test_", "/no_such_"))
    assert _look(probes.database).status == "failed"
    assert _look(probes.migrations).status == "skipped"


def test_a_database_that_swallows_everything_piles_up_nothing(
    configure: Configure, database_url: str
) -> None:
    async def look() -> None:
        # One swallows what is asked, the other the connection itself.
        for after in (READY_FOR_QUERY, None):
            hole = BlackHole(socket_of(database_url), after=after)
            if after is None:
                hole.swallow.set()
            async with hole as port:
                configure(database_url=through(port, database_url))
                threads = threading.active_count()
                examination = Examination({"database": probes.database}, deadline_s=0.3, fresh_s=0)
                for _ in range(4):
                    hole.swallow = asyncio.Event() if after else hole.swallow
                    checks = await examination.checks()
                    assert "did not answer" in checks["database"].detail
                while hole.open:  # noqa: ASYNC110 - it is the other side that closes them
                    await asyncio.sleep(0.02)
                assert hole.swallowed
                assert threading.active_count() == threads

    asyncio.run(look())


@pytest.mark.parametrize(
    ("version", "phases", "status", "words"),
    [
        ("0000", ("expand", "expand"), "failed", "does not know"),
        ("9999", ("expand", "expand"), "ok", "ahead of this release"),
        ("garbage", ("expand", "expand"), "failed", "does not know"),
        ("0001", ("expand", "expand"), "failed", "1 step to go"),
        ("0001", ("expand", "contract"), "ok", "after the roll-out"),
        ("0002", ("expand", "contract"), "ok", "nothing is pending"),
    ],
)
def test_the_schema(
    configure: Configure,
    database_url: str,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    phases: tuple[Any, ...],
    status: str,
    words: str,
) -> None:
    configure(database_url=database_url)
    steps = tuple(migrate.Step(f"000{place}", "", phase, True) for place, phase in enumerate(phases, start=1))
    monkeypatch.setattr(migrate, "steps", lambda: steps)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    check = _look(probes.migrations)
    assert (check.status, words in check.detail) == (status, True)


def test_an_empty_database_is_behind(configure: Configure, empty_database_url: str) -> None:
    configure(database_url=empty_database_url)
    assert _look(probes.migrations).status == "failed"


def test_redis_goes_and_comes_back(configure: Configure, redis_server: Any) -> None:
    assert _look(probes.redis).status == "failed"
    configure(redis_url=redis_server.url)

    async def look() -> list[str]:
        states = [(await probes.redis()).status]
        await asyncio.to_thread(redis_server.stop)
        states.append((await probes.redis()).status)
        await asyncio.to_thread(redis_server.start)
        return [*states, (await probes.redis()).status]

    assert asyncio.run(look()) == ["ok", "failed", "ok"]


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    # The first answer takes seconds, and what is looked at here doesn't have them.
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", **AWS).list_buckets()
    yield f"http://{host}:{port}"
    server.stop()


def test_s3(configure: Configure, monkeypatch: pytest.MonkeyPatch, s3_endpoint: str) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", AWS["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", AWS["aws_secret_access_key"])
    monkeypatch.setenv("AWS_DEFAULT_REGION", AWS["region_name"])
    bucket = f"media-{uuid4().hex}"
    configure(media_url=f"s3://{bucket}/folder", s3_endpoint_url=s3_endpoint)
    look = probes.media_probe()
    assert "no such bucket" in _look(look).detail
    boto3.client("s3", endpoint_url=s3_endpoint, **AWS).create_bucket(Bucket=bucket)
    assert _look(look).status == "ok"
    configure(s3_endpoint_url=f"http://127.0.0.1:{free_port()}")
    away = _look(look)
    assert away.status == "failed"
    assert "127.0.0.1" not in away.model_dump_json()


def test_a_directory(configure: Configure, tmp_path: Path) -> None:
    configure(media_url=(tmp_path / "media").as_uri())
    look = probes.media_probe()
    assert _look(look).status == "ok"
    (tmp_path / "file").write_bytes(b"")
    configure(media_url=(tmp_path / "file" / "media").as_uri())
    broken = _look(look)
    assert broken.status == "failed"
    assert str(tmp_path) not in broken.model_dump_json()


class _Replicate(BaseHTTPRequestHandler):
    """Answers as its path's first part says, if the token is right."""

    def do_GET(self) -> None:
        right = self.headers["Authorization"] == "Bearer r8_c4nary" and self.path.endswith("/v1/account")
        self.send_response(int(self.path.split("/")[1]) if right else 418)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def replicate_url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Replicate)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ("200", "ok", "takes the token"),
        ("401", "failed", "refuses the token"),
        ("503", "failed", "status 503"),
    ],
)
def test_replicate(configure: Configure, replicate_url: str, answer: str, status: str, words: str) -> None:
    configure(replicate_api_token="r8_c4nary", replicate_api_url=f"{replicate_url}/{answer}")
    check = _look(probes.replicate_api)
    assert (check.status, words in check.detail) == (status, True)


def test_replicate_away_or_not_asked_for(configure: Configure) -> None:
    assert _look(probes.replicate_api).status == "skipped"
    configure(replicate_api_token="r8_c4nary", replicate_api_url=f"http://127.0.0.1:{free_port()}")
    assert "can't be reached" in _look(probes.replicate_api).detail


def test_no_prefect() -> None:
    with temporary_settings({PREFECT_API_URL: None}):
        assert "PREFECT_API_URL" in str(_look(probes.prefect).remedy)
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_port()}/api"}):
        assert "can't be reached" in _look(probes.prefect).detail


@pytest.mark.usefixtures("prefect_api")
def test_prefect_needs_the_deployment_and_a_worker() -> None:
    async def look() -> list[str]:
        found = [(await probes.prefect()).detail]
        async with get_client() as client:
            await _deploy(client)
            found.append((await probes.prefect()).detail)
            await client.send_worker_heartbeat("render", "a worker", heartbeat_interval_seconds=60)
            found.append((await probes.prefect()).detail)
            await client._client.patch("/work_pools/render", json={"is_paused": True})
        return [*found, (await probes.prefect()).detail]

    bare, deployed, worked, paused = asyncio.run(look())
    assert "no deployment" in bare
    assert "No worker is online" in deployed
    assert "a worker waits" in worked
    assert "paused" in paused


async def _deploy(client: PrefectClient) -> None:
    flow, name = DEPLOYMENT.split("/")
    await client.create_work_pool(WorkPoolCreate(name="render", type="process"))
    flow_id = await client.create_flow_from_name(flow)
    await client.create_deployment(flow_id=flow_id, name=name, work_pool_name="render")
