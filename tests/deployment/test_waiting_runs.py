"""Flow runs that nobody takes up, and ones that failed before they had a release: on a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed, Crashed, Failed

from commands.explain import runs
from flows.explaining.explain import explain
from flows.explaining.findings import Fault, Findings

POOL = "nobody-works-here"


@pytest.fixture
def client(prefect_api: str) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as made:
        yield made


@pytest.fixture
def run(client: SyncPrefectClient) -> FlowRun:
    """A run of deploy/prod, in a pool without a worker."""
    client.create_work_pool(WorkPoolCreate(name=POOL, type="process"), overwrite=True)
    flow = client.create_flow_from_name("deploy")
    deployment = client.create_deployment(
        flow_id=flow, name="prod", work_pool_name=POOL, parameters={"environment": "prod"}
    )
    return client.create_flow_run_from_deployment(deployment)


def test_a_run_that_nobody_takes_up(run: FlowRun) -> None:
    found = runs.waiting("prod")
    assert found is not None
    cause = explain(found).cause
    assert cause is not None
    assert cause.kind == "no_worker"
    assert f"reelflow worker --pool {POOL}" in cause.remedy


def test_runs_of_other_environments_and_runs_that_ended_do_not_wait(
    client: SyncPrefectClient, run: FlowRun
) -> None:
    assert runs.waiting("staging") is None
    client.set_flow_run_state(run.id, Completed(), force=True)
    assert runs.waiting("prod") is None


def test_a_run_is_found_by_its_id_and_by_its_name(run: FlowRun) -> None:
    for word in (str(run.id), run.name):
        found = runs.find(word)
        assert found is not None
        assert found.id == run.id
    assert runs.find("no-such-run") is None
    assert runs.find("00000000-0000-0000-0000-000000000000") is None


def test_a_run_that_failed_before_it_had_a_release(client: SyncPrefectClient, run: FlowRun) -> None:
    message = (
        "Flow run encountered an exception: LockHeld: prod is being deployed: "
        "the lock is held by flow run 1, "
        "process 7 on build-7. Follow that run."
    )
    client.set_flow_run_state(run.id, Failed(message=message), force=True)
    again = runs.find(str(run.id))
    assert again is not None
    facts, pools, environment = runs.facts(again)
    assert (environment, runs.kind(facts)) == ("prod", "lock_held")
    fault = Fault(stage="deploy", kind=runs.kind(facts), message=facts.message)
    cause = explain(Findings(environment=environment, run=facts, pools=pools, fault=fault)).cause
    assert cause is not None
    assert cause.kind == "lock_held"


def test_a_run_whose_process_was_killed(client: SyncPrefectClient, run: FlowRun) -> None:
    client.set_flow_run_state(run.id, Crashed(message="Flow run process exited with code -9"), force=True)
    again = runs.find(str(run.id))
    assert again is not None
    facts, _, _ = runs.facts(again)
    assert runs.kind(facts) == "killed"
