"""Which versions of the secrets the tasks of a release were started with."""

from __future__ import annotations

import asyncio

from blocks.environment import Environment
from blocks.terraform.outputs import Outputs


async def secret_versions(environment: Environment, outputs: Outputs) -> dict[str, str]:
    """The current version of every secret that the task definitions name, by ARN. Never a value.

    Raises:
        AwsError: they can't be looked at.
    """
    guard = environment.security()
    arns: set[str] = set()
    for name, known in outputs.services.items():
        service = environment.service(outputs, name)
        definition = await asyncio.to_thread(service.definition, known.task_definition)
        # `arn:…:secret:NAME:KEY:STAGE:VERSION`: a key is no part of the secret's ARN.
        arns |= {":".join(reference.split(":")[:7]) for reference in definition.secrets}
    versions = [await asyncio.to_thread(guard.secret_version, arn) for arn in sorted(arns)]
    return dict(zip(sorted(arns), versions, strict=True))
