"""`reelflow rollback ENV`: an earlier release again, followed from its first stage to its last."""

from __future__ import annotations

from typing import Any

from blocks.environment import Environment
from commands.deployment.deploy import Watcher, run
from commands.deployment.engine import deployment_engine, register
from flows.rolling_back.options import RollbackOptions

FLOW = "rollback"


def rollback(environment: Environment, options: RollbackOptions, watcher: Watcher) -> dict[str, Any]:
    """Goes back, and tells how that ended as a document; see `commands.deployment.deploy.report`.

    Raises:
        ServiceFailed: Prefect can't be had.
        BlockError, StoreError: the environment can't be looked at.
    """
    with deployment_engine(environment.name) as api:
        register(environment)
        return run(environment, options, watcher, api, flow=FLOW)
