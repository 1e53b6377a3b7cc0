"""A session on a fresh database, and the rows that most tests begin with."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app import admission, jobs, local_user
from app.models import GenerationJob, JobStatus, UserSession
from app.requests import GenerationCreate

WAY = (JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING, JobStatus.COMPLETED)


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def user(db: Session) -> UserSession:
    return local_user.local_session(db)


@pytest.fixture
def job_in(db: Session, user: UserSession) -> Callable[[JobStatus], GenerationJob]:
    """Makes a job in any state, along a legal way."""

    def make(status: JobStatus) -> GenerationJob:
        job = admission.create_job(db, GenerationCreate(prompt="A red kettle at dawn"), user)
        if status is JobStatus.FAILED:
            return jobs.fail(db, job.id, "disk_full", "The disk is full", "Free some space")
        if status is JobStatus.CANCELLED:
            return jobs.cancel(db, job.id)
        for step in WAY if status is not JobStatus.PENDING else ():
            jobs.advance(db, job.id, step)
            if step is status:
                break
        return job

    return make
