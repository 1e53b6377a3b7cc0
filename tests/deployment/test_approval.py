"""A plan that destroys waits for a person, as a suspended run: on a real Prefect server."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import get_client
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow
from prefect.flow_runs import resume_flow_run
from prefect.states import Crashed

from commands.deployment.deploy import NothingToApprove, answer
from flows.deployment import lock
from flows.deployment.release import Status
from tests.deployment.conftest import CHECKOUT, Toy
from tests.deployment.toy import toy as toy_flow


@pytest.fixture
def run_id(toy: Toy) -> UUID:
    """A run of the toy's deployment that has asked, and is suspended."""
    toy.world.with_suffix(".plan").write_text("module.database.aws_db_instance.main")
    parameters = {"bucket": toy.records.bucket, "world": str(toy.world), "source": "a", "mode": "ask"}
    with get_client(sync_client=True) as client:
        deployment_id = client.create_deployment(
            client.create_flow(toy_flow),
            name=toy.records.bucket,
            entrypoint="tests/deployment/toy.py:toy",
            path=str(CHECKOUT),
        )
        run = client.create_flow_run_from_deployment(deployment_id, parameters=parameters)
    assert _execute(toy, run.id) == "Suspended"
    return run.id


def test_a_suspended_run_holds_nothing(toy: Toy, run_id: UUID) -> None:
    release = toy.newest
    assert (release.status, release.flow_runs) == (Status.AWAITING_APPROVAL, (run_id,))
    assert lock.holder(toy.records, "dev") is None
    assert toy.world.read_text() == ""
    # Another may deploy meanwhile.
    assert toy.deploy("b") == ""
    assert toy.releases == [Status.ABANDONED, Status.COMPLETED]


def test_approved_it_goes_on_from_the_top_with_its_release(toy: Toy, run_id: UUID) -> None:
    resume_flow_run(run_id, run_input={"approved": True, "by": "Ada", "plan": _asked(toy)})
    assert _execute(toy, run_id) == "Completed"
    release = toy.newest
    assert toy.releases == [Status.COMPLETED]
    assert release.plan is not None
    assert release.plan.approved_by == "Ada"
    assert toy.world.read_text() == "a1 a2 "


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"approved": False, "by": "Ada"}, "refused"),
        ({}, "refused"),
        ({"approved": True, "plan": "0" * 64}, "answer_to_another_plan"),
    ],
)
def test_any_other_answer_ends_it(toy: Toy, run_id: UUID, said: dict[str, Any], kind: str) -> None:
    resume_flow_run(run_id, run_input=said)
    assert _execute(toy, run_id) == "Failed"
    release = toy.newest
    assert release.cause is not None
    assert (release.status, release.cause.stage, release.cause.kind) == (Status.FAILED, "approve", kind)
    assert toy.world.read_text() == ""


def test_an_answer_counts_for_a_plan_of_the_same_meaning_only(toy: Toy, run_id: UUID) -> None:
    first = _asked(toy)
    toy.world.with_suffix(".plan").write_text("module.cache.aws_elasticache_replication_group.main")
    resume_flow_run(run_id, run_input={"approved": True, "plan": first})
    assert _execute(toy, run_id) == "Suspended"
    assert toy.world.read_text() == ""
    second = _asked(toy)
    assert second != first
    resume_flow_run(run_id, run_input={"approved": True, "plan": second})
    assert _execute(toy, run_id) == "Completed"
    assert toy.world.read_text() == "a1 a2 "


def test_one_that_has_ended_otherwise_can_not_be_answered(run_id: UUID) -> None:
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run_id, Crashed(), force=True)
    with pytest.raises(NothingToApprove, match="waits no longer"):
        answer("dev", run_id, {"approved": True})
    with pytest.raises(NothingToApprove, match="is not known"):
        answer("dev", uuid4(), {"approved": True})


def _asked(toy: Toy) -> str:
    plan = toy.newest.plan
    assert plan is not None
    return plan.meaning


def _execute(toy: Toy, run_id: UUID) -> str:
    """Runs a flow run as a worker's process does, and tells the state in which it leaves it."""
    with get_client(sync_client=True) as client, pytest.MonkeyPatch.context() as patch:
        for name, value in toy.environment.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        run = client.read_flow_run(run_id)
        # Suspended it raises Pause, failed its fault; either way its state says how it went.
        with suppress(Pause, Exception):
            going: Any = run_flow(toy_flow, flow_run=run, parameters=run.parameters)
            asyncio.run(going)
        state = client.read_flow_run(run_id).state
    assert state is not None
    return str(state.name)
