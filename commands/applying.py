"""Registers all blocks and then is the `prefect` command, for `prefect deploy`.

One process for both, since loading our flows and Prefect is most of what either takes; and one of its own,
since a worker never needs them again.
"""

import asyncio

from prefect.cli import app
from prefect.client.orchestration import get_client

from blocks import catalogue


async def register_blocks() -> None:
    """Makes the blocks available in Prefect's page, as this code has them."""
    async with get_client() as client:
        for name in catalogue.__all__:
            await getattr(catalogue, name).aregister_type_and_schema(client=client)


if __name__ == "__main__":
    asyncio.run(register_blocks())
    app()
