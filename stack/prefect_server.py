"""The embedded Prefect server, with its page, on a SQLite file in the state directory."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import httpx

from stack.shared_process import SharedProcess

# Prefect's own default, so that its address is where people look for it.
PREFERRED_PORT = 4200
RUNS_KEPT_S = 30 * 24 * 3600


def embedded_prefect(home: Path) -> SharedProcess:
    """The Prefect server of a state directory."""
    return SharedProcess(
        name="prefect",
        home=home,
        command=lambda port: [
            *(sys.executable, "-m", "uvicorn", "--factory", "stack.prefect_app:application"),
            *("--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"),
        ],
        environment=lambda port: {
            "PREFECT_HOME": str(home / "prefect"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            # On another port than 4200 the page looks for its server in the wrong place.
            "PREFECT_UI_API_URL": api_url(port),
            "PREFECT_API_URL": api_url(port),
            # In memory, they would be forgotten by a restart, and the slots that they hold never given back.
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
            # What runs every five minutes would fill the database.
            "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
            "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(RUNS_KEPT_S),
            **_preparation(home),
        },
        ready=_answers,
        preferred_port=PREFERRED_PORT,
        deadline_s=180.0,
    )


def mark_prepared(home: Path) -> None:
    """Notes that this version of Prefect has come up on this state directory."""
    _prepared(home).touch()


def _prepared(home: Path) -> Path:
    return home / "prefect" / f"prepared-{version('prefect')}"


def _preparation(home: Path) -> dict[str, str]:
    # Migrating and registering blocks takes several seconds of every start, and changes nothing
    # once a start with this version has succeeded.
    needed = str(not _prepared(home).exists()).lower()
    return {
        "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": needed,
        "PREFECT_SERVER_BLOCKS_REGISTER_ON_START": needed,
    }


def api_url(port: int) -> str:
    return f"http://127.0.0.1:{port}/api"


def page_url(api: str) -> str:
    """Where people look at a Prefect server whose API is at `api`."""
    return api.removesuffix("/").removesuffix("/api")


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"{api_url(port)}/health", timeout=2.0, trust_env=False).is_success
    except httpx.HTTPError:
        return False
