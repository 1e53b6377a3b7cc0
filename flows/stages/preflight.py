"""Preflight: what would fail later is found now, by checks that change nothing and run side by side."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from blocks.account import account_of
from blocks.aws import AwsError
from blocks.environment import Environment
from blocks.terraform.outputs import Outputs
from flows.deployment import artifacts
from flows.deployment.checks import NotGood, NotLooked, check
from flows.deployment.faults import StageFailed
from flows.deployment.release import Check, Release
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage
from flows.operation.schedules import schedules

NAME = "preflight"
# What has just been applied is scheduled a few seconds later.
SETTLES_WITHIN_S = 10.0
REQUIRED_KEYS = ("SECRET_KEY", "REDIS_PASSWORD")
OPTIONAL_KEYS = ("REPLICATE_API_TOKEN",)
ALARMS = "Alarms"
SCHEDULES = "Schedules"
# A release is as good without it: it is told, and refuses nothing.
TOLD_ONLY = (SCHEDULES,)


@stage(NAME, deadline_s=300, retries=3)
async def preflight(run: Deployment, *, ignore_alarms: bool) -> Done[None]:
    """Checks tools, credentials, state, secrets, alarms and the way back."""
    outputs = await run.outputs_if_any()
    if outputs is None:
        run.logger.info("Nothing is there yet: this is the first deployment")
    checks = await examine(run.environment, outputs, run.previous)
    await artifacts.checklist(run, "preflight", checks)
    if failed := verdict(checks, ringing_alarms_matter=not ignore_alarms):
        raise failed
    good = sum(found.good is True for found in checks)
    return Done(None, f"{good} checks are good")


def verdict(checks: Sequence[Check], *, ringing_alarms_matter: bool) -> StageFailed | None:
    """The first check that is not good and matters, as the cause; None when there is none."""
    for found in checks:
        if found.name in TOLD_ONLY or (found.name == ALARMS and not ringing_alarms_matter):
            continue
        if found.good is False:
            return StageFailed(NAME, found.kind, f"{found.name}: {found.evidence}", found.remedy)
    return None


async def examine(
    environment: Environment, outputs: Outputs | None, previous: Release | None
) -> tuple[Check, ...]:
    """All checks on an environment, good or not, in the order in which they are shown.

    Args:
        outputs: of what is there already; None before the first deployment.
        previous: the last verified release.

    Raises:
        BlockError: a fault on the way to AWS that may pass.
    """
    checks = [
        check("Terraform", lambda: _terraform(environment)),
        check("AWS credentials", lambda: _credentials(environment)),
        check("State bucket", lambda: _state_bucket(environment)),
        check("Application secret", lambda: _secret(environment)),
        check("Image builder", lambda: _builder(environment)),
        check("Task secrets", lambda: _task_secrets(environment, outputs)),
        check("Quotas", lambda: _quotas(environment, outputs)),
        check("Names", lambda: _names(environment, outputs)),
        check(ALARMS, lambda: _alarms(environment, outputs)),
        check("Way back", lambda: _way_back(environment, outputs, previous)),
        check(SCHEDULES, lambda: schedules(environment.name), settles_within_s=SETTLES_WITHIN_S),
    ]
    return tuple(await asyncio.gather(*checks))


async def _terraform(environment: Environment) -> str:
    warnings = await environment.terraform.validate_configuration()
    return (
        f"the configuration is valid, {len(warnings)} warnings" if warnings else "the configuration is valid"
    )


async def _credentials(environment: Environment) -> str:
    identity = await asyncio.to_thread(account_of(environment).identity)
    return f"{identity.arn} in account {identity.account}"


async def _state_bucket(environment: Environment) -> str:
    found = await asyncio.to_thread(account_of(environment).bucket, environment.state_bucket)
    if not found.versioned:
        raise NotGood(
            f"{environment.state_bucket} is not versioned: a broken state could not be brought back",
            f"Run `reelflow bootstrap {environment.name}`",
        )
    return f"{environment.state_bucket} is versioned"


async def _secret(environment: Environment) -> str:
    filled = await asyncio.to_thread(account_of(environment).filled_keys, environment.app_secret)
    return secret_verdict(environment.name, environment.app_secret, filled)


def secret_verdict(environment: str, secret: str, filled: Mapping[str, bool]) -> str:
    """Whether the application's secret has what its containers read, in words."""
    remedy = f"Run `reelflow bootstrap {environment}`"
    if missing := [key for key in (*REQUIRED_KEYS, *OPTIONAL_KEYS) if key not in filled]:
        raise NotGood(f"{secret} has no {', '.join(missing)}: the tasks could not start", remedy)
    if empty := [key for key in REQUIRED_KEYS if not filled[key]]:
        raise NotGood(f"{', '.join(empty)} of {secret} is empty", remedy)
    unset = [key for key in OPTIONAL_KEYS if not filled[key]]
    return f"{secret} is filled" + (f"; {', '.join(unset)} is empty" if unset else "")


async def _task_secrets(environment: Environment, outputs: Outputs | None) -> str:
    if outputs is None:
        raise NotLooked("there are no task definitions yet")
    definitions = {name: service.task_definition for name, service in outputs.services.items()}
    return await secrets_of(environment, outputs, definitions)


async def secrets_of(environment: Environment, outputs: Outputs, definitions: Mapping[str, str]) -> str:
    """Whether the secrets have all that task definitions read of them, in words.

    Args:
        definitions: by the name of their service; those of no service that there is are left out.

    Raises:
        NotGood: one has not.
    """
    wanted: dict[str, set[str]] = {}
    for name in definitions.keys() & outputs.services.keys():
        definition = await asyncio.to_thread(environment.service(outputs, name).definition, definitions[name])
        for reference in definition.secrets:
            arn, key = secret_key(reference)
            wanted.setdefault(arn, set()).add(key)
    for arn, keys in wanted.items():
        filled = await asyncio.to_thread(account_of(environment).filled_keys, arn)
        if missing := sorted(key for key in keys - {""} if key not in filled):
            raise NotGood(
                f"{arn.rpartition(':')[2]} has no {', '.join(missing)}: tasks could not start",
                f"Run `reelflow bootstrap {environment.name}`, or compare infra/terraform with the secret",
            )
    return f"{sum(map(len, wanted.values()))} keys of {len(wanted)} secrets are there"


def secret_key(reference: str) -> tuple[str, str]:
    """The secret's ARN and the key of its document, of `arn:…:secret:NAME:KEY:STAGE:VERSION`."""
    parts = reference.split(":")
    return ":".join(parts[:7]), parts[7] if len(parts) > 7 else ""


async def _quotas(environment: Environment, outputs: Outputs | None) -> str:
    if outputs is None:
        raise NotLooked("nobody knows yet what will run")
    needed = {False: 0.0, True: 0.0}
    for name, known in outputs.services.items():
        service = environment.service(outputs, name)
        definition = await asyncio.to_thread(service.definition, known.task_definition)
        # While it is rolled out the old tasks run on.
        needed[known.spot] += 2 * known.desired_count * definition.vcpus
    words = []
    for spot, vcpus in needed.items():
        if vcpus:
            words.append(await _quota(environment, vcpus, spot=spot))
    return "; ".join(words) or "nothing is to run"


async def _quota(environment: Environment, vcpus: float, *, spot: bool) -> str:
    capacity = "Fargate Spot" if spot else "Fargate"
    try:
        allowed = await asyncio.to_thread(account_of(environment).fargate_vcpus, spot=spot)
    except AwsError as error:
        if error.transient:
            raise
        # Not every account may look, and a roll-out without room says so itself.
        raise NotLooked(f"the quota of {capacity} is not to be seen: {error.cause}") from error
    if vcpus > allowed:
        raise NotGood(
            f"a roll-out needs up to {vcpus:g} vCPUs of {capacity}, and the account may use {allowed:g}",
            "Ask for a higher quota (Service Quotas, AWS Fargate), or make the tasks smaller",
        )
    return f"{vcpus:g} of {allowed:g} vCPUs of {capacity}"


async def _builder(environment: Environment) -> str:
    with tempfile.TemporaryDirectory() as nowhere:
        builder = environment.image_builder(Path(nowhere), environment.image_platform)
        return await asyncio.to_thread(builder.check)


async def _names(environment: Environment, outputs: Outputs | None) -> str:
    if outputs is not None:
        raise NotLooked("they are this environment's already")
    prefix = environment.prefix
    taken = await asyncio.to_thread(account_of(environment).names_taken, f"{prefix}-db", [prefix])
    if taken:
        raise NotGood(
            f"taken, and not in Terraform's state: {', '.join(taken)}",
            f"Take them over (`reelflow state adopt {environment.name}`), or choose another name_prefix",
        )
    return f"{prefix}-… are free"


async def _alarms(environment: Environment, outputs: Outputs | None) -> str:
    if outputs is None or not outputs.alarm_names:
        raise NotLooked("there are none yet")
    if ringing := await asyncio.to_thread(account_of(environment).ringing, outputs.alarm_names):
        raise NotGood(
            f"ringing already: {', '.join(ringing)}",
            "See what is wrong first; a release that is to put it right is deployed with ignore_alarms",
        )
    return f"none of {len(outputs.alarm_names)} rings"


async def _way_back(environment: Environment, outputs: Outputs | None, previous: Release | None) -> str:
    if previous is None or outputs is None:
        raise NotLooked("there is no release yet that could be gone back to")
    gone = []
    for name, record in previous.services.items():
        if record.task_definition and name in outputs.services:
            service = environment.service(outputs, name)
            found = await asyncio.to_thread(service.definition, record.task_definition)
            gone += [] if found.active else [record.task_definition.rpartition("/")[2]]
    if image := previous.image:
        registry = environment.registry(outputs)
        if await asyncio.to_thread(registry.digest_of, image.digest) is None:
            gone.append(f"image {image.digest[:19]}")
    if gone:
        # No reason not to deploy: what is out now may be what has to be replaced.
        raise NotLooked(f"release {previous.id} can't be gone back to: {', '.join(gone)} is gone")
    return f"release {previous.id}: its task definitions and its image are there"
