"""The web application: `uvicorn --factory app.main:create_app`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI

from app import cors, middleware, openapi, problems
from app.api import (
    assets,
    clips,
    compositions,
    documentation,
    estimates,
    generation_assets,
    generations,
    health,
    live,
    media,
    metrics,
    pages,
    scenes,
    sessions,
    webhooks,
)
from app.api.limited import limited
from app.background import Background
from app.database import DatabaseUnavailable, engine
from app.health.examination import Examination
from app.health.probes import probes
from app.job_metrics import JobMetrics
from app.live import Live
from app.logs import configure_logging
from app.outgoing.background import Deliveries
from app.problems import RESPONSES
from app.redis import close_redis
from app.settlement import Bookkeeper

DESCRIPTION = "Turns prompts into finished videos. Open a session, ask for a film, follow it, download it."


def create_app() -> FastAPI:
    """The application; nothing is contacted before it starts."""
    app = FastAPI(
        title="Reelflow",
        version=version("reelflow"),
        description=DESCRIPTION,
        openapi_tags=openapi.TAGS,
        generate_unique_id_function=openapi.operation_id,
        responses=RESPONSES,
        lifespan=_life,
        # `documentation` serves a page of its own.
        docs_url=None,
        redoc_url=None,
    )
    app.state.live = Live()
    app.state.examination = Examination(probes())
    app.state.job_metrics = JobMetrics()
    problems.install(app)
    api = APIRouter(prefix="/api/v1", dependencies=[Depends(limited)])
    for noun in (
        sessions,
        assets,
        estimates,
        generations,
        scenes,
        clips,
        generation_assets,
        compositions,
        webhooks,
    ):
        api.include_router(noun.router)
    app.include_router(api)
    app.webhooks.include_router(webhooks.outgoing)
    for root in (live, media, health, metrics):
        app.include_router(root.router)
    pages.install(app)
    documentation.install(app)
    openapi.install(app)
    cors.install(app)
    middleware.install(app)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """What runs beside the requests, for as long as they are served."""
    configure_logging()
    threads = (Background(), Deliveries(), Bookkeeper())
    for thread in threads:
        thread.start()
    following = asyncio.create_task(app.state.live.run())
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        for thread in threads:
            await asyncio.to_thread(thread.stop)
        await close_redis()
        with suppress(DatabaseUnavailable):
            engine().dispose()
