"""What the blocks' tests share. Asynchronous ones run on asyncio."""

import pytest

from blocks import aws


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _new_clients() -> None:
    """A client that another test has made knows that test's credentials, or that there were none."""
    aws._client.cache_clear()
