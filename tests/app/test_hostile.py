"""Requests that no client of good will sends: each is refused, soon, and nothing of it stays."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from itertools import repeat
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from app.api.webhooks import LARGEST_BODY_BYTES
from app.bodies import LARGEST_JSON_BYTES
from app.http_heads import LARGEST_HEAD_BYTES
from app.main import create_app
from app.problems import CONTENT_TYPE, MOST_ERRORS

GENERATIONS = "/api/v1/generations"
DEPTH = 5_000
TAKES_JSON = [
    path
    for path, methods in create_app().openapi()["paths"].items()
    if "application/json" in methods.get("post", {}).get("requestBody", {}).get("content", {})
]
# It is refused for its signature, once it has been read.
WEBHOOK = "/api/v1/webhooks/replicate"


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == CONTENT_TYPE
    return answer.json()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"[" * DEPTH + b"]" * DEPTH, 400, id="deep lists"),
        pytest.param(b'{"a":' * DEPTH + b"1" + b"}" * DEPTH, 400, id="deep objects"),
        pytest.param(b'{"prompt": "\xff"}', 400, id="not UTF-8"),
        pytest.param(b'{"prompt": "x", "seed": ' + b"9" * 5_000 + b"}", 400, id="a number of 5,000 digits"),
        pytest.param(b'{"prompt": "x", "seed": 1e400}', 422, id="a number without end"),
        pytest.param(b'{"prompt": "x", "seed": NaN}', 422, id="not a number"),
        pytest.param(b'{"prompt": "\\u0000 x"}', 422, id="NUL"),
        pytest.param(b'{"prompt": "\\ud800 x"}', 422, id="half a character"),
        pytest.param(b'{"prompt": "x", "\\ud800": 1}', 422, id="a field named by half a character"),
        pytest.param(b'{"prompt": "x", "\\u0000": 1}', 422, id="a field named NUL"),
        pytest.param(b'{"prompt": "x", "brand_colors": ["\\udfff"]}', 422, id="a colour of half a character"),
        pytest.param(b"", 422, id="nothing"),
        pytest.param(b"null", 422, id="null"),
    ],
)
def test_json_that_can_not_be_followed(client: httpx.Client, body: bytes, status: int) -> None:
    refused(client.post(GENERATIONS, content=body, headers={"Content-Type": "application/json"}), status)


def test_what_is_no_json_is_told_by_its_place(client: httpx.Client) -> None:
    answer = client.post(GENERATIONS, content=b'{"prompt": ', headers={"Content-Type": "application/json"})
    (error,) = refused(answer, 422)["errors"]
    assert error == {"pointer": "", "detail": "No JSON at character 11: Expecting value."}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data", ";;;", "application/x-json", None]
)
def test_a_body_that_is_not_said_to_be_json(client: httpx.Client, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    refused(client.post(GENERATIONS, content=b'{"prompt": "x"}', headers=headers), 415)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/Problem+JSON"])
def test_json_goes_by_several_names(client: httpx.Client, content_type: str) -> None:
    answer = client.post(GENERATIONS, content=b'{"prompt": "x"}', headers={"Content-Type": content_type})
    assert answer.status_code == 202


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
@pytest.mark.parametrize("path", TAKES_JSON)
def test_a_body_without_end_is_not_read(client: httpx.Client, path: str, announced: bool) -> None:
    most = LARGEST_BODY_BYTES if path == WEBHOOK else LARGEST_JSON_BYTES
    body = b'"' + b"x" * most

    def in_chunks() -> Iterator[bytes]:
        # As much again would follow; the answer comes before it.
        yield from repeat(b"x" * 1024, most // 1024 + 1)

    answer = client.post(
        path.replace("{number}", "1"),
        content=body if announced else in_chunks(),
        headers={"Content-Type": "application/json"},
    )
    refused(answer, 413)


def test_a_thousand_faults_are_counted_not_listed(client: httpx.Client) -> None:
    body = {"prompt": "x"} | dict.fromkeys(map(str, range(1_000)), 0)
    problem = refused(client.post(GENERATIONS, json=body), 422)
    assert len(problem["errors"]) == MOST_ERRORS
    assert problem["detail"].endswith(f"And {1_000 - MOST_ERRORS} more.")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        pytest.param(b"GET /health HTTP/1.1\r\nHost: [::1", 200, id="a broken host"),
        pytest.param(b"GET /nothing HTTP/1.1\r\nHost: a@b:c@d]:x", 404, id="a broken host, and no page"),
        pytest.param(b"GET /nothing HTTP/1.1\r\nHost: \xe2\x84\x80:99999999", 404, id="a host of no letters"),
        pytest.param(b"GET /health HTTP/1.1", 200, id="no host"),
        pytest.param(b"GET /nothing/%ed%a0%80%ff%00 HTTP/1.1\r\nHost: x", 404, id="a path that is no text"),
        pytest.param(b"GET /static/%2e%2e/%2e%2e/settings.py HTTP/1.1\r\nHost: x", 404, id="a way out"),
        pytest.param(b"GET /static/%00 HTTP/1.1\r\nHost: x", 404, id="a file named NUL"),
        pytest.param(b"GET /static/" + b"a" * 5000 + b" HTTP/1.1\r\nHost: x", 404, id="a long name"),
        pytest.param(b"GET /media/%00?expires=1&signature=%ff HTTP/1.1\r\nHost: x", 403, id="a link to NUL"),
        pytest.param(
            b"GET /media/a?expires=" + b"9" * 5000 + b"&signature=x HTTP/1.1\r\nHost: x", 403, id="for ever"
        ),
        pytest.param(
            b"GET /api/v1/generations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff", 401, id="a token"
        ),
        pytest.param(b"GET /health?\xff HTTP/1.1\r\nHost: x", 400, id="a query that is not ASCII"),
        pytest.param(
            b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1",
            400,
            id="a length below nothing",
        ),
        pytest.param(
            b"POST /api/v1/generations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 999999999999",
            413,
            id="a length without end",
        ),
        pytest.param(
            b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked",
            400,
            id="two lengths",
        ),
        pytest.param(
            b"GET /health HTTP/1.1\r\nHost: x\r\nX-Much: " + b"x" * 8 * LARGEST_HEAD_BYTES,
            431,
            id="a header without end",
        ),
        pytest.param(
            b"GET /health HTTP/1.1\r\nHost: x" + b"\r\nX-Many: x" * LARGEST_HEAD_BYTES,
            431,
            id="headers without end",
        ),
    ],
)
def test_heads(anonymous: httpx.Client, server_url: str, head: bytes, status: int) -> None:
    """Sent as they are: clients would put them right."""
    assert status_of(server_url, head + b"\r\nConnection: close\r\n\r\n") == status
    assert anonymous.get("/health").status_code == 200


def status_of(server_url: str, request: bytes) -> int:
    address = urlsplit(server_url)
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.settimeout(60)
        # It may be refused before it was all sent.
        with suppress(ConnectionError):
            connection.sendall(request)
        answer = connection.recv(1 << 16)
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    assert found, answer[:80]
    return int(found.group(1))


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/assets", "GET, POST"),
        ("/api/v1/assets/3f6c0a52-7c55-4b9b-9a53-5f6b1c3d2e1f", "GET, DELETE"),
        ("/health", "GET"),
        ("/static/js/app.js", "GET, HEAD"),
    ],
)
def test_a_refused_method_is_told_what_is_taken(anonymous: httpx.Client, path: str, allowed: str) -> None:
    answer = anonymous.patch(path)
    assert refused(answer, 405)["code"] == "method_not_allowed"
    assert answer.headers["Allow"] == allowed
