"""Calls of AWS's API that fail: refused, too many, cut off; once, or for as long as it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from blocks.aws import ATTEMPTS
from sandbox.rehearsal.harm.contract import Harm, NotReached, Scene

# What boto3 tries again by itself never reaches a stage; so often that one attempt of a stage fails.
ONE_ATTEMPT = ATTEMPTS


def failing(service: str, operation: str = "*", **fault: Any) -> Harm:
    """A fault of the sandbox, by its fields; see `sandbox.faults.Fault`.

    Raises (when the block ends):
        NotReached: no call has met it.
    """

    @contextmanager
    def switched_on(scene: Scene) -> Iterator[None]:
        fault_id = scene.aws.faults.on(service, operation, **fault)
        try:
            yield
            left = next((one for one in scene.aws.faults.all() if one["id"] == fault_id), None)
            if left and not left["met"]:
                raise NotReached(f"no call met the fault of {service} {operation}")
        finally:
            scene.aws.faults.off(fault_id)

    return switched_on


def unavailable(service: str, operation: str, containing: str = "") -> Harm:
    """AWS has a fault of its own, for as long as one attempt of a stage asks."""
    return failing(
        service,
        operation,
        error="ServiceUnavailable",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        times=ONE_ATTEMPT,
        containing=containing,
    )


def throttled(service: str, operation: str, containing: str = "") -> Harm:
    """AWS says that it is asked too often."""
    return failing(
        service,
        operation,
        error="ThrottlingException",
        message="Rate exceeded",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        times=ONE_ATTEMPT,
        containing=containing,
    )


def expired(service: str, operation: str, containing: str = "", *, times: int | None = None) -> Harm:
    """The deployer's credentials have run out, for good or until somebody renews them."""
    return failing(
        service,
        operation,
        error="ExpiredTokenException",
        message="The security token included in the request is expired",
        status=HTTPStatus.FORBIDDEN,
        times=times,
        containing=containing,
    )


cut_off = failing("*", error="connection", times=None)
