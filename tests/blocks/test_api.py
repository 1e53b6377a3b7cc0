"""The API as verification meets it, against a server on loopback that answers as it is told."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from blocks.api import Api, ApiDeadline, ApiError, ApiUnavailable, FilmFailed, OrderRefused
from blocks.ecs import Addresses, EcsService
from media.probe import Expectation

pytestmark = pytest.mark.anyio

JOB = {
    "id": "3f6c0000-0000-4000-8000-000000000001",
    "status": "completed",
    "progress": 100,
    "composition_id": "c1",
}
HEALTHY = {"status": "healthy", "version": "1"}


class Told:
    """A server whose answers are given by path; a list is answered in turn, the last again and again."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, str, str | None]] = []
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                told.asked.append((self.command, self.path, self.headers["Authorization"]))
                answer = told.answers.get(self.path, (404, {}))
                if isinstance(answer, list):
                    answer = answer.pop(0) if len(answer) > 1 else answer[0]
                status, body = answer
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                self.do_GET()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def told() -> Iterator[Told]:
    made = Told()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


async def test_health(told: Told) -> None:
    told.answers["/health"] = (200, HEALTHY)
    found = await Api(url=told.url).health()
    assert (found.status, found.version, found.checks) == ("healthy", "1", {})


async def test_an_unhealthy_part_is_told_not_raised(told: Told) -> None:
    checks = {"database": {"status": "failed", "detail": "no answer"}}
    told.answers["/health/detailed"] = (503, {"status": "unhealthy", "version": "1", "checks": checks})
    found = await Api(url=told.url).detailed_health()
    assert (found.status, found.checks) == ("unhealthy", checks)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((503, b"no server is available"), ApiUnavailable),
        ((502, b""), ApiUnavailable),
        ((429, {}), ApiUnavailable),
        ((404, {}), ApiError),
        ((500, {}), ApiError),
        ((401, {}), ApiError),
    ],
)
async def test_what_goes_wrong(told: Told, answer: tuple[int, Any], kind: type[ApiError]) -> None:
    told.answers["/health"] = answer
    with pytest.raises(ApiError) as caught:
        await Api(url=told.url).health()
    assert type(caught.value) is kind
    assert caught.value.transient is (kind is ApiUnavailable)


async def test_nobody_answers(told: Told) -> None:
    with pytest.raises(ApiUnavailable, match="/health"):
        await Api(url="http://127.0.0.1:1").health()


def service(monkeypatch: pytest.MonkeyPatch, *addresses: Addresses) -> EcsService:
    monkeypatch.setattr(EcsService, "addresses", lambda _: addresses)
    return EcsService(cluster="c", service="backend", family="f", container="b", log_group="/l")


def at(private: str, public: str | None, healthy: bool) -> Addresses:
    return Addresses(task_arn="arn:t", private=private, public=public, healthy=healthy)


async def test_a_task_is_looked_up_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    ill, well = at("10.0.0.1", "198.51.100.1", False), at("10.0.0.2", "198.51.100.2", True)
    api = Api(service=service(monkeypatch, ill, well), port=8000)
    assert api.url() == "http://198.51.100.2:8000"
    service(monkeypatch, ill)
    assert api.url() == "http://198.51.100.1:8000"
    service(monkeypatch, at("10.0.0.3", None, True))
    assert api.url() == "http://10.0.0.3:8000"
    service(monkeypatch)
    with pytest.raises(ApiUnavailable, match="no task of backend runs"):
        api.url()


def test_it_is_at_one_place() -> None:
    with pytest.raises(ValueError, match="either"):
        Api()


@pytest.fixture
def ordered(told: Told) -> Callable[..., None]:
    """Has the server make a film."""

    def answer(*jobs: dict[str, Any], content: bytes = b"no film", sha256: str | None = None) -> None:
        path = f"/api/v1/generations/{JOB['id']}"
        told.answers |= {
            "/api/v1/sessions": (201, {"id": "s", "token": "rf_token"}),
            "/api/v1/generations": (202, JOB | {"status": "pending", "progress": 0}),
            path: [(200, JOB | job) for job in jobs] if jobs else (200, JOB),
            f"{path}/cancel": (202, JOB),
            "/api/v1/compositions/c1/download": (
                200,
                {
                    "url": f"{told.url}/media/film.mp4?signature=x",
                    "size_bytes": len(content),
                    "sha256": sha256 or hashlib.sha256(content).hexdigest(),
                },
            ),
            "/media/film.mp4?signature=x": (200, content),
        }

    return answer


async def test_a_film_that_fails_says_why(told: Told, ordered: Callable[..., None], tmp_path: Path) -> None:
    ordered({"status": "failed", "error": {"message": "The disk is full."}})
    with pytest.raises(FilmFailed, match="The disk is full"):
        await Api(url=told.url).film(tmp_path, deadline_s=10)


@pytest.mark.parametrize(
    ("status", "code", "switched_off"), [(503, "pipeline_disabled", True), (507, "quota_reached", False)]
)
async def test_an_operator_who_takes_no_films_is_no_fault_that_passes(
    told: Told, ordered: Callable[..., None], tmp_path: Path, status: int, code: str, switched_off: bool
) -> None:
    ordered()
    problem = {"code": code, "detail": "enough is enough", "remedy": "Ask the operator."}
    told.answers["/api/v1/generations"] = (status, problem)
    with pytest.raises(OrderRefused, match="enough is enough") as refused:
        await Api(url=told.url).film(tmp_path, deadline_s=10)
    assert refused.value.switched_off is switched_off
    assert not refused.value.transient


async def test_what_the_api_says_of_a_fault_is_told(told: Told) -> None:
    told.answers["/health"] = (500, {"detail": "The disk is full.", "remedy": "Free some."})
    with pytest.raises(ApiError, match=r"answers 500 Internal Server Error: The disk is full"):
        await Api(url=told.url).health()


async def test_a_film_that_takes_too_long_is_cancelled(
    told: Told, ordered: Callable[..., None], tmp_path: Path
) -> None:
    ordered({"status": "generating", "progress": 30})
    seen: list[tuple[str, int]] = []
    with pytest.raises(ApiDeadline, match="generating, 30 %"):
        await Api(url=told.url).film(
            tmp_path, deadline_s=0, on_progress=lambda status, done: seen.append((status, done))
        )
    assert seen == [("generating", 30)]
    assert told.asked[-1][:2] == ("POST", f"/api/v1/generations/{JOB['id']}/cancel")


async def test_a_film_with_another_checksum_is_refused(
    told: Told, ordered: Callable[..., None], tmp_path: Path
) -> None:
    ordered(sha256="0" * 64)
    with pytest.raises(FilmFailed, match="checksum"):
        await Api(url=told.url).film(tmp_path, deadline_s=10)


async def test_a_link_that_is_refused_is_told(
    told: Told, ordered: Callable[..., None], tmp_path: Path
) -> None:
    ordered()
    told.answers["/media/film.mp4?signature=x"] = (403, {"detail": "The link has expired."})
    with pytest.raises(ApiError, match="download the film: it answers 403 Forbidden"):
        await Api(url=told.url).film(tmp_path, deadline_s=10)


async def test_what_is_no_film_is_refused(told: Told, ordered: Callable[..., None], tmp_path: Path) -> None:
    ordered()
    with pytest.raises(FilmFailed, match="not what was ordered"):
        await Api(url=told.url).film(tmp_path, deadline_s=10, expected=Expectation(450, 720, 720))


async def test_the_token_goes_to_the_api_alone(
    told: Told, ordered: Callable[..., None], tmp_path: Path
) -> None:
    ordered()
    with pytest.raises(FilmFailed):
        await Api(url=told.url).film(tmp_path, deadline_s=10)
    sent = {path: token for _, path, token in told.asked}
    assert sent["/api/v1/generations"] == "Bearer rf_token"
    assert sent["/media/film.mp4?signature=x"] is None


async def test_a_task_that_is_replaced_meanwhile_is_waited_for(
    told: Told, ordered: Callable[..., None], tmp_path: Path
) -> None:
    ordered()
    path = f"/api/v1/generations/{JOB['id']}"
    told.answers[path] = [(502, {}), (200, JOB | {"status": "failed"})]
    with pytest.raises(FilmFailed, match="it was failed"):
        await Api(url=told.url).film(tmp_path, deadline_s=10)
