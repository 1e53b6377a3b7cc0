"""The image runs migrations, API and worker by command: healthy, not as root, and stopped in order."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from stack.embedded import Addresses, embedded_stack
from stack.processes import free_port

pytestmark = pytest.mark.image

IMAGE = "reelflow"
GRACE_S = 40
COMPILERS = ("gcc", "cc", "g++", "clang", "make", "ld", "cargo")


def docker(*arguments: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert not ok or done.returncode == 0, done.stderr
    return done


def inspect(container: str) -> dict[str, Any]:
    return json.loads(docker("inspect", container).stdout)[0]


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """The embedded servers, which containers reach through the host's network."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        # The stack sets these; after the test they are as before.
        for name in ("DATABASE_URL", "REDIS_URL", "PREFECT_API_URL", "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"):
            patch.delenv(name, raising=False)
        with embedded_stack(home, database_url=None, prefect_api_url=None, redis_url=None) as addresses:
            yield addresses


def settings(addresses: Addresses, **more: str) -> list[str]:
    given = {
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.redis_url,
        "PREFECT_API_URL": addresses.prefect_api_url,
    }
    return [part for name, value in (given | more).items() for part in ("--env", f"{name}={value}")]


@pytest.fixture
def run(addresses: Addresses) -> Iterator[Callable[[str], tuple[str, str]]]:
    """Starts the image with a command; returns the container's id and its address."""
    started: list[str] = []

    def start(command: str) -> tuple[str, str]:
        port = str(free_port())
        options = ["--detach", "--network", "host", *settings(addresses, HOST="127.0.0.1", PORT=port)]
        container = docker("run", *options, IMAGE, command).stdout.strip()
        started.append(container)
        return container, f"http://127.0.0.1:{port}"

    yield start
    for container in started:
        docker("rm", "--force", container)


def wait_until_healthy(container: str) -> None:
    deadline = time.monotonic() + 180
    while (state := inspect(container)["State"])["Health"]["Status"] != "healthy":
        logs = docker("logs", "--tail", "20", container)
        assert state["Running"], logs.stdout + logs.stderr
        assert time.monotonic() < deadline, (state["Health"]["Log"], logs.stdout + logs.stderr)
        time.sleep(0.2)


def stop(container: str) -> int:
    """Stops it as an orchestrator does; returns its exit code, 137 if it had to be killed."""
    docker("stop", "--time", str(GRACE_S), container)
    return inspect(container)["State"]["ExitCode"]


@pytest.fixture(scope="module")
def migrated(addresses: Addresses) -> str:
    """What the migration said."""
    return docker("run", "--rm", "--network", "host", *settings(addresses), IMAGE, "migrate").stdout


def test_migrations_run_once(migrated: str, addresses: Addresses) -> None:
    assert "0001" in migrated
    again = docker("run", "--rm", "--network", "host", *settings(addresses), IMAGE, "migrate").stdout
    assert again.startswith("Nothing to do")


@pytest.mark.usefixtures("migrated")
def test_the_api_is_healthy_and_stops_in_order(run: Callable[[str], tuple[str, str]]) -> None:
    container, url = run("serve")
    wait_until_healthy(container)
    assert httpx.get(f"{url}/health", trust_env=False).json()["status"] == "healthy"
    assert httpx.post(f"{url}/api/v1/sessions", trust_env=False).status_code == 201
    assert stop(container) == 0


@pytest.mark.usefixtures("migrated")
def test_the_worker_is_healthy_deploys_and_stops_in_order(
    run: Callable[[str], tuple[str, str]], addresses: Addresses
) -> None:
    container, _ = run("worker")
    wait_until_healthy(container)
    found = httpx.get(f"{addresses.prefect_api_url}/deployments/name/generate/film", trust_env=False)
    assert found.json()["job_variables"]["working_dir"] == "/app"
    assert stop(container) == 0


def test_nothing_in_it_runs_as_root_or_compiles(run: Callable[[str], tuple[str, str]]) -> None:
    container, _ = run("serve")
    assert int(docker("exec", container, "id", "-u").stdout) != 0
    for compiler in COMPILERS:
        assert docker("exec", container, "sh", "-c", f"command -v {compiler}", ok=False).returncode != 0


def test_ffmpeg_and_fonts_are_in_it() -> None:
    # It misses the embedded servers, and says so; the rest is what a film needs.
    found = json.loads(docker("run", "--rm", IMAGE, "doctor", "--json", ok=False).stdout)
    verdicts = {finding["name"]: finding["verdict"] for finding in found}
    assert verdicts["ffmpeg"] == verdicts["Fonts"] == "OK"


@pytest.mark.usefixtures("migrated")
def test_the_database_is_backed_up_and_restored(addresses: Addresses) -> None:
    both = "reelflow backup local --json && reelflow drill local --json"
    options = ["--network", "host", *settings(addresses), "--entrypoint", "sh"]
    lines = docker("run", "--rm", *options, IMAGE, "-c", both).stdout.splitlines()
    made, tried = (json.loads(line) for line in lines if line.startswith(('{"backup"', '{"drill"')))
    assert tried["drill"]["backup"] == made["backup"]["id"]
    assert tried["drill"]["differences"] == []


def test_the_linter_of_steps_is_in_it() -> None:
    assert json.loads(docker("run", "--rm", IMAGE, "migrate", "local", "lint", "--json").stdout)["ok"]


def test_what_is_not_configured_is_said_in_one_line() -> None:
    done = docker("run", "--rm", "--network", "host", IMAGE, "serve", ok=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "DATABASE_URL is not set" in done.stderr
