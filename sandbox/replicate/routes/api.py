"""`/v1`: Replicate's own addresses."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from sandbox.replicate import requests
from sandbox.replicate.account import Account, Wish
from sandbox.replicate.answers import NoAnswer
from sandbox.replicate.models import Model
from sandbox.replicate.predictions import ENDED, Prediction
from sandbox.replicate.problems import invalid, not_found, unknown_version
from sandbox.replicate.routes.access import READ, TOKEN, AccountDep

router = APIRouter(prefix="/v1", dependencies=[TOKEN])

CancelAfter = Annotated[str | None, Header()]
Prefer = Annotated[str | None, Header()]


@router.post("/predictions")
async def create_of_version(
    request: Request, account: AccountDep, prefer: Prefer = None, cancel_after: CancelAfter = None
) -> Response:
    """Of a version's id, `owner/name:id`, or `owner/name`."""
    body = await requests.read_body(request)
    version = body.get("version")
    model = account.catalogue.version(version) if isinstance(version, str) else None
    account.admit("creates", model.name if model else "")
    if version is None:
        raise invalid([("required", "(root)", "version is required")])
    if model is None:
        raise unknown_version()
    return await _create(request, account, model, body, prefer, cancel_after)


@router.post("/models/{owner}/{name}/predictions")
async def create_of_model(
    owner: str,
    name: str,
    request: Request,
    account: AccountDep,
    prefer: Prefer = None,
    cancel_after: CancelAfter = None,
) -> Response:
    account.admit("creates", f"{owner}/{name}")
    model = account.catalogue.named(f"{owner}/{name}")
    if model is None:
        raise not_found()
    return await _create(request, account, model, await requests.read_body(request), prefer, cancel_after)


@router.get("/predictions", dependencies=[READ])
async def list_predictions(
    request: Request,
    account: AccountDep,
    cursor: str | None = None,
    created_after: str | None = None,
    created_before: str | None = None,
) -> dict[str, Any]:
    """The newest first, a hundred a page."""
    after = requests.read_moment("created_after", created_after)
    before = requests.read_moment("created_before", created_before)
    try:
        items, older, newer = account.predictions.page(cursor, after, before)
    except ValueError as error:
        raise invalid([("format", "cursor", "Invalid cursor")]) from error

    def address(cursor: str | None) -> str | None:
        if cursor is None:
            return None
        url = request.url.include_query_params(cursor=cursor)
        return str(url if cursor else request.url.remove_query_params("cursor"))

    return {
        "previous": address(newer),
        "next": address(older),
        "results": [account.document(item) for item in items],
    }


@router.get("/predictions/{identity}", dependencies=[READ])
async def get_prediction(identity: str, account: AccountDep) -> dict[str, Any]:
    return account.document(_found(account, identity))


@router.post("/predictions/{identity}/cancel", dependencies=[READ])
async def cancel_prediction(identity: str, account: AccountDep) -> dict[str, Any]:
    """One that has ended stays as it is."""
    prediction = _found(account, identity)
    account.cancel(prediction)
    return account.document(prediction)


@router.get("/models/{owner}/{name}", dependencies=[READ])
async def get_model(owner: str, name: str, request: Request, account: AccountDep) -> dict[str, Any]:
    model = account.catalogue.named(f"{owner}/{name}")
    if model is None:
        raise not_found()
    return {
        "url": f"{_base(request)}/{model.name}",
        "owner": owner,
        "name": name,
        "description": model.description,
        "visibility": "public",
        "github_url": None,
        "paper_url": None,
        "license_url": None,
        "run_count": sum(1 for prediction in account.predictions if prediction.model is model),
        "cover_image_url": None,
        "default_example": None,
        "latest_version": {
            "id": model.version,
            "created_at": "2025-06-16T00:00:00.000000Z",
            "cog_version": "0.15.0",
            "openapi_schema": {"components": {"schemas": {"Input": model.schema_of_input()}}},
        },
    }


@router.get("/account", dependencies=[READ])
async def get_account() -> dict[str, Any]:
    return {"type": "organization", "username": "stand-in", "name": "Stand-in", "github_url": None}


@router.get("/webhooks/default/secret", dependencies=[READ])
async def get_webhook_secret(account: AccountDep) -> dict[str, str]:
    return {"key": account.webhooks.secret}


async def _create(
    request: Request,
    account: Account,
    model: Model,
    body: dict[str, Any],
    prefer: str | None,
    after: str | None,
) -> Response:
    webhook, events = requests.read_webhook(body)
    wait_s = requests.read_wait(prefer)
    wish = Wish(
        given=body["input"],
        base=_base(request),
        webhook=webhook,
        events=events,
        cancel_after_s=requests.read_cancel_after(after),
    )
    prediction = account.create(model, wish)
    if account.faults.meets("timeout_after_acceptance", model.name):
        return NoAnswer(account.conduct.held_s)
    if wait_s:
        with suppress(TimeoutError):
            await asyncio.wait_for(prediction.ended.wait(), wait_s)
    unfinished = bool(wait_s) and prediction.status not in ENDED
    return JSONResponse(account.document(prediction), 202 if unfinished else 201)


def _found(account: Account, identity: str) -> Prediction:
    prediction = account.predictions.get(identity)
    if prediction is None:
        raise not_found()
    return prediction


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
