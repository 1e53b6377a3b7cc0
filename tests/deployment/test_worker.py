"""The worker that runs flows, without a server."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import weakref
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import uuid4

import anyio
import pytest
from anyio.abc import TaskStatus
from prefect.workers.process import ProcessWorker

from commands import worker as worker_module
from commands.worker import OrderlyWorker


def test_a_run_that_is_due_again_waits_until_its_process_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    submitted: list[list[Any]] = []

    async def submit(_: Any, flow_run_response: list[Any]) -> list[Any]:
        submitted.append([each.flow_run.id for each in flow_run_response])
        return []

    async def polls() -> None:
        worker = OrderlyWorker(work_pool_name="deploy", limit=2)
        worker._limiter = anyio.CapacityLimiter(2)  # pyright: ignore[reportPrivateUsage]
        resumed, other = (SimpleNamespace(flow_run=SimpleNamespace(id=uuid4())) for _ in range(2))
        worker._limiter.acquire_on_behalf_of_nowait(resumed.flow_run.id)  # pyright: ignore[reportPrivateUsage]
        for _ in range(2):
            await worker._submit_scheduled_flow_runs([resumed, other])  # pyright: ignore
            if resumed.flow_run.id in worker._limiter.statistics().borrowers:  # pyright: ignore
                worker._limiter.release_on_behalf_of(resumed.flow_run.id)  # pyright: ignore
        assert submitted == [[other.flow_run.id], [resumed.flow_run.id, other.flow_run.id]]

    monkeypatch.setattr(ProcessWorker, "_submit_scheduled_flow_runs", submit)
    asyncio.run(polls())


class _Context:
    """Of a run that ends at once; it refers to itself, as Prefect's own does."""

    made: ClassVar[weakref.WeakSet[_Context]] = weakref.WeakSet()
    control_channel = None

    def __init__(self) -> None:
        self.itself = self
        self.made.add(self)

    async def __aenter__(self) -> _Context:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def create_executor(self, *_: object, **__: object) -> _Context:
        return self

    async def submit(self, *, task_status: TaskStatus[Any]) -> Any:
        handle = SimpleNamespace(pid=None)
        task_status.started(handle)
        return SimpleNamespace(status_code=0, handle=handle)


def test_what_runs_leave_in_cycles_is_gone_with_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def runs() -> None:
        worker = OrderlyWorker(work_pool_name="deploy")
        given: Any = SimpleNamespace(id=uuid4(), env={}, working_dir=None, stream_output=False)
        for _ in range(5):
            await worker.run(given, given)
            assert len(_Context.made) <= 1

    monkeypatch.setattr(worker_module, "FlowRunExecutorContext", _Context)
    gc.disable()
    try:
        asyncio.run(runs())
    finally:
        gc.enable()


def test_it_loads_nothing_that_only_its_flows_need() -> None:
    """It runs them in processes of their own, and its memory is paid for around the clock."""
    loads = "import json, sys, commands.worker; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loads], check=True, capture_output=True, text=True)
    heavy = {"flows.generation", "media", "numpy", "scipy", "boto3", "sqlalchemy"}
    assert not heavy & set(json.loads(done.stdout))
