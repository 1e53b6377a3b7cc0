"""Errors as the API tells them: problem details (RFC 9457), for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from app.admission import AssetUnusable, LanguageUnspoken, PipelineDisabled
from app.allowed import allowed_methods
from app.budgets import BudgetExceeded
from app.claims import JobClaimed
from app.database import DatabaseUnavailable
from app.errors import AppError
from app.jobs import IllegalTransition, JobNotFound
from app.outgoing.addresses import WebhookRefused
from app.quota import QuotaReached
from app.redis import RedisUnavailable
from app.uploads import UploadRefused
from blocks.media_store import LinkError, ObjectMissing, StoreError, StoreFull

CONTENT_TYPE = "application/problem+json"

log = structlog.get_logger(__name__)


class NotFound(AppError):
    """There is no such thing in this session, whether or not it is somebody else's."""


class Unauthenticated(AppError):
    """No session, or one that is over."""


class TooManyRequests(AppError):
    """A rate limit is reached; `headers` tell when to come back."""

    def __init__(self, what: str, cause: str, remedy: str, headers: Mapping[str, str]) -> None:
        super().__init__(what, cause, remedy)
        self.headers = dict(headers)


class Conflict(AppError):
    """It can't be done in the state that things are in."""


class Unprocessable(AppError):
    """The request is well formed and can't be followed.

    Args:
        pointer: the place in its body (RFC 6901) that `cause` is about.
        places: of a request with several faults: each one's place, and what is wrong there.
    """

    def __init__(
        self, what: str, cause: str, remedy: str, pointer: str = "", places: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(what, cause, remedy)
        self.places = [*([(pointer, cause)] if pointer else []), *places]


class UnsupportedBody(AppError):
    """The request's body is of a type that is not taken here."""


class BodyTooLarge(AppError):
    """The request's body has more bytes than are taken here."""


class SignatureRefused(AppError):
    """A call from outside is not signed by whom it says it is from, or was signed too long ago."""


class Unavailable(AppError):
    """A part of the system that this needs is not there now."""


# The first that fits counts.
_STATUSES: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (JobNotFound, HTTPStatus.NOT_FOUND),
    (ObjectMissing, HTTPStatus.NOT_FOUND),
    (LinkError, HTTPStatus.FORBIDDEN),
    (Unauthenticated, HTTPStatus.UNAUTHORIZED),
    (SignatureRefused, HTTPStatus.UNAUTHORIZED),
    (TooManyRequests, HTTPStatus.TOO_MANY_REQUESTS),
    (Conflict, HTTPStatus.CONFLICT),
    (IllegalTransition, HTTPStatus.CONFLICT),
    (JobClaimed, HTTPStatus.CONFLICT),
    (UnsupportedBody, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (BodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (Unprocessable, HTTPStatus.UNPROCESSABLE_ENTITY),
    (AssetUnusable, HTTPStatus.UNPROCESSABLE_ENTITY),
    (LanguageUnspoken, HTTPStatus.UNPROCESSABLE_ENTITY),
    (WebhookRefused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UploadRefused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (PipelineDisabled, HTTPStatus.SERVICE_UNAVAILABLE),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (DatabaseUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (RedisUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (BudgetExceeded, HTTPStatus.PAYMENT_REQUIRED),
    (StoreFull, HTTPStatus.INSUFFICIENT_STORAGE),
    (QuotaReached, HTTPStatus.INSUFFICIENT_STORAGE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
)
# Of an upload, what has a status of its own.
_UPLOAD_STATUSES = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "wrong_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "stalled": HTTPStatus.REQUEST_TIMEOUT,
    "broken_off": HTTPStatus.BAD_REQUEST,
}
RETRY_AFTER_S = "5"
# A body of a few kilobytes may hold thousands.
MOST_ERRORS = 20


class InvalidField(BaseModel):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    pointer: str
    """The place in the body as a JSON pointer (RFC 6901), or `query:name`, `path:name`, `header:name`."""

    detail: str
    """What is wrong there."""


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "There is no such generation: it never was, or it is another session's.",
                    "code": "not_found",
                    "remedy": "List the generations there are.",
                    "instance": "/api/v1/generations/3f6c…",
                }
            ]
        },
    )

    type: str = "about:blank"

    title: str
    """The status in words."""

    status: int

    detail: str
    """What happened, and why."""

    code: str
    """A short, stable name of the cause."""

    remedy: str
    """What to do next."""

    instance: str
    """The path that was asked for."""

    errors: list[InvalidField] | None = None
    """Of a request that is not valid: everything that is wrong with it."""


RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Anything that goes wrong, as problem details (RFC 9457)",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
"""For routers: every endpoint may answer with a problem."""


def install(app: FastAPI) -> None:
    """Makes the application answer every error with a problem."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
    for kind in (AppError, StoreError):
        app.add_exception_handler(kind, _expected)


def problem(
    request: Request,
    status: HTTPStatus,
    *,
    code: str,
    detail: str,
    remedy: str,
    errors: Sequence[InvalidField] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer to a request that went wrong."""
    body = Problem(
        title=status.phrase,
        status=status,
        detail=detail,
        code=code,
        remedy=remedy,
        instance=request.url.path,
        errors=list(errors) if errors else None,
    )
    return JSONResponse(
        body.model_dump(mode="json", exclude_none=True),
        status,
        dict(headers or {}),
        media_type=CONTENT_TYPE,
    )


async def _expected(request: Request, fault: Exception) -> JSONResponse:
    """An error that was raised on purpose: an AppError, or a StoreError of the same form."""
    assert isinstance(fault, AppError | StoreError)
    status = next(
        (status for kind, status in _STATUSES if isinstance(fault, kind)), HTTPStatus.INTERNAL_SERVER_ERROR
    )
    code, headers, errors = _code_of(fault), dict[str, str](), None
    if isinstance(fault, UploadRefused):
        code, status = fault.code, _UPLOAD_STATUSES.get(fault.code, status)
    if isinstance(fault, TooManyRequests):
        headers = fault.headers
    if isinstance(fault, Unauthenticated):
        headers = {"WWW-Authenticate": "Bearer"}
    if isinstance(fault, Unprocessable):
        errors = [InvalidField(pointer=pointer, detail=detail) for pointer, detail in fault.places]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = RETRY_AFTER_S
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", error=str(fault), code=code)
    detail = ": ".join(part for part in (fault.what, fault.cause) if part) + "."
    return problem(
        request, status, code=code, detail=detail, remedy=f"{fault.remedy}.", errors=errors, headers=headers
    )


def _code_of(fault: Exception) -> str:
    name = type(fault).__name__
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


async def _invalid(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, RequestValidationError)
    found = fault.errors()
    errors = [_field(error) for error in found[:MOST_ERRORS]]
    sentences = [f"{error.detail.rstrip('.')}." for error in errors]
    if left_out := len(found) - len(errors):
        sentences.append(f"And {left_out} more.")
    return problem(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        code="invalid_request",
        detail=" ".join(dict.fromkeys(sentences)),
        remedy="Correct what `errors` names and send it again.",
        errors=errors,
    )


def _field(error: Mapping[str, Any]) -> InvalidField:
    if error["type"] == "json_invalid":
        # Its place is a character, not a value.
        _, position = error["loc"]
        return InvalidField(pointer="", detail=f"No JSON at character {position}: {error['ctx']['error']}.")
    return InvalidField(pointer=_pointer(error["loc"]), detail=error["msg"])


def _pointer(place: Sequence[str | int]) -> str:
    where, *rest = place
    if where != "body":
        return ":".join(map(str, place))
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in rest)


async def _http(request: Request, fault: Exception) -> JSONResponse:
    """What the framework itself refuses: an unknown path, a method that is not allowed."""
    assert isinstance(fault, HTTPException)
    status = HTTPStatus(fault.status_code)
    headers = dict(fault.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request))
    said = fault.detail if fault.detail != status.phrase else ""
    return problem(
        request,
        status,
        code=status.name.lower(),
        detail=said or f"{request.method} {request.url.path}: {status.description or status.phrase}.",
        remedy="See /docs for what there is.",
        headers=headers,
    )


async def _unexpected(request: Request, fault: Exception) -> JSONResponse:
    log.error("unexpected error", exc_info=fault)
    return problem(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        code="internal_error",
        detail="Something went wrong on our side; it has been logged.",
        remedy="Try again. If it stays, give the operator the X-Request-ID of this answer.",
    )
