"""The page in a real Chromium, on the real application in a process of its own; a flow's part is played."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import imageio_ffmpeg
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from app.database import parse
from app.settings import settings
from stack.shared_process import free_port
from tests.app.waiting import until
from tests.pages.director import Director

if TYPE_CHECKING:
    from tests.conftest import RedisServer

PROMPT = "A red kettle on a blue stove. Steam against the window, someone comes home."
# What Chromium itself writes down when an answer is an error or doesn't come: not the page's doing.
NETWORK_NOISE = "Failed to load resource"

expect.set_options(timeout=15_000)


class Application:
    """The application in a process of its own, on one port however often it is started."""

    def __init__(self, surroundings: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.surroundings = surroundings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, and returns when it answers."""
        command = (sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app")
        options = ("--port", str(self.port), "--log-level", "warning", "--ws-ping-interval", "5")
        self._process = subprocess.Popen([*command, *options], env=os.environ | self.surroundings)
        until(self._answers, within_s=60)

    def stop(self) -> None:
        """Kills it: sockets break, nothing is said."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        assert self._process
        assert self._process.poll() is None, "the application has ended"
        try:
            return httpx.get(self.url).is_success
        except httpx.TransportError:
            return False


@pytest.fixture(scope="session")
def application(
    postgres_url: str,
    template: str,
    shared_redis: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Application]:
    """The application, for all tests: each has a session of its own in it."""
    home = tmp_path_factory.mktemp("application")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE pages TEMPLATE reelflow_template STRATEGY file_copy")
    running = Application(
        {
            "DATABASE_URL": parse(postgres_url).set(database="pages").render_as_string(hide_password=False),
            "REDIS_URL": shared_redis.url,
            "REELFLOW_HOME": str(home),
            "MEDIA_URL": (home / "media").as_uri(),
            # Nobody listens there: films are moved along by the tests.
            "PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api",
        }
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def surroundings(application: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the application has, for what the test does in its place."""
    for name, value in application.surroundings.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def complaints() -> list[str]:
    """Errors on the console and exceptions of the page so far."""
    return []


@pytest.fixture
def visitor(
    browser: Browser, application: Application, surroundings: None, complaints: list[str]
) -> Iterator[Page]:
    """A page that has just been opened by somebody who was never here; it must not have complained."""
    context = browser.new_context(base_url=application.url, reduced_motion="reduce")
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: _note(complaints, line.type, line.text))
    page.goto("/")
    yield page
    context.close()
    assert complaints == []


def _note(complaints: list[str], kind: str, text: str) -> None:
    if kind in ("error", "warning") and NETWORK_NOISE not in text and "WebSocket" not in text:
        complaints.append(text)


@pytest.fixture
def page(visitor: Page) -> Page:
    """The page of somebody who has signed in."""
    visitor.get_by_test_id("sign-in").click()
    expect(visitor.get_by_test_id("prompt")).to_be_visible()
    return visitor


@pytest.fixture
def api(page: Page, application: Application) -> Iterator[httpx.Client]:
    """The API, in the page's own session."""
    token = page.evaluate("JSON.parse(localStorage['reelflow.session']).token")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{application.url}/api/v1", headers=headers, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of film with sound."""
    path = tmp_path_factory.mktemp("footage") / "film.mp4"
    picture = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=2")
    sound = ("-f", "lavfi", "-i", "sine=frequency=220:sample_rate=48000:duration=2")
    coded = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart")
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-loglevel", "error", *picture, *sound, *coded, path], check=True)
    return path


@pytest.fixture
def direct(footage: Path) -> Iterator[Callable[[str], Director]]:
    """Gives the director of a film, by its id."""
    directors: list[Director] = []

    def take(generation_id: str) -> Director:
        directors.append(Director(UUID(generation_id), footage))
        return directors[-1]

    yield take
    for director in directors:
        director.leave()


@pytest.fixture
def order(api: httpx.Client) -> Callable[..., str]:
    """Orders a film in the page's session, and gives its id."""

    def ordered(**brief: object) -> str:
        body = {"prompt": PROMPT, "duration_s": 15, "clip_count": 3} | brief
        return api.post("/generations", json=body).raise_for_status().json()["id"]

    return ordered


@pytest.fixture
def finished(
    order: Callable[..., str], direct: Callable[[str], Director]
) -> Callable[..., tuple[str, Director]]:
    """Orders a film and delivers it."""

    def made(**brief: object) -> tuple[str, Director]:
        film = order(**brief)
        director = direct(film)
        director.make()
        return film, director

    return made
