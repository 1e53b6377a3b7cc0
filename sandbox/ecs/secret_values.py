"""Values that a task definition names instead of holding: from Secrets Manager and Parameter Store."""

from __future__ import annotations

import json
import re

from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

_SECRET = re.compile(
    r"arn:aws:secretsmanager:(?P<region>[^:]+):(?P<account>\d+):secret:(?P<name>[^:]+)"
    r"(?::(?P<key>[^:]*):(?P<stage>[^:]*):(?P<version>[^:]*))?"
)
_PARAMETER = re.compile(r"arn:aws:ssm:(?P<region>[^:]+):(?P<account>\d+):parameter/(?P<name>.+)")


class NoSuchSecret(Exception):
    """A value can't be had; says which and why, never the value."""


def resolve(reference: str, *, account: str, region: str) -> str:
    """The value of a `valueFrom`.

    Args:
        reference: arn:…:secret:NAME[:KEY:STAGE:VERSION], a parameter's ARN, or a parameter's name.
        account: of a parameter that is named without one.
        region: likewise.

    Raises:
        NoSuchSecret: there is none, or it lacks the key.
    """
    if found := _SECRET.fullmatch(reference):
        arn = reference.split(found["name"])[0] + found["name"]
        value = _secret(arn, found["account"], found["region"], found["version"], found["stage"])
        return _member(value, found["key"], arn) if found["key"] else value
    if found := _PARAMETER.fullmatch(reference):
        account, region, reference = found["account"], found["region"], found["name"]
    parameters = ssm_backends[account][region].get_parameters([reference, f"/{reference}"])
    if not parameters:
        raise NoSuchSecret(f"unable to retrieve the parameter {reference}: ParameterNotFound")
    return next(iter(parameters.values())).value


def _secret(arn: str, account: str, region: str, version: str | None, stage: str | None) -> str:
    backend = secretsmanager_backends[account][region]
    try:
        answer = backend.get_secret_value(arn, version or None, stage or None)  # pyright: ignore[reportArgumentType]
        return answer["SecretString"]
    # moto's errors have no common class below Exception that keeps them apart from its mistakes.
    except Exception as error:  # noqa: BLE001
        raise NoSuchSecret(
            f"unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch "
            f"secret {arn} from secrets manager: {type(error).__name__}"
        ) from None


def _member(value: str, key: str, arn: str) -> str:
    try:
        member = json.loads(value)[key]
    except ValueError:
        raise NoSuchSecret(f"unable to retrieve secret from asm: the secret {arn} is not JSON") from None
    except KeyError:
        raise NoSuchSecret(
            "unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain "
            f"json key {key}"
        ) from None
    return member if isinstance(member, str) else json.dumps(member)
