"""Calls of AWS's API that fail: refused, too many, cut off; once, or for as long as it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from blocks.aws import ATTEMPTS
from sandbox.rehearsal.harm.contract import Harm, Scene

# What boto3 tries again by itself never reaches a stage; so often that one attempt of a stage fails.
ONE_ATTEMPT = ATTEMPTS


def failing(service: str, operation: str = "*", **fault: Any) -> Harm:
    """A fault of the sandbox, by its fields; see `sandbox.faults.Fault`."""

    @contextmanager
    def switched_on(scene: Scene) -> Iterator[None]:
        fault_id = scene.aws.faults.on(service, operation, **fault)
        try:
            yield
        finally:
            scene.aws.faults.off(fault_id)

    return switched_on


def unavailable(service: str, operation: str, *, times: int | None = ONE_ATTEMPT) -> Harm:
    """AWS has a fault of its own, for as long as one attempt of a stage asks."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return failing(service, operation, error="ServiceUnavailable", status=status, times=times)


def throttled(service: str, operation: str, *, times: int | None = ONE_ATTEMPT) -> Harm:
    """AWS says that it is asked too often."""
    return failing(
        service, operation, error="ThrottlingException", message="Rate exceeded", status=429, times=times
    )


def expired(service: str, operation: str, *, times: int | None = None) -> Harm:
    """The deployer's credentials have run out, for good or until somebody renews them."""
    return failing(
        service,
        operation,
        error="ExpiredTokenException",
        message="The security token included in the request is expired",
        status=HTTPStatus.FORBIDDEN,
        times=times,
    )


cut_off = failing("*", error="connection", times=None)
