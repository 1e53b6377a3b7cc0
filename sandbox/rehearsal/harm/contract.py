"""What every harm is: a block during which something is wrong, and after which it is put right."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from blocks.environment import Environment
from blocks.media_store.errors import StoreError
from blocks.record_store import RecordStore, records_of
from blocks.terraform import Outputs
from flows.deployment import journal
from flows.deployment.release import Release
from sandbox.running import Sandbox

LOOKS_EVERY_S = 0.05


@dataclass(frozen=True)
class Scene:
    """Where something goes wrong.

    Attributes:
        aws: what stands in for AWS.
        environment: what is deployed to, with the source that is deployed.
        outputs: of what is deployed already.
        before: the release that was newest before.
    """

    aws: Sandbox
    environment: Environment
    outputs: Outputs
    before: Release | None

    @property
    def records(self) -> RecordStore:
        return records_of(self.environment)

    def newest(self) -> Release | None:
        """The release that is being made; None before it has a record."""
        try:
            found = journal.newest(self.records, self.environment.name)
        except StoreError:
            # A harm may be done to the store's own way.
            return None
        return None if found is None or (self.before and found.id == self.before.id) else found


class NotReached(Exception):
    """What was to go wrong had no occasion to."""


Harm = Callable[[Scene], AbstractContextManager[None]]


@contextmanager
def unharmed(scene: Scene) -> Iterator[None]:
    """Nothing goes wrong but what is deployed."""
    yield


def together(*harms: Harm) -> Harm:
    """All of them at once."""

    @contextmanager
    def all_of_them(scene: Scene) -> Iterator[None]:
        with ExitStack() as done:
            for harm in harms:
                done.enter_context(harm(scene))
            yield

    return all_of_them


def at_stage(stage: str, harm: Harm, *, lasts_s: float | None = None) -> Harm:
    """A harm that begins when the release reaches a stage.

    Args:
        stage: by its name; `approval` is reached when the deployment waits for it.
        lasts_s: after how many seconds it is put right; None: when the deployment has ended.

    Raises (when the block ends):
        NotReached: the deployment never came there, so that nothing went wrong.
    """

    @contextmanager
    def later(scene: Scene) -> Iterator[None]:
        over, reached = threading.Event(), threading.Event()
        faults: list[Exception] = []

        def wait_and_harm() -> None:
            while not _is_at(scene, stage):
                if over.wait(LOOKS_EVERY_S):
                    return
            reached.set()
            try:
                with harm(scene):
                    over.wait(lasts_s)
            except Exception as fault:  # noqa: BLE001 - told where the block ends
                faults.append(fault)

        # Prefect keeps its settings by context, of which a thread has none.
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(wait_and_harm,), name=f"harm-{stage}", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        if faults:
            raise faults[0]
        if not reached.is_set():
            raise NotReached(f"the deployment never came to {stage}: nothing has gone wrong there")

    return later


def _is_at(scene: Scene, stage: str) -> bool:
    release = scene.newest()
    if release is None:
        return False
    if stage == "approval":
        return release.status == "awaiting_approval"
    found = release.stage(stage)
    return found is not None and found.status == "running"
