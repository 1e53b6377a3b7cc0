"""Errors as Replicate words them: `title`, `detail`, `status`."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


class Problem(Exception):
    """An answer that is no success.

    Args:
        status: of HTTP.
        more: further fields of the body.
        headers: of the answer.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        more: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.headers = status, headers
        self.body = {"title": title, "detail": detail, "status": status, **(more or {})}


def unauthenticated(*, given: bool) -> Problem:
    detail = "Invalid or expired API token." if given else "You did not pass an authentication token"
    return Problem(401, "Unauthenticated", detail)


def not_found() -> Problem:
    return Problem(404, "Not found", "The requested resource could not be found.")


def out_of_credit() -> Problem:
    return Problem(
        402,
        "Insufficient credit",
        "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing "
        "to purchase credit. Once you purchase credit, please wait a few minutes before trying again.",
    )


def throttled(reset_s: int) -> Problem:
    """Too many requests; `reset_s` is when to come back, in seconds."""
    return Problem(
        429,
        "Request was throttled",
        f"Request was throttled. Your rate limit resets in ~{reset_s}s.",
        more={"retry_after": reset_s},
        headers={"retry-after": str(reset_s), "ratelimit-reset": str(reset_s), "ratelimit-remaining": "0"},
    )


def unknown_version() -> Problem:
    return Problem(
        422,
        "Invalid version or not permitted",
        "The specified version does not exist (or perhaps you don't have permission to use it?)",
    )


def invalid(fields: list[tuple[str, str, str]], title: str = "Input validation failed") -> Problem:
    """Refused input: what kind of fault, where, and what is wrong with it."""
    return Problem(
        422,
        title,
        "".join(f"- {place}: {words}\n" for _, place, words in fields),
        more={
            "invalid_fields": [
                {"type": kind, "field": place, "description": words} for kind, place, words in fields
            ]
        },
    )


def server_error() -> Problem:
    return Problem(500, "Internal server error", "An unexpected error occurred.")


async def answer_problem(_: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)
    return JSONResponse(problem.body, problem.status, problem.headers)


async def answer_http_error(request: Request, error: Exception) -> JSONResponse:
    """No such address, or no such method there."""
    assert isinstance(error, HTTPException)
    problem = (
        not_found() if error.status_code == 404 else Problem(error.status_code, error.detail, error.detail)
    )
    return await answer_problem(request, problem)
