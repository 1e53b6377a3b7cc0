"""A session that has a finished film."""

from collections.abc import Callable

import httpx
import pytest

from tests.app.editing.films import Film, finished_film


@pytest.fixture
def user(sign_in: Callable[[], httpx.Client]) -> httpx.Client:
    return sign_in()


@pytest.fixture
def film(user: httpx.Client) -> Film:
    """The user's film: three clips of an ad, over a score, in its first version."""
    return finished_film(user)
