"""What the explainer's tests share: asynchronous ones run on asyncio."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
