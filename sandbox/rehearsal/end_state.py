"""How an environment is after a cell of the failure matrix, and whether it is as it must be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from flows.deployment import journal, lock
from flows.deployment.release import Release
from sandbox.rehearsal.cells import Cell
from sandbox.rehearsal.harm import Scene
from sandbox.rehearsal.harm.parts import connected

# What refuses a deployment before it has a release, by the words that tell it.
BEFORE_A_RELEASE = {"lock is held": "deploy.lock_held", "has no Dockerfile": "deploy.no_dockerfile"}


@dataclass(frozen=True)
class EndState:
    """What is found when a cell has ended and what went wrong has been put right.

    Attributes:
        serving: the task definition that each service runs, and is steady with.
        steady: whether they all are.
        last_verified: the release that was verified last.
        schema_head: the database's version.
        locks: what is still locked.
        state_serial: of Terraform's state; None when it can't be read.
        open_branches: ways back that were not gone, of the newest release.
    """

    serving: Mapping[str, str]
    steady: bool
    last_verified: Release | None
    schema_head: str | None
    locks: tuple[str, ...]
    state_serial: int | None
    open_branches: tuple[str, ...]

    @property
    def serves(self) -> bool:
        """Whether the last verified release does, by what runs."""
        verified = self.last_verified
        wanted = {name: each.task_definition for name, each in verified.services.items()} if verified else {}
        return bool(wanted) and dict(self.serving) == wanted and self.steady


def look(scene: Scene) -> EndState:
    """Looks at everything, by other ways than the deployment's own words."""
    environment, outputs = scene.environment, scene.outputs
    now = {name: environment.service(outputs, name).running() for name in outputs.services}
    newest = journal.newest(scene.records, environment.name)
    verified = newest if newest and newest.verified else None
    if newest and not verified and newest.last_verified:
        verified = journal.read(scene.records, environment.name, newest.last_verified)
    with connected(scene) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    locks = []
    if holder := lock.holder(scene.records, environment.name):
        locks.append(f"the environment, by {holder}")
    if state := environment.terraform.state_lock():
        locks.append(f"Terraform's state, by {state}")
    return EndState(
        serving={name: serving.task_definition for name, serving in now.items()},
        steady=all(serving.steady and serving.running >= serving.desired > 0 for serving in now.values()),
        last_verified=verified,
        schema_head=row[0] if row else None,
        locks=tuple(locks),
        state_serial=_serial(scene),
        open_branches=tuple(branch.name for branch in newest.open_branches) if newest else (),
    )


def faults(cell: Cell, deployed: Mapping[str, Any], end: EndState, *, failed_requests: int) -> list[str]:
    """What is not as it must be; nothing when the cell has passed. Pure.

    Args:
        deployed: the last deployment's document, as `reelflow deploy --json` prints it.
        failed_requests: of those that were sent meanwhile.
    """
    found = []
    if cell.failure:
        if deployed["verdict"] != "failed":
            found.append(f"it was to fail and is {deployed['verdict']}")
        elif cause_kind(deployed) not in cell.failure:
            wanted = " or ".join(sorted(cell.failure))
            found.append(f"the cause was to be {wanted}: {cause_kind(deployed)}: {deployed['cause']}")
    elif deployed["verdict"] != "verified":
        found.append(f"it was to be verified and is {deployed['verdict']}: {deployed['cause']}")
    verified = end.last_verified
    if verified is None:
        return [*found, "no release is verified any more"]
    if not end.serves:
        found.append(f"release {verified.id}, verified last, does not serve")
    schema = verified.db_schema.after if verified.db_schema else None
    if end.schema_head != schema:
        found.append(f"the schema is at {end.schema_head}, and release {verified.id} was left at {schema}")
    found += [f"still locked: {held}" for held in end.locks]
    if end.state_serial is None:
        found.append("Terraform's state can't be read")
    if end.open_branches:
        found.append(f"not undone: {', '.join(end.open_branches)}")
    if failed_requests > cell.failed_requests:
        found.append(f"{failed_requests} requests failed meanwhile, of at most {cell.failed_requests}")
    return found


def cause_kind(deployed: Mapping[str, Any]) -> str | None:
    """What the cause is called; a deployment that is refused before it has a release has none to say so."""
    if deployed["release"] is None:
        told = deployed["cause"] or ""
        return next((kind for words, kind in BEFORE_A_RELEASE.items() if words in told), None)
    return deployed["cause_kind"]


def seconds_to_good(release: Release | None) -> float | None:
    """From the moment at which a release was let loose until the last verified one served again. Pure.

    Returns:
        Seconds; None when it was never let loose, or was never taken back.
    """
    rolled = release.stage("roll_out") if release else None
    if release is None or rolled is None:
        return None
    back = next((branch for branch in release.branches if branch.name == "roll_out"), None)
    if back is None or back.ended is None or back.status != "run":
        return None
    return round((back.ended - rolled.started).total_seconds(), 2)


def _serial(scene: Scene) -> int | None:
    backend = scene.environment.terraform.backend_config
    try:
        answer = boto3.client("s3").get_object(Bucket=backend["bucket"], Key=backend["key"])
        return int(json.loads(answer["Body"].read())["serial"])
    except (ValueError, KeyError):
        return None
