"""Causes in what a container is given when it starts: its secrets, and where its log goes."""

from __future__ import annotations

from flows.explaining.failing import ended
from flows.explaining.findings import Evidence, Findings
from flows.explaining.rule import Match, Rule, said


def _secret(findings: Findings) -> Match | None:
    missing = [secret for secret in findings.secrets if secret.exists is False]
    if not missing:
        return said(
            r"(?:failed to fetch secret (?P<name>\S+) from secrets manager.*?)?"
            r"(?:ResourceNotFoundException: secrets manager can't find|SecretNotFound|ParameterNotFound)",
            "task",
        )(findings)
    first = missing[0]
    told = [
        Evidence(source=f"secret {s.name}", text=f"does not exist; {s.variable} needs it") for s in missing
    ]
    spoken = said(r"unable to (?:pull|retrieve) secret", "task")(findings)
    evidence = (*(spoken.evidence if spoken else ()), *told)
    return Match(evidence, {"name": first.name, "variable": f", from which {first.variable} is read,"})


def _secret_key(findings: Findings) -> Match | None:
    spoken = said(r"did not contain json key (?P<key>[\w.-]+)|the secret (?P<name>\S+) is not JSON", "task")(
        findings
    )
    spoken = spoken or said(r"(?P<name>\S+) has no (?P<key>(?-i:[A-Z0-9_, ]+)): ", "fault")(findings)
    lacking = [s for s in findings.secrets if s.has_key is False]
    if spoken is None and not lacking:
        return None
    told = [
        Evidence(source=f"secret {s.name}", text=f"has no key {s.key}, which {s.variable} needs")
        for s in lacking
    ]
    values = {"key": lacking[0].key, "name": lacking[0].name} if lacking else {}
    return Match(
        (*(spoken.evidence if spoken else ()), *told), {**(spoken.values if spoken else {}), **values}
    )


RULES = (
    Rule(
        kind="secret_key_missing",
        title="A secret lacks a key",
        looks_like="ResourceInitializationError: … did not contain json key …",
        find=_secret_key,
        message="A container reads {key} from the secret {name}, which has no such key",
        remedy="Run `reelflow bootstrap {environment}`, which fills in what the application's secret "
        "lacks; then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="secret_missing",
        title="A secret is missing",
        looks_like="ResourceInitializationError: unable to pull secrets or registry auth: … can't find "
        "the specified secret",
        find=_secret,
        message="The secret {name}{variable} does not exist, so that ECS can't start the container",
        remedy="Make it with `reelflow bootstrap {environment}`, or correct its name in "
        "infra/terraform/main.tf (local.secrets); then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="log_group_missing",
        title="The log group is missing",
        looks_like="ResourceInitializationError: failed to validate logger args: … The specified log "
        "group does not exist",
        find=said(r"the specified log group does not exist", "task"),
        message="The container is to write to a log group that does not exist, so that ECS does not start it",
        remedy="`reelflow deploy {environment}` makes it again (aws_cloudwatch_log_group in "
        "infra/terraform/modules/service)",
    ),
)


LAST = (
    Rule(
        kind="secrets_unreachable",
        title="The secrets can't be read",
        looks_like="ResourceInitializationError: unable to pull secrets or registry auth",
        find=ended("secrets"),
        message="ECS can't read what the containers are to be given: {reason}",
        remedy="See with `reelflow doctor {environment}` whether the secrets are there; compare the "
        "execution role and the network with `reelflow plan {environment}`",
    ),
)
