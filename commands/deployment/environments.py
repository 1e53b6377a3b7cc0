"""Which environment a command is about: as Prefect knows it, or as this checkout describes it."""

from __future__ import annotations

import os
from typing import cast, get_args

from app.errors import AppError
from blocks.environment import Environment, EnvironmentName
from commands.deployments import CHECKOUT

NAMES = get_args(EnvironmentName)
DEFAULT_REGION = "us-east-2"


class UnknownEnvironment(AppError):
    """There is no environment of that name."""


def environment(name: str) -> Environment:
    """The environment of a name.

    With `PREFECT_API_URL` set it is the block of that name, if there is one: what people have changed in
    Prefect's page holds. Else it is made of this checkout, and AWS's credentials are looked for where boto3
    does.

    Raises:
        UnknownEnvironment: there is no such name.
        AwsError: the account can't be told.
    """
    if name not in NAMES:
        raise UnknownEnvironment(
            f"There is no environment {name!r}", f"there are {', '.join(NAMES)}", "Name one of those"
        )
    if os.environ.get("PREFECT_API_URL"):
        try:
            return cast(Environment, Environment.load(name))
        except ValueError:
            # Prefect's way of saying that there is no such block.
            pass
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
    return Environment.from_checkout(cast(EnvironmentName, name), CHECKOUT, region=region)
