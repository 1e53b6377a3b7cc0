"""`reelflow worker`: takes flow runs from the pool and runs each in a process of its own."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import warnings
from contextlib import suppress
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import anyio
import httpx
from anyio.abc import TaskStatus
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.exceptions import ObjectNotFound
from prefect.runner._flow_run_executor import FlowRunExecutionResult, FlowRunExecutorContext
from prefect.runner._process_manager import ProcessHandle
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

from commands import flow_process
from commands.configured import require
from commands.deployments import CHECKOUT, Pool, apply_deployments, ensure_limits

# A flow that is told to end leaves its job true first, which takes up to ten seconds; a deployment goes
# back to the last verified release.
FLOWS_END_WITHIN_S = {Pool.RENDER: 20.0, Pool.DEPLOY: 1200.0}
LIBRARIES = {Pool.RENDER: flow_process.FILMS, Pool.DEPLOY: flow_process.DEPLOYING}
NEEDED = {Pool.RENDER: ("DATABASE_URL", "PREFECT_API_URL"), Pool.DEPLOY: ("PREFECT_API_URL",)}
LOOKS_EVERY_S = 0.1
# What is left to do for the process of a run that is suspended or over by what Prefect knows.
LEAVES_WITHIN_S = 10.0

# It takes the place of Prefect's own, which Prefect would have us told of at every start.
warnings.filterwarnings("ignore", message="Type 'OrderlyWorker'", category=UserWarning)


class OrderlyWorker(ProcessWorker):
    """Prefect's worker of processes, which can be told to take nothing new and to end what it runs.

    Told to end, Prefect's own kills its flows before they can leave anything in order; or, when it was
    started with SIGINT ignored, as by a shell in the background, it doesn't end at all. The processes of
    its flows are forked from one that has loaded their libraries.
    """

    stopping = False

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._runs = dict[int, UUID]()

    async def get_and_submit_flow_runs(self) -> list[Any]:
        return [] if self.stopping else await super().get_and_submit_flow_runs()

    async def _submit_scheduled_flow_runs(
        self, flow_run_response: list[WorkerFlowRunResponse]
    ) -> list[FlowRun]:
        # A run that is answered as soon as it is suspended is due again while its process still ends.
        # Prefect's worker asks for a second slot for it and dies of that; the next poll finds the slot free.
        ending = set(self._limiter.statistics().borrowers) if self._limiter else set()
        due = [each for each in flow_run_response if each.flow_run.id not in ending]
        return await super()._submit_scheduled_flow_runs(flow_run_response=due)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        ended = list[FlowRunExecutionResult]()
        async with FlowRunExecutorContext() as context, anyio.create_task_group() as group:
            starter = flow_process.ForkedEngine(
                environment=configuration.env,
                directory=configuration.working_dir or Path.cwd(),
                speaks=configuration.stream_output,
                control=context.control_channel,
            )
            executor = context.create_executor(
                flow_run, starter, propose_submitting=False, hook_runner=flow_process.NoHooks()
            )

            async def execute(*, task_status: TaskStatus[ProcessHandle]) -> None:
                if execution := await executor.submit(task_status=task_status):
                    ended.append(execution)
                    # Another process may get its id.
                    self._runs.pop(execution.handle.pid or 0, None)

            handle = await group.start(execute)
            if handle.pid:
                self._runs[handle.pid] = flow_run.id
            if task_status:
                task_status.started(handle.pid)
        # Each run leaves 0.2 MiB in cycles, of few objects: beside all that a worker has loaded, Python's
        # collector comes to them once in hundreds of runs.
        gc.collect()
        if not ended or ended[0].status_code is None:
            raise RuntimeError("the process of the flow run could not be started")
        return ProcessWorkerResult(status_code=ended[0].status_code, identifier=str(ended[0].handle.pid))

    async def stop(self) -> None:
        """Has the flows end, each in its own order, and waits until they have."""
        self.stopping = True
        told, began = set[BaseProcess](), monotonic()
        for _ in range(int(FLOWS_END_WITHIN_S[Pool(self._work_pool_name)] / LOOKS_EVERY_S)):
            flows = set(active_children())
            for flow in flows - told:
                if monotonic() - began > LEAVES_WITHIN_S or not await self._leaves(flow):
                    flow.terminate()
                    told.add(flow)
            if not flows:
                return
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _leaves(self, flow: BaseProcess) -> bool:
        """Whether its process ends by itself now. One that was told to would be a crash, not suspended."""
        run_id = self._runs.get(flow.pid or 0)
        if run_id is None:
            return False
        try:
            state = (await self.client.read_flow_run(run_id)).state
        except (httpx.HTTPError, ObjectNotFound):
            return False
        return state is not None and (state.is_final() or state.name == "Suspended")


def work(pool: Pool, *, limit: int, deploy: bool) -> None:
    """Works until SIGTERM or Ctrl-C.

    Whether it still polls is told under /health of the address that PREFECT_WORKER_WEBSERVER_HOST and
    PREFECT_WORKER_WEBSERVER_PORT name.

    Args:
        pool: whose flow runs it takes.
        limit: how many of them it works on at once.
        deploy: whether to apply the pool's deployments first.

    Raises:
        NotConfigured: PREFECT_API_URL, or for films DATABASE_URL, is not set.
        ServiceFailed: Prefect's server refused what it was to know.
    """
    require(*NEEDED[pool])
    os.chdir(CHECKOUT)
    flow_process.prepare(LIBRARIES[pool])
    if deploy:
        if pool is Pool.RENDER:
            with get_client(sync_client=True) as client:
                ensure_limits(client)
        apply_deployments(pool, flows_speak=True)
    # One name a machine: a worker that was started again is the same to Prefect.
    asyncio.run(_work(OrderlyWorker(work_pool_name=pool, name=socket.gethostname(), limit=limit)))


async def _work(worker: OrderlyWorker) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    working = asyncio.create_task(worker.start(with_healthcheck=True))
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        await worker.stop()
        working.cancel()
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await working
