"""One deployment of an environment at a time, and no dead holder keeps the others out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psutil
import pytest

from blocks.record_store import RecordStore
from flows.deployment.lock import Holder, Lock, LockHeld, LockLost, holder

Over = Callable[[UUID], bool]


def _holder(**changes: object) -> Holder:
    return Holder.this_process(uuid4()).model_copy(update=changes)


def _elsewhere() -> Holder:
    return _holder(host="deployer-2", machine="another", process=7)


def test_the_second_is_told_who_holds_it(records: RecordStore, nobody_is_over: Over) -> None:
    first = _elsewhere()
    Lock(records, "dev", is_over=nobody_is_over).acquire(first)
    with pytest.raises(LockHeld, match=f"flow run {first.flow_run}, process 7 on deployer-2") as refused:
        Lock(records, "dev", is_over=nobody_is_over).acquire(_holder())
    assert "free in" in refused.value.remedy
    assert holder(records, "dev") == first


def test_environments_have_locks_of_their_own(records: RecordStore, nobody_is_over: Over) -> None:
    Lock(records, "dev", is_over=nobody_is_over).acquire(_holder())
    Lock(records, "prod", is_over=nobody_is_over).acquire(_holder())


def test_given_up_it_is_free(records: RecordStore, nobody_is_over: Over) -> None:
    first = Lock(records, "dev", is_over=nobody_is_over)
    first.acquire(_elsewhere())
    first.renew()
    first.release()
    assert holder(records, "dev") is None
    Lock(records, "dev", is_over=nobody_is_over).acquire(_holder())


def test_a_lease_that_ran_out_is_free_and_its_holder_is_told(
    records: RecordStore, nobody_is_over: Over
) -> None:
    first = Lock(records, "dev", is_over=nobody_is_over, lease_s=-1)
    first.acquire(_elsewhere())
    second = Lock(records, "dev", is_over=nobody_is_over)
    mine = _holder()
    second.acquire(mine)
    with pytest.raises(LockLost, match=str(mine.flow_run)):
        first.renew()
    first.release()
    assert holder(records, "dev") == mine
    second.renew()


def test_a_run_that_ended_keeps_nobody_out(records: RecordStore) -> None:
    ended = _elsewhere()
    Lock(records, "dev", is_over=lambda _: False).acquire(ended)
    Lock(records, "dev", is_over=lambda run: run == ended.flow_run).acquire(_holder())


def test_an_earlier_attempt_of_the_same_run_keeps_it_not_out(
    records: RecordStore, nobody_is_over: Over
) -> None:
    before = _elsewhere()
    Lock(records, "dev", is_over=nobody_is_over).acquire(before)
    Lock(records, "dev", is_over=nobody_is_over).acquire(_holder(flow_run=before.flow_run))


def test_a_killed_process_of_this_machine_keeps_nobody_out(
    records: RecordStore, nobody_is_over: Over
) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    born = psutil.Process(child.pid).create_time()
    dying = _holder(process=child.pid, born=born)
    Lock(records, "dev", is_over=nobody_is_over).acquire(dying)
    with pytest.raises(LockHeld):
        Lock(records, "dev", is_over=nobody_is_over).acquire(_holder())
    child.kill()
    child.wait()
    child.communicate()
    Lock(records, "dev", is_over=nobody_is_over).acquire(_holder())


def test_another_process_of_the_dead_ones_number_is_not_it(
    records: RecordStore, nobody_is_over: Over
) -> None:
    dead = _holder(born=datetime(2020, 1, 1, tzinfo=UTC).timestamp())
    Lock(records, "dev", is_over=nobody_is_over).acquire(dead)
    Lock(records, "dev", is_over=nobody_is_over).acquire(_holder())


def test_a_renewal_whose_answer_was_lost_is_no_loss(records: RecordStore, nobody_is_over: Over) -> None:
    lock = Lock(records, "dev", is_over=nobody_is_over)
    lock.acquire(_holder())
    written = records.read("locks/dev.json")
    assert written is not None
    lock.renew()
    # As a client sees it that tries again after a connection broke: its own write is there already.
    lock._version = written.version
    lock._document = lock._document.model_copy(update={"renewals": 0})
    lock.renew()
    lock.renew()
