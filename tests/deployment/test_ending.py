"""However a deployment ends, the world, the record and the lock are true: on a real Prefect server and S3."""

from __future__ import annotations

import signal

import pytest
from prefect.client.orchestration import get_client
from prefect.states import Cancelling

from flows.deployment import lock
from flows.deployment.release import Status
from tests.deployment.conftest import Toy


def test_a_deployment_that_goes_well(toy: Toy) -> None:
    assert toy.deploy("a") == ""
    assert toy.world.read_text() == "a1 a2 "
    release = toy.newest
    assert (release.status, release.cause, release.open_branches) == (Status.COMPLETED, None, ())
    assert [stage.status for stage in release.stages] == ["done", "done", "done"]
    assert lock.holder(toy.records, "dev") is None


def test_what_passes_by_itself_is_tried_again(toy: Toy) -> None:
    assert toy.deploy("a", "flaky") == ""
    plan = toy.newest.stage("plan")
    assert plan is not None
    assert (plan.status, plan.attempts) == ("done", 2)


def test_a_failure_goes_the_ways_back_newest_first_and_has_one_cause(toy: Toy) -> None:
    toy.deploy("a")
    assert toy.deploy("b", "fail") == "second: broken: It broke. Mend it."
    assert toy.world.read_text() == "a1 a2 "
    release = toy.newest
    assert release.status is Status.FAILED
    assert release.cause is not None
    assert (release.cause.stage, release.cause.kind) == ("second", "broken")
    assert [branch.status for branch in release.branches] == ["run", "run"]
    order = sorted(release.branches, key=lambda branch: branch.started or release.started)
    assert [branch.name for branch in order] == ["second", "first"]
    assert lock.holder(toy.records, "dev") is None


def test_a_stage_whose_time_is_up_is_not_tried_again(toy: Toy) -> None:
    assert toy.deploy("a", "too-long").startswith("second: deadline: It did not end within 2 s")
    release = toy.newest
    assert release.cause is not None
    assert (release.cause.stage, release.cause.kind) == ("second", "deadline")
    assert toy.world.read_text() == ""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_one_that_is_ended_goes_the_ways_back(toy: Toy, sent: signal.Signals) -> None:
    process = toy.start("a", "hang-in-first")
    toy.reached(process)
    process.send_signal(sent)
    out = process.communicate(timeout=60)[0]
    release = toy.newest
    assert release.status is Status.CANCELLED, out
    assert release.cause is not None
    assert (release.cause.stage, release.cause.kind) == ("first", "cancelled")
    assert toy.world.read_text() == ""
    assert lock.holder(toy.records, "dev") is None


@pytest.mark.parametrize(
    ("killed_in", "source", "then", "statuses"),
    [
        # The same again goes on, and what was there at first is still known.
        ("hang-in-first", "a", "a1 a1 a2 ", [Status.COMPLETED]),
        ("hang-in-second", "a", "a1 a2 a1 a2 ", [Status.COMPLETED]),
        # Another one undoes first, to where no more is verified.
        ("hang-in-first", "b", "b1 b2 ", [Status.FAILED, Status.COMPLETED]),
        ("hang-in-second", "b", "b1 b2 ", [Status.FAILED, Status.COMPLETED]),
        # Killed on the way back: that is gone to its end, whatever comes then.
        ("fail-hang-in-undo", "a", "a1 a2 ", [Status.FAILED, Status.COMPLETED]),
        ("fail-hang-in-undo", "b", "b1 b2 ", [Status.FAILED, Status.COMPLETED]),
        # Verified, nothing is undone any more.
        ("verified-hang", "b", "a1 a2 b1 b2 ", [Status.ABANDONED, Status.COMPLETED]),
    ],
)
def test_after_a_kill_the_next_decides_rightly(
    toy: Toy, killed_in: str, source: str, then: str, statuses: list[Status]
) -> None:
    process = toy.start("a", killed_in)
    toy.reached(process)
    process.kill()
    process.communicate()
    assert lock.holder(toy.records, "dev") is not None
    assert toy.deploy(source) == ""
    assert toy.world.read_text() == then
    assert toy.releases == statuses
    assert lock.holder(toy.records, "dev") is None


def test_a_taken_up_release_fails_back_to_what_was_there_before_the_kill(toy: Toy) -> None:
    toy.deploy("v")
    process = toy.start("a", "hang-in-second")
    toy.reached(process)
    process.kill()
    process.communicate()
    assert toy.deploy("a", "fail")
    assert toy.world.read_text() == "v1 v2 "
    assert toy.releases == [Status.COMPLETED, Status.FAILED]


def test_a_way_back_that_is_blocked_is_gone_by_the_next(toy: Toy) -> None:
    assert toy.deploy("a", "fail-no-way-back")
    release = toy.newest
    assert release.status is Status.UNDO_FAILED
    assert release.cause is not None
    assert release.cause.stage == "second"
    assert [(b.name, b.status) for b in release.branches] == [("first", "failed"), ("second", "run")]
    # The other one was gone all the same; the next goes what is left before anything else.
    assert toy.world.read_text() == "a1 "
    assert toy.deploy("b") == ""
    assert toy.world.read_text() == "b1 b2 "
    assert toy.releases == [Status.FAILED, Status.COMPLETED]


def test_one_that_is_cancelled_in_prefect_goes_the_ways_back(toy: Toy) -> None:
    process = toy.start("a", "hang-in-first")
    toy.reached(process)
    (run_id,) = toy.newest.flow_runs
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run_id, Cancelling())
    out = process.communicate(timeout=60)[0]
    assert toy.newest.status is Status.CANCELLED, out
    assert toy.world.read_text() == ""
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(run_id).state
    assert state is not None
    assert state.is_cancelled()


def test_one_whose_lock_was_taken_touches_nothing_more(toy: Toy) -> None:
    process = toy.start("a", "hang-in-first")
    toy.reached(process)
    found = toy.records.read("locks/dev.json")
    assert found is not None
    # As another run leaves it that found the lease run out, this process being stopped for a while.
    process.send_signal(signal.SIGSTOP)
    toy.records.delete("locks/dev.json")
    mine = lock.Holder.this_process(None)
    lock.Lock(toy.records, "dev", is_over=lambda _: False).acquire(mine)
    process.send_signal(signal.SIGCONT)
    out = process.communicate(timeout=60)[0]
    assert process.returncode != 0
    assert "goes on elsewhere" in out
    assert toy.world.read_text() == "a1 "
    assert toy.newest.status is Status.RUNNING
    assert lock.holder(toy.records, "dev") == mine


def test_who_goes_the_ways_back_can_not_be_ended(toy: Toy) -> None:
    process = toy.start("a", "fail-slowly-back")
    toy.reached(process)
    process.send_signal(signal.SIGTERM)
    out = process.communicate(timeout=60)[0]
    release = toy.newest
    assert release.status is Status.FAILED, out
    assert release.cause is not None
    assert (release.cause.stage, release.cause.kind) == ("second", "broken")
    assert [branch.status for branch in release.branches] == ["run", "run"]
    assert toy.world.read_text() == ""


def test_a_second_one_at_the_same_time_is_told_who_is_at_it(toy: Toy) -> None:
    process = toy.start("a", "hang-in-first")
    toy.reached(process)
    assert f"process {process.pid} on" in toy.deploy("b")
    assert toy.world.read_text() == "a1 "
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
