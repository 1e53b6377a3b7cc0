"""A Prefect server with the deployment that jobs are dispatched to, and jobs that wait."""

import asyncio
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from sqlalchemy import Engine

from app import admission, generations
from app.accounts import open_session
from app.database import session
from app.dispatch import DEPLOYMENT
from app.requests import GenerationCreate


@pytest.fixture
def client(prefect_api: str) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def deployed(client: SyncPrefectClient) -> UUID:
    """The deployment's id. It has no worker: a flow run stays as its test sets it."""

    async def deploy() -> UUID:
        flow, name = DEPLOYMENT.split("/")
        async with get_client() as asynchronous:
            await asynchronous.create_work_pool(WorkPoolCreate(name="render", type="process"))
            flow_id = await asynchronous.create_flow_from_name(flow)
            return await asynchronous.create_deployment(flow_id=flow_id, name=name, work_pool_name="render")

    return asyncio.run(deploy())


@pytest.fixture
def submit(engine: Engine, surroundings: pytest.MonkeyPatch) -> Callable[[], UUID]:
    """Makes a job with its dispatch, as the API does."""
    with session(engine) as db:
        user, _ = open_session(db)

    def submitted() -> UUID:
        with session(engine) as db:
            request = GenerationCreate(prompt="A red kettle at dawn")
            return generations.submit(db, user.id, request, None)[0].id

    return submitted


@pytest.fixture
def forgotten(engine: Engine, submit: Callable[[], UUID]) -> UUID:
    """A job of a user's that nobody has put into the outbox."""
    with session(engine) as db:
        user, _ = open_session(db)
        return admission.create_job(db, GenerationCreate(prompt="A red kettle at dawn"), user).id
