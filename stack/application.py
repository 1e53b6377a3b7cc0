"""Reelflow's own processes as the embedded stack runs them: the API, and the workers of both pools."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx

from stack.shared_process import SharedProcess

PREFERRED_API_PORT = 8000
# Longer than the API gives its requests, and than a film in the making needs to leave its job true.
STOPPED_WITHIN_S = 40.0
# Each environment has a lock of its own; this is for several environments.
RELEASES_AT_ONCE = 4
# A deployment that is ended goes back to the last verified release first.
DEPLOYER_STOPPED_WITHIN_S = 1260.0


def embedded_api(home: Path, *, preferred_port: int = PREFERRED_API_PORT) -> SharedProcess:
    """The API of a state directory. It finds the other parts through this process's environment."""
    return SharedProcess(
        name="api",
        home=home,
        command=lambda port: [sys.executable, "-m", "cli", "serve", "--port", str(port)],
        ready=_healthy,
        preferred_port=preferred_port,
        grace_s=STOPPED_WITHIN_S,
    )


def embedded_worker(home: Path, *, limit: int = 1, api: SharedProcess | None = None) -> SharedProcess:
    """The worker of a state directory, for deployments that were applied already.

    Args:
        home: the state directory.
        limit: how many flow runs it works on at once.
        api: serves the media that its flows link to on Prefect's page.
    """
    return SharedProcess(
        name="worker",
        home=home,
        command=lambda port: [
            *(sys.executable, "-m", "cli", "worker", "--no-deploy"),
            *("--limit", str(limit), "--port", str(port)),
        ],
        environment=lambda port: _served_by(api),
        ready=_healthy,
        grace_s=STOPPED_WITHIN_S,
    )


def embedded_deployer(home: Path) -> SharedProcess:
    """The worker that deploys, for deployments that were applied already."""
    return SharedProcess(
        name="deployer",
        home=home,
        command=lambda port: [
            *(sys.executable, "-m", "cli", "worker", "--pool", "deploy", "--no-deploy"),
            *("--limit", str(RELEASES_AT_ONCE), "--port", str(port)),
        ],
        ready=_healthy,
        grace_s=DEPLOYER_STOPPED_WITHIN_S,
    )


def _served_by(api: SharedProcess | None) -> dict[str, str]:
    endpoint = api.running() if api else None
    return {"PUBLIC_URL": f"http://127.0.0.1:{endpoint.port}"} if endpoint else {}


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=2.0, trust_env=False).is_success
    except httpx.HTTPError:
        return False
