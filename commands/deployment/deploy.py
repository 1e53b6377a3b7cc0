"""`reelflow deploy ENV` and `reelflow approve ENV`: a release, followed from its first stage to its last."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect import resume_flow_run
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.deployments import run_deployment
from prefect.exceptions import NotPausedError, ObjectNotFound
from prefect.states import Cancelling

from app.errors import AppError
from blocks.environment import Environment
from blocks.record_store import RecordStore, records_of
from commands.deployment.engine import FLOW, deployment_engine, register
from commands.deployment.following import Ended, Tell, follow, serving_release
from flows.deployment import journal
from flows.deployment.options import Manner, Options
from flows.deployment.release import Release, Status
from stack.prefect_server import page_url


class NothingToApprove(AppError):
    """No deployment of the environment waits for an answer."""


@dataclass(frozen=True)
class Watcher:
    """Who is told how it goes.

    Attributes:
        stage: of each stage, when it begins and when it has ended.
        waiting: that it waits for approval; says whether to go on waiting.
        started: of the flow run's address in Prefect's page.
    """

    stage: Tell
    waiting: Callable[[Release | None], bool]
    started: Callable[[str], None]


def deploy(environment: Environment, options: Options, watcher: Watcher) -> dict[str, Any]:
    """Ships the environment's source, and tells how that ended as a document; see `report`.

    Raises:
        ServiceFailed: Prefect can't be had.
        BlockError, StoreError: the environment can't be looked at.
    """
    with deployment_engine(environment.name) as api:
        register(environment)
        return run(environment, options, watcher, api)


def run(
    environment: Environment, options: Manner, watcher: Watcher, api: str, *, flow: str = FLOW
) -> dict[str, Any]:
    """The same for a Prefect that is ready and knows the environment; or another flow with a release."""
    started = time.monotonic()
    flow_run = run_deployment(
        f"{flow}/{environment.name}",
        parameters={"options": options.model_dump(mode="json")},
        timeout=0,
        as_subflow=False,
    )
    return _followed(environment, flow_run.id, watcher, api, started)  # pyright: ignore[reportAttributeAccessIssue]


def approve(environment: Environment, *, by: str, refuse: bool, watcher: Watcher) -> dict[str, Any]:
    """Answers the deployment that waits, and follows it to its end.

    Raises:
        NothingToApprove: none waits, or not any more.
        ServiceFailed: Prefect can't be had.
    """
    started = time.monotonic()
    with deployment_engine(environment.name) as api:
        release = journal.newest(records_of(environment), environment.name)
        if release is None or release.status is not Status.AWAITING_APPROVAL or not release.flow_runs:
            raise NothingToApprove(
                f"Nothing waits for approval in {environment.name}",
                f"its newest release is {release.status}" if release else "nothing was deployed there yet",
                f"See `reelflow releases {environment.name}`",
            )
        plan = release.plan.meaning if release.plan else ""
        run_id = release.flow_runs[-1]
        answer(environment.name, run_id, {"approved": not refuse, "by": by, "plan": plan})
        return _followed(environment, run_id, watcher, api, started)


def answer(environment: str, run_id: UUID, said: Mapping[str, Any]) -> None:
    """Answers a suspended run.

    Args:
        said: the fields of `flows.stages.approve.Answer`.

    Raises:
        NothingToApprove: it is suspended no longer.
    """
    try:
        resume_flow_run(run_id, run_input=dict(said))
    except (NotPausedError, ObjectNotFound) as error:
        raise NothingToApprove(
            f"The deployment of {environment} waits no longer",
            f"its flow run {run_id} has ended otherwise, or is not known to this Prefect server",
            f"Ask anew: reelflow deploy {environment}",
        ) from error


def _followed(
    environment: Environment, run_id: UUID, watcher: Watcher, api: str, started: float
) -> dict[str, Any]:
    watcher.started(f"{page_url(api)}/runs/flow-run/{run_id}")
    records = records_of(environment)
    with get_client(sync_client=True) as client:
        while True:
            try:
                ended = follow(
                    client,
                    run_id,
                    records,
                    environment.name,
                    tell=watcher.stage,
                    on_waiting=watcher.waiting,
                )
                break
            except KeyboardInterrupt:
                if not _cancel(client, run_id):
                    raise
    return report(environment, records, ended) | {
        "seconds": round(time.monotonic() - started, 2),
        "prefect_flow_run": f"{page_url(api)}/runs/flow-run/{run_id}",
    }


def _cancel(client: SyncPrefectClient, run_id: UUID) -> bool:
    """Ends a deployment in its own order; whether that is the first time that it is told."""
    state = client.read_flow_run(run_id).state
    if state and state.type is StateType.CANCELLING:
        return False
    client.set_flow_run_state(run_id, Cancelling())
    return True


def report(environment: Environment, records: RecordStore, ended: Ended) -> dict[str, Any]:
    """How a deployment ended: verdict, stages, what serves now, and the one cause if it failed."""
    release = ended.release
    state = ended.run.state
    cause = str(release.cause) if release and release.cause else None
    if cause is None and not ended.succeeded and not ended.waiting:
        # It failed before it had a release: the lock is held, say.
        cause = " ".join(((state.message if state else None) or "The flow run ended without a word").split())
    return {
        "environment": environment.name,
        "kind": release.kind if release else None,
        "release": release.id if release else None,
        "goal": release.goal if release else None,
        "verdict": "waiting" if ended.waiting else "verified" if ended.succeeded else "failed",
        "stages": [
            {"name": s.name, "status": s.status, "seconds": round(s.seconds or 0.0, 2), "verdict": s.verdict}
            for s in (release.stages if release else ())
        ],
        "serving_release": _serves(environment, records, ended),
        "cause": cause,
        "evidence": list(release.cause.evidence) if release and release.cause else [],
        "cause_kind": f"{release.cause.stage}.{release.cause.kind}" if release and release.cause else None,
        "cancelled": bool(state and state.is_cancelled()),
    }


def _serves(environment: Environment, records: RecordStore, ended: Ended) -> str | None:
    if ended.release is None:
        return None
    if ended.succeeded:
        return ended.release.id
    return serving_release(records, environment.name, ended.release)
