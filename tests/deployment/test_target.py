"""A deployment of Prefect ships to the environment that it is named after, whatever its form says."""

import pytest

from flows.deployment.target import AnotherEnvironment, refuse_another


@pytest.mark.parametrize("name", ["prod", None])
def test_its_own_is_let_through(name: str | None) -> None:
    refuse_another("prod", name)


def test_another_is_refused_with_both_names() -> None:
    with pytest.raises(AnotherEnvironment, match="the deployment of dev, and it was asked for prod"):
        refuse_another("prod", "dev")
