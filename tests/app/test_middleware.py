"""Ids, log lines, measurements and security headers, on every answer that leaves."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.responses import HTMLResponse, StreamingResponse
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY
from starlette.websockets import WebSocketDisconnect
from structlog.contextvars import bind_contextvars
from structlog.testing import capture_logs

from app import middleware, problems

Lines = list[Any]

pytestmark = pytest.mark.usefixtures("unheard")


def _application() -> FastAPI:
    app = FastAPI()
    problems.install(app)
    noun = APIRouter(prefix="/things")

    @noun.get("/{thing}")
    def thing(thing: str) -> str:
        bind_contextvars(session_id="a-session")
        return thing

    @noun.get("/{thing}/broken")
    def broken(thing: str) -> str:
        raise RuntimeError("unexpected")

    @noun.get("/{thing}/breaks-off")
    def breaks_off(thing: str) -> StreamingResponse:
        def chunks() -> Iterator[bytes]:
            yield b"first"
            raise RuntimeError("in the middle")

        return StreamingResponse(chunks())

    @app.get("/page", response_class=HTMLResponse)
    def page() -> str:
        return "<p>Hello</p>"

    @app.get("/own-policy")
    def own_policy() -> HTMLResponse:
        own = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}
        return HTMLResponse("<p>", headers=own)

    @app.get("/health")
    def health() -> str:
        return "healthy"

    @app.websocket("/ws/{thing}")
    async def socket(socket: WebSocket, thing: str) -> None:
        if thing == "refused":
            await socket.close(4404)
            return
        await socket.accept()
        await socket.send_json(_sample("reelflow_open_sockets"))
        await socket.receive_text()
        await socket.close(1000)

    async def mounted(scope: Any, receive: Any, send: Any) -> None:
        await HTMLResponse("static")(scope, receive, send)

    api = APIRouter(prefix="/api/v1")
    api.include_router(noun)
    app.include_router(api)
    app.mount("/static", mounted)
    middleware.install(app)
    return app


def _sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def _requests(method: str, route: str, status: str) -> float:
    return _sample("reelflow_http_requests_total", method=method, route=route, status=status)


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(_application()) as client:
        yield client


@pytest.mark.parametrize("given", ["3f6c-0e7e", "a" * 128, "Root=1-67891233-abcdef"])
def test_a_sane_id_is_kept(client: TestClient, given: str) -> None:
    assert client.get("/api/v1/things/1", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a" * 129, "two words", 'x"y', "x\ty", "<b>"])
def test_another_id_is_replaced(client: TestClient, given: str) -> None:
    answered = client.get("/api/v1/things/1", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert len(answered) == 32
    assert answered != given


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/things/1/broken", 500), ("/nowhere", 404), ("/page", 200)]
)
def test_every_answer_has_an_id_and_the_security_headers(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["X-Request-ID"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_an_unexpected_error_is_answered_and_logged_once(client: TestClient) -> None:
    with capture_logs() as lines:
        answer = client.get("/api/v1/things/1/broken")
    assert answer.json()["code"] == "internal_error"
    assert [line["event"] for line in lines] == ["unexpected error", "request"]


def test_an_answer_that_breaks_off_is_not_passed_for_a_whole_one(client: TestClient) -> None:
    with pytest.raises(RuntimeError, match="in the middle"):
        client.get("/api/v1/things/1/breaks-off")


def test_pages_have_a_policy_and_may_bring_their_own(client: TestClient) -> None:
    assert "script-src 'self'" in client.get("/page").headers["Content-Security-Policy"]
    own = client.get("/own-policy").headers
    assert own.get_list("Content-Security-Policy") == ["default-src 'none'"]
    assert own.get_list("X-Content-Type-Options") == ["nosniff"]
    assert "Content-Security-Policy" not in client.get("/api/v1/things/1").headers


def test_the_log_line_says_all_but_the_query(client: TestClient) -> None:
    with capture_logs() as lines:
        client.get("/api/v1/things/1?signature=c4nary", headers={"X-Request-ID": "an-id"})
    [line] = lines
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/things/1", 200)
    assert line["duration_ms"] >= 0
    assert "c4nary" not in str(line)


def test_health_is_not_in_the_log(client: TestClient) -> None:
    with capture_logs() as lines:
        client.get("/health")
    assert [line["log_level"] for line in lines] == ["debug"]


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/api/v1/things/1", "/api/v1/things/{thing}", "200"),
        ("GET", "/api/v1/things/2", "/api/v1/things/{thing}", "200"),
        ("GET", "/api/v1/things/1/broken", "/api/v1/things/{thing}/broken", "500"),
        ("GET", "/health", "/health", "200"),
        ("GET", "/static/any/file.js", "/static/{path}", "200"),
        ("GET", "/made/up/by/a/scanner", "unmatched", "404"),
    ],
)
def test_requests_are_counted_by_template(
    client: TestClient, method: str, path: str, route: str, status: str
) -> None:
    before = _requests(method, route, status)
    client.request(method, path)
    assert _requests(method, route, status) == before + 1
    assert _sample("reelflow_http_request_duration_seconds_count", method=method, route=route) >= 1
    assert _sample("reelflow_http_requests_in_flight") == 0


def test_made_up_methods_and_paths_make_no_series(client: TestClient) -> None:
    client.request("BREW", "/first")
    before = len(list(REGISTRY.collect()))
    series = {tuple(sample.labels.items()) for metric in REGISTRY.collect() for sample in metric.samples}
    for number in range(20):
        client.request(f"BREW{number}", f"/{number}")
    after = {tuple(sample.labels.items()) for metric in REGISTRY.collect() for sample in metric.samples}
    assert (len(list(REGISTRY.collect())), after) == (before, series)


def test_open_sockets_are_counted_and_logged(client: TestClient) -> None:
    with capture_logs() as lines, client.websocket_connect("/ws/1") as socket:
        assert socket.receive_json() == 1
        socket.send_text("enough")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()
    assert _sample("reelflow_open_sockets") == 0
    assert [line["event"] for line in lines] == ["socket opened", "socket closed"]
    assert lines[1]["code"] == 1000


def test_a_refused_socket_was_never_open(client: TestClient) -> None:
    with capture_logs() as lines, pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws/refused"):
        pass
    assert [(line["event"], line["code"]) for line in lines] == [("socket refused", 4404)]
    assert _sample("reelflow_open_sockets") == 0
