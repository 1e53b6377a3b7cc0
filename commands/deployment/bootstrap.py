"""`reelflow bootstrap ENV`: what has to be there before Terraform, made once and looked at again."""

from __future__ import annotations

import os
from dataclasses import dataclass

from pydantic import SecretStr

from blocks.bootstrap import AppSecret, StateBucket
from blocks.environment import Environment

GIVEN = ("REPLICATE_API_TOKEN",)


@dataclass(frozen=True)
class Bootstrapped:
    """What was made: the bucket or not, and which keys of the secret."""

    bucket: str
    bucket_made: bool
    secret: str
    keys_set: list[str]


def bootstrap(environment: Environment) -> Bootstrapped:
    """Makes the state's bucket and the application's secret, or puts right what they lack.

    `REPLICATE_API_TOKEN` is taken from the surroundings when it is set there; other keys are made.

    Raises:
        AwsError: AWS refused it.
    """
    aws = {"region": environment.region, "credentials": environment.credentials}
    bucket = StateBucket(name=environment.state_bucket, account=environment.account, **aws)
    secret = AppSecret(name=environment.app_secret, **aws)
    given = {name: SecretStr(os.environ[name]) for name in GIVEN if os.environ.get(name)}
    return Bootstrapped(bucket.name, bucket.ensure(), secret.name, secret.ensure(given))
