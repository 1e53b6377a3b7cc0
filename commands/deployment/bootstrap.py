"""`reelflow bootstrap ENV`: what has to be there before a deployment, made by an administrator once.

The bucket of Terraform's state, the application's keys, and the role that deploys: a deployer that could
change its own rights would be an administrator. Run again it puts right what has changed.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from blocks.bootstrap import AppSecret, StateBucket
from blocks.environment import Environment
from blocks.terraform import TerraformWorkspace

GIVEN = ("REPLICATE_API_TOKEN",)


@dataclass(frozen=True)
class Bootstrapped:
    """What was made: the bucket or not, which keys of the secret, and what Terraform did for the role."""

    bucket: str
    bucket_made: bool
    secret: str
    keys_set: list[str]
    role: str
    role_changes: str


async def bootstrap(environment: Environment) -> Bootstrapped:
    """Makes all of it, or puts right what it lacks.

    `REPLICATE_API_TOKEN` is taken from the surroundings when it is set there; other keys are made.

    Raises:
        AwsError: AWS refused it.
        TerraformError: the role could not be made.
    """
    aws = {"region": environment.region, "credentials": environment.credentials}
    bucket = StateBucket(name=environment.state_bucket, account=environment.account, **aws)
    secret = AppSecret(name=environment.app_secret, **aws)
    given = {name: SecretStr(os.environ[name]) for name in GIVEN if os.environ.get(name)}
    bucket_made = await asyncio.to_thread(bucket.ensure)
    keys_set = await asyncio.to_thread(secret.ensure, given)
    return Bootstrapped(
        bucket=bucket.name,
        bucket_made=bucket_made,
        secret=secret.name,
        keys_set=keys_set,
        role=f"{environment.prefix}-deployer",
        role_changes=await _role(environment),
    )


async def _role(environment: Environment) -> str:
    workspace = _workspace(environment)
    await workspace.init()
    with tempfile.TemporaryDirectory(prefix="reelflow-bootstrap-") as scratch:
        planned = await workspace.plan(file := Path(scratch) / "bootstrap.tfplan")
        if not planned.is_empty:
            await workspace.apply(file)
    return "nothing to change" if planned.is_empty else str(planned.summary())


def _workspace(environment: Environment) -> TerraformWorkspace:
    """The configuration beside the environment's own, with a state beside its state."""
    ours = environment.terraform
    return TerraformWorkspace(
        directory=ours.directory.parent / "bootstrap",
        variables={
            "environment": environment.name,
            **{name: ours.variables[name] for name in ("aws_region", "name_prefix")},
        },
        backend_config=ours.backend_config | {"key": f"{environment.name}/bootstrap.tfstate"},
        environment=ours.environment,
        region=environment.region,
        credentials=environment.credentials,
    )
