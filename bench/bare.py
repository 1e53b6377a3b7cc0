"""What the API is measured beside: the least application that reads a job, written as anybody would."""

from uuid import UUID

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlmodel import Session, create_engine

from app.database import parse
from app.models import GenerationJob, JobStatus
from app.settings import settings

SERVED_AT = "/jobs/{job_id}"


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

    @app.get(SERVED_AT, response_model=Job)
    def read_job(job_id: UUID) -> GenerationJob:
        # Not a dependency that yields: those cost two threads more.
        with Session(engine) as db:
            if (job := db.get(GenerationJob, job_id)) is None:
                raise HTTPException(404)
            return job

    return app
