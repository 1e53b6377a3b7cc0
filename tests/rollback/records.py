"""Release records for tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flows.deployment.release import Image, PlanRecord, Release, Schema, ServiceRecord, Step

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def step(version: str, phase: str = "expand", *, reversible: bool = True) -> Step:
    return Step.model_validate({"version": version, "phase": phase, "reversible": reversible})


def release(number: int, image: str, *, verified: bool = True, **fields: Any) -> Release:
    """A release of an image; every image has a task definition of its name."""
    services = {"backend": ServiceRecord(task_definition=f"backend:{image}", desired_count=1)}
    base = Release(
        id=f"20261124T1200{number:02d}Z",
        environment="dev",
        started=NOW,
        source="s",
        verified=NOW if verified else None,
        image=Image(repository="r", tag=image, digest=f"sha256:{image}"),
        services=services,
        db_schema=Schema(before="0001", after="0001", head="0001", steps=(step("0001"),)),
    )
    return base.model_copy(update=fields)


def changed_infrastructure() -> PlanRecord:
    return PlanRecord(meaning="m", summary="1 to change", destructive=False, changed_infrastructure=True)
