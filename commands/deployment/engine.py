"""What a deployment runs on: Prefect with the environment's block, its deployments and a worker for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.context import refresh_global_settings_context
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker

from app.settings import settings
from blocks.environment import Environment
from commands import schedules
from commands.deployments import Pool, apply_deployments
from stack.application import embedded_deployer
from stack.embedded import prefect_alone

FLOW = "deploy"


@contextmanager
def deployment_engine(environment: str, *, home: Path | None = None) -> Iterator[str]:
    """Prefect, its server started when none is configured, ready to deploy; yields the API's address.

    The worker is ours and ends with the last command that uses it; a deployment that it is still at goes
    back to the last verified release first.

    Args:
        environment: whose flows are going to be run; those of others are left as they are.
        home: the state directory of what is embedded; None for `REELFLOW_HOME`.

    Raises:
        ServiceFailed: a part did not come up, or Prefect refused the deployments.
    """
    home = home or settings().reelflow_home
    with prefect_alone(home, prefect_api_url=os.environ.get("PREFECT_API_URL") or None) as api:
        # It was read before the server was up.
        refresh_global_settings_context()
        apply_deployments(Pool.DEPLOY, flows_speak=False, only=environment)
        deployer = embedded_deployer(home)
        # What a killed command has left may be of other code, and of another environment's variables.
        deployer.stop()
        deployer.acquire()
        try:
            yield api
        finally:
            deployer.release()
            APILogWorker.drain_all(timeout=5)
            EventsWorker.drain_all(timeout=5)


def register(environment: Environment) -> None:
    """Has Prefect know the environment, as its flows load it by name, and look after it from now on."""
    environment.save(environment.name, overwrite=True)
    with get_client(sync_client=True) as client:
        schedules.keep(client, environment.name)
