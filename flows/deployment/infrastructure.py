"""What the infrastructure of each release was, kept beside the records so that it can be applied again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from blocks.environment import Environment
from blocks.record_store import RecordConflict, RecordStore
from blocks.terraform.configuration import Configuration
from flows.deployment.faults import DeploymentError


class InfrastructureForgotten(DeploymentError):
    """The configuration of a release was not kept, or is kept no more."""


def key(environment: str, address: str) -> str:
    """Where a configuration is kept. In the folder of the state, which every deployer may write to."""
    return f"{environment}/infrastructure/{address}.json"


async def keep(records: RecordStore, environment: Environment) -> str:
    """Keeps the environment's configuration under its content's hash, which is returned.

    Raises:
        StoreError: the bucket can't be used.
    """
    configuration = await asyncio.to_thread(Configuration.of, environment.terraform)
    address = configuration.address
    place = key(environment.name, address)
    # The same content has the same place.
    with suppress(RecordConflict):
        await asyncio.to_thread(records.write, place, configuration.content, replaces=None)
    return address


async def is_kept(records: RecordStore, environment: str, address: str | None) -> bool:
    """Whether there is a configuration under a hash.

    Raises:
        StoreError: the bucket can't be used.
    """
    return (
        address is not None and await asyncio.to_thread(records.read, key(environment, address)) is not None
    )


async def bring(
    records: RecordStore, environment: Environment, address: str | None, directory: Path
) -> Environment:
    """The environment with the configuration that was kept under a hash.

    Args:
        directory: where its files are put.

    Raises:
        InfrastructureForgotten: there is none.
        ConfigurationBroken: it can't be read.
        StoreError: the bucket can't be used.
    """
    found = await asyncio.to_thread(records.read, key(environment.name, address)) if address else None
    if found is None:
        raise InfrastructureForgotten(
            "The infrastructure of the release can't be brought back",
            "what its configuration was is not kept",
            "Check out the revision of that release and deploy it",
        )
    configuration = Configuration.read(found.content)
    terraform = await asyncio.to_thread(configuration.workspace, environment.terraform, directory)
    return environment.model_copy(update={"terraform": terraform})
