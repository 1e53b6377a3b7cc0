"""Forms are read as they come: what is wrong or too large is refused at once, and nothing is left behind."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlmodel import select

from app import forms
from app.database import session
from app.models import BrandAsset
from app.store import media_store
from app.uploads import UploadRefused
from blocks.media_store import StoreFull
from stack.shared_process import free_port
from tests.app.files import png, wav
from tests.app.waiting import until

ASSETS = "/api/v1/assets"
HEADERS = {"Content-Type": "multipart/form-data; boundary=x"}
MIB = 1 << 20

KIND = b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\n%b\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="logo.png"\r\n\r\n'
LOGO = KIND % b"logo"
END = b"\r\n--x--\r\n"


@pytest.fixture(autouse=True)
def spool(surroundings: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Where uploads are spooled; it must be empty again after each test."""
    place = tmp_path / "spool"
    place.mkdir()
    surroundings.setattr(tempfile, "tempdir", str(place))
    yield place
    until(lambda: not list(place.iterdir()))


@pytest.mark.parametrize("boundary", ["x", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "'()+_,-./:=?"])
def test_the_fields_come_in_whatever_order(client: httpx.Client, boundary: str) -> None:
    for number, body in enumerate((LOGO + FILE + png(1) + END, FILE + png(2) + b"\r\n" + LOGO + END[2:])):
        body = body.replace(b"--x", b"--" + boundary.encode())
        answer = client.post(
            ASSETS, content=body, headers={"Content-Type": f'multipart/form-data; boundary="{boundary}"'}
        )
        assert answer.status_code == 201, (number, answer.text)


def test_a_form_that_comes_byte_by_byte_is_the_same(client: httpx.Client) -> None:
    body = LOGO + FILE + png() + END
    pieces = [body[i : i + 1] for i in range(400)] + [body[400:]]
    answer = client.post(ASSETS, content=iter(pieces), headers=HEADERS)
    assert answer.status_code == 201
    assert httpx.get(answer.json()["url"]).content == png()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", None),
        (b"--x--\r\n", "/file"),
        (b"nonsense", None),
        (LOGO + END[2:], "/file"),
        (FILE + png() + END, "/kind"),
        (LOGO + FILE + png(), None),
        (KIND % b"film" + FILE + png() + END, "/kind"),
        (KIND % b"" + FILE + png() + END, "/kind"),
        (KIND % (b"l" * 5000) + FILE + png() + END, "/kind"),
        (KIND % b"\xff\x00" + FILE + png() + END, "/kind"),
        (LOGO + LOGO + FILE + png() + END, "/kind"),
        (LOGO + FILE + png() + b"\r\n" + FILE + png() + END, "/file"),
        (LOGO + b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext' + END, "/file"),
        (LOGO + b'--x\r\nContent-Disposition: form-data; name="more"\r\n\r\ntext' + END, "/more"),
        (LOGO + b"--x\r\n\r\ntext" + END, "/"),
        (LOGO + b"--x\r\nA: " + b"a" * 100_000 + b"\r\n\r\ntext" + END, None),
        (LOGO + b"--x\r\n" + b"A: a\r\n" * 50 + b"\r\ntext" + END, None),
        (b"--x\r\n\xff\xfe: \x00\r\n\r\n" + END, None),
    ],
)
def test_another_form_is_refused(client: httpx.Client, body: bytes, pointer: str | None) -> None:
    answer = client.post(ASSETS, content=body, headers=HEADERS)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json().get("errors", [])] == ([pointer] if pointer else [])


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/mixed; boundary=x",
        "multipart/form-data; boundary=",
    ],
)
def test_what_is_no_form_is_refused(client: httpx.Client, content_type: str) -> None:
    answer = client.post(ASSETS, content=LOGO, headers={"Content-Type": content_type})
    assert answer.status_code == 415


def test_a_boundary_without_end_is_refused(client: httpx.Client) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={'x' * 5000}"}
    assert client.post(ASSETS, content=LOGO, headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "empty"),
        (b"#!/bin/sh\nrm -rf /\n", 415, "wrong_type"),
        (wav(), 415, "wrong_type"),
        (png()[:200], 422, "truncated"),
    ],
)
def test_a_file_that_is_not_what_it_must_be_is_refused(
    client: httpx.Client, content: bytes, status: int, code: str
) -> None:
    answer = client.post(ASSETS, content=LOGO + FILE + content + END, headers=HEADERS)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


@pytest.mark.parametrize(
    ("start", "size"),
    # The limit of a picture where its kind is known, else the largest there is; that also behind the form.
    [
        (LOGO + FILE, 50 * MIB),
        (FILE, 100 * MIB),
        (KIND % b"music" + FILE, 100 * MIB),
        (LOGO + FILE + png() + END, 100 * MIB),
    ],
)
def test_reading_stops_where_a_file_is_too_large(start: bytes, size: int) -> None:
    with tempfile.TemporaryFile() as file:
        form = forms._Form(HEADERS["Content-Type"], file)
        form.feed(start)
        for _ in range(size // MIB):
            form.feed(bytes(MIB))
        with pytest.raises(UploadRefused) as refused:
            form.feed(bytes(MIB))
    assert refused.value.code == "too_large"


def test_a_file_that_is_too_large_is_told_so_while_it_is_sent(client: httpx.Client) -> None:
    def body() -> Iterator[bytes]:
        yield LOGO + FILE
        yield from (bytes(MIB) for _ in range(52))
        yield END

    answer = client.post(ASSETS, content=body(), headers=HEADERS)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_kind_after_the_file_counts_just_the_same(client: httpx.Client) -> None:
    body = FILE + bytes(51 * MIB) + b"\r\n" + LOGO + END[2:]
    answer = client.post(ASSETS, content=body, headers=HEADERS)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_that_is_announced_as_too_large_is_not_read(client: httpx.Client, server_url: str) -> None:
    with _connection(client, server_url, 1 << 40) as connection:
        assert b"413" in connection.recv(1024)


def test_a_client_that_goes_away_leaves_nothing(client: httpx.Client, server_url: str, spool: Path) -> None:
    with _connection(client, server_url, 20 * MIB) as connection:
        connection.sendall(LOGO + FILE + bytes(2 * MIB))
        until(lambda: any(path.stat().st_size >= MIB for path in spool.iterdir()))
    until(lambda: not list(spool.iterdir()))
    _nothing_is_kept()


def test_a_client_that_falls_silent_is_given_up(
    client: httpx.Client, server_url: str, surroundings: pytest.MonkeyPatch, spool: Path
) -> None:
    surroundings.setattr(forms, "LONGEST_SILENCE_S", 0.2)
    with _connection(client, server_url, 20 * MIB) as connection:
        connection.sendall(LOGO + FILE + bytes(2 * MIB))
        assert b"408" in connection.recv(1024)
    _nothing_is_kept()


def test_a_full_disk_is_told(client: httpx.Client, surroundings: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(StoreFull):
        forms._Form(HEADERS["Content-Type"], full).feed(LOGO + FILE + png())
    surroundings.setattr(tempfile, "tempdir", "/dev/full/nowhere")
    assert client.post(ASSETS, content=LOGO + FILE + png() + END, headers=HEADERS).status_code == 503


def test_an_upload_of_100_mb_takes_little_memory(surroundings: pytest.MonkeyPatch, tmp_path: Path) -> None:
    surroundings.setenv("TMPDIR", str(tmp_path / "spool"))
    with _process() as (url, process):
        token = httpx.post(f"{url}/api/v1/sessions").raise_for_status().json()["token"]
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=120) as client:
            # What reads sound is loaded by the first one.
            _upload(client, wav(MIB))
            before = _peak_bytes(process.pid)
            content = wav(100 * MIB)
            _upload(client, content)
            grown = _peak_bytes(process.pid) - before
    # Measured: 3 MB over 190.
    assert grown < 25 * MIB, f"{before / MIB:.0f} MB grew by {grown / MIB:.1f} MB"
    stored = sum(path.stat().st_size for path in (tmp_path / "media").rglob("content"))
    assert stored > len(content)


def _upload(client: httpx.Client, content: bytes) -> None:
    files = {"file": ("tone.wav", content)}
    assert client.post(ASSETS, files=files, data={"kind": "music"}).status_code == 201


@contextmanager
def _connection(client: httpx.Client, server_url: str, announced_bytes: int) -> Iterator[socket.socket]:
    """A connection on which an upload has been begun: everything up to its body."""
    address = urlsplit(server_url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        head = (
            f"POST {ASSETS} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: "
            f"{client.headers['Authorization']}\r\nContent-Type: {HEADERS['Content-Type']}\r\n"
            f"Content-Length: {announced_bytes}\r\n\r\n"
        )
        connection.sendall(head.encode())
        yield connection


def _nothing_is_kept() -> None:
    with session() as db:
        assert db.exec(select(BrandAsset.id)).all() == []
    assert list(media_store().list()) == []


@contextmanager
def _process() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The application in a process of its own, with the settings of this test."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app"),
            *("--port", str(port), "--lifespan", "off", "--log-level", "warning"),
        ],
        cwd=Path(__file__).parents[2],
    )
    try:
        until(lambda: _answers(url))
        yield url, process
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/openapi.json").is_success
    except httpx.TransportError:
        return False


def _peak_bytes(pid: int) -> int:
    """The most memory that a process ever had resident."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
