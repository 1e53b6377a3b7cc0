"""The processes that flow runs have: forked from one that has loaded their libraries.

Prefect's worker starts two new interpreters for a run, one after the other, which spend 4 to 7 s of a
processor on libraries before they do anything of its flow. Python's fork server loads them once a worker.
Of the flows themselves it loads nothing: a run always has the code as it is in the checkout.
"""

from __future__ import annotations

import atexit
import os
import runpy
import signal
import sys
import tempfile
import threading
from multiprocessing import connection, forkserver, get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from prefect.runner._process_manager import ProcessHandle, create_isolated_termination_scope
from prefect.utilities.processutils import sanitize_subprocess_env

if TYPE_CHECKING:
    from anyio.abc import TaskStatus
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.runner._control_channel import ControlChannel

ENGINE = "prefect.engine"
# Of every flow. What a process has not got here it loads itself: a library that is missing costs time only.
COMMON = (
    *(ENGINE, "prefect.flow_engine", "prefect.task_engine", "prefect.artifacts", "prefect.runtime"),
    *("av", "boto3", "boto3.s3.transfer", "docker", "imageio_ffmpeg", "limits.aio.storage", "numpy"),
    *("prefect_aws", "psutil", "tenacity"),
)
DEPLOYING = ("hcl2", "pydantic.v1")
FILMS = (
    *("c2pa", "cryptography.x509", "cryptography.hazmat.primitives.serialization", "cv2", "fastapi"),
    *("ffmpeg", "filelock", "PIL.Image", "PIL.ImageDraw", "PIL.ImageFilter", "PIL.ImageFont", "psycopg"),
    *("prefect.concurrency.asyncio", "prefect.concurrency.sync", "puremagic", "redis", "replicate"),
    *("scipy.io.wavfile", "scipy.ndimage", "scipy.signal", "sqlalchemy.dialects.postgresql", "sqlmodel"),
    "structlog",
)
# It talks over a socket in a directory of its own in the temporary one; a socket's path has at most 103
# bytes (macOS; 107 on Linux). From 3.14 on, Python goes to /tmp by itself.
LONGEST_DIRECTORY = 103 - len("/pymp-abcdefgh/listener-abcdefgh")

_context = get_context("forkserver")


def prepare(libraries: tuple[str, ...]) -> None:
    """Begins to load what the flows need, in the process that theirs are forked from.

    Args:
        libraries: modules of libraries; one that can't be imported is left out.
    """
    _context.set_forkserver_preload(["commands.fork_server", *COMMON, *libraries])
    chosen = tempfile.tempdir
    if len(os.fsencode(tempfile.gettempdir())) > LONGEST_DIRECTORY:
        tempfile.tempdir = "/tmp"
    try:
        forkserver.ensure_running()
    finally:
        tempfile.tempdir = chosen


class ForkedEngine:
    """Starts the process of a flow run, as Prefect's executor has it: a ProcessStarter of Prefect's.

    Args:
        environment: the whole environment of the process, without what tells it of its flow run.
        directory: where it runs.
        speaks: whether its output goes where the worker's goes. It then ends with its worker, however
            that ends; otherwise it outlives it.
        control: what Prefect tells the process over that it is cancelled.
    """

    def __init__(
        self, *, environment: dict[str, str | None], directory: Path, speaks: bool, control: ControlChannel
    ) -> None:
        self._environment = environment
        self._directory = directory
        self._speaks = speaks
        self._control = control

    async def start(
        self, flow_run: FlowRun, task_status: TaskStatus[ProcessHandle] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        """Returns when the process has ended; `task_status` has its handle when it has begun."""
        port, token = self._control.register(flow_run.id)
        environment = self._environment | {
            "PREFECT__FLOW_RUN_ID": str(flow_run.id),
            "PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS": "false",
            "PREFECT__CONTROL_PORT": str(port),
            "PREFECT__CONTROL_TOKEN": token,
        }
        process = _context.Process(
            target=_run, args=(sanitize_subprocess_env(environment), str(self._directory), self._speaks)
        )
        try:
            # The first waits until the libraries are loaded.
            await anyio.to_thread.run_sync(process.start)
        except BaseException:
            self._control.unregister(flow_run.id)
            raise
        assert process.pid
        scope = create_isolated_termination_scope(process.pid)
        task_status.started(ProcessHandle(process, termination_scope=scope))  # pyright: ignore[reportArgumentType]
        await anyio.wait_readable(process.sentinel)
        process.join()


class NoHooks:
    """What runs the hooks of flows that crash or are cancelled, for flows that have none.

    Prefect's own loads the flow into the worker to see whether it has any.
    """

    async def run_cancellation_hooks(self, flow_run: FlowRun, state: State) -> None:
        """Nothing."""

    async def run_crashed_hooks(self, flow_run: FlowRun, state: State) -> None:
        """Nothing."""


def _run(environment: dict[str, str], directory: str, speaks: bool) -> None:
    # Cancelled, it is ended with all that it has started; a Ctrl-C in a terminal reaches the worker only.
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if speaks:
        threading.Thread(target=_end_with_the_worker, daemon=True).start()
    else:
        silence = os.open(os.devnull, os.O_WRONLY)
        for output in (1, 2):
            os.dup2(silence, output)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [ENGINE]
    sys.path[0] = directory
    sys.modules.pop(ENGINE)
    try:
        runpy.run_module(ENGINE, run_name="__main__")
    finally:
        # What Prefect sends at a process' end; a forked one ends without.
        atexit._run_exitfuncs()


def _end_with_the_worker() -> None:
    worker: Any = parent_process()
    connection.wait([worker.sentinel])
    os.killpg(0, signal.SIGKILL)
