"""What the API is measured beside: the least application that reads a job, written as anybody would."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlmodel import Session, create_engine

from app.database import parse
from app.models import GenerationJob, JobStatus
from app.settings import settings


class Job(BaseModel):
    """The answer."""

    id: UUID
    status: JobStatus
    progress: int
    prompt: str


def create_app() -> FastAPI:
    """The application, on the database and with as many connections as the real one."""
    configured = settings()
    assert configured.database_url
    pool = configured.database_pool_size
    engine = create_engine(
        parse(configured.database_url.get_secret_value()), pool_size=pool, max_overflow=pool
    )
    app = FastAPI()

    def session() -> Iterator[Session]:
        with Session(engine) as opened:
            yield opened

    @app.get("/jobs/{job_id}", response_model=Job)
    def read_job(job_id: UUID, db: Annotated[Session, Depends(session)]) -> GenerationJob:
        if (job := db.get(GenerationJob, job_id)) is None:
            raise HTTPException(404)
        return job

    return app
