"""The application: Replicate's addresses, the files' and our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from sandbox.replicate.account import Account
from sandbox.replicate.answers import MarkingApp
from sandbox.replicate.conduct import Conduct
from sandbox.replicate.models import Catalogue, load_catalogue
from sandbox.replicate.problems import Problem, answer_http_error, answer_problem
from sandbox.replicate.routes import api, files, ours


def create_app(
    conduct: Conduct,
    catalogue: Catalogue | None = None,
    *,
    faults: Sequence[Mapping[str, Any]] = (),
    webhook_transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """A stand-in; `app.state.account` is what it holds while its lifespan lasts.

    Args:
        catalogue: the models; the built-in ones by default.
        faults: those that are on from the beginning.
        webhook_transport: where webhooks go, in place of the network.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.account = Account(conduct, catalogue or load_catalogue(), webhook_transport)
        app.state.account.faults.switch(faults)
        yield
        await app.state.account.close()

    app = MarkingApp(title="Stand-in of Replicate's HTTP API", lifespan=lifespan)
    for routes in (api, files, ours):
        app.include_router(routes.router)
    app.add_exception_handler(Problem, answer_problem)
    app.add_exception_handler(HTTPException, answer_http_error)
    return app
