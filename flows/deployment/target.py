"""Which environment a run is about: the one that it is asked for, if its deployment is that environment's."""

from __future__ import annotations

from prefect.runtime import deployment

from blocks.environment import Environment, EnvironmentName
from flows.deployment.faults import DeploymentError


class AnotherEnvironment(DeploymentError):
    """A deployment of Prefect was asked for another environment than its own."""


async def target(environment: EnvironmentName) -> Environment:
    """The environment's block.

    In Prefect's form the environment can be chosen although the deployment is named after one; who starts
    `deploy/dev` must not ship to prod.

    Raises:
        AnotherEnvironment: the deployment that runs is named after another one.
    """
    refuse_another(environment, deployment.name)
    return await Environment.aload(environment)


def refuse_another(environment: str, name: str | None) -> None:
    """Raises `AnotherEnvironment` when a deployment of this name is not the environment's; None is none."""
    if name is not None and name != environment:
        raise AnotherEnvironment(
            f"{environment} is not touched",
            f"this is the deployment of {name}, and it was asked for {environment}",
            f"Run the deployment named {environment}",
        )
