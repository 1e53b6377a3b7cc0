"""As much of a film in the making as ordering and judging clips needs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app import admission, jobs, local_user, records
from app.database import session
from app.models import JobStatus
from app.records import Shot
from app.requests import GenerationCreate
from app.store import media_store
from blocks.clip_source import ClipProgress, ClipRequest
from tests.media.quality.test_measuring import FRAMES, SIZE

ORDER = ClipRequest(
    description="A blue sky over trees", width=SIZE.width, height=SIZE.height, frames=FRAMES, seed=7
)


class FakeSource:
    """Delivers what it is told to, one file after the other; an exception is raised instead."""

    local = True
    takes_style = True
    takes_reference = True
    identity = "fake/1"

    def __init__(self, *deliveries: Path | Exception) -> None:
        self.deliveries = list(deliveries)
        self.ordered: list[ClipRequest] = []
        self.refused: dict[int, str] = {}

    def submit(self, request: ClipRequest) -> str:
        if isinstance(self.deliveries[0], Exception):
            raise self.deliveries.pop(0)  # pyright: ignore[reportGeneralTypeIssues]
        self.ordered.append(request)
        return "order"

    def poll(self, submission: str) -> ClipProgress:
        return ClipProgress(state="succeeded", done=1.0)

    def fetch(self, submission: str, destination: Path) -> None:
        delivery = self.deliveries.pop(0)
        assert isinstance(delivery, Path)
        destination.write_bytes(delivery.read_bytes())

    def release(self, submission: str) -> None: ...

    def cost(self, request: ClipRequest) -> int:
        return 0

    def refuse(self, request: ClipRequest, reason: str) -> None:
        self.refused[request.seed] = reason

    def was_refused(self, request: ClipRequest) -> bool:
        return request.seed in self.refused


def film_of_three(workdir: Path) -> Any:
    """A job with three clips to make, and a source without deliveries."""
    with session() as db:
        job = admission.create_job(db, GenerationCreate(prompt="A blue sky"), local_user.local_session(db))
        shots = [
            Shot(number=n, description="-", frames=FRAMES, address=f"{n:064d}", source="s") for n in (1, 2, 3)
        ]
        records.plan_clips(db, job.id, shots)
        for step in (JobStatus.PLANNING, JobStatus.GENERATING):
            jobs.advance(db, job.id, step)
        job_id, brief = job.id, admission.brief_of(job)
    workdir.mkdir()
    return SimpleNamespace(
        job_id=job_id,
        brief=brief,
        size=SIZE,
        workdir=workdir,
        store=media_store(),
        source=FakeSource(),
        painter=None,
        request=GenerationCreate(prompt="A blue sky", built_in=True),
        cancel=threading.Event(),
        progress=SimpleNamespace(clip=lambda *_: None, clip_completed=lambda *_: None),
        stopwatch=SimpleNamespace(add=lambda *_: None),
        working=_working,
    )


@contextmanager
def _working() -> Iterator[None]:
    yield
