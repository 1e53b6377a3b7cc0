"""What callers may ask for: headers and bodies, read and checked."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, get_args
from urllib.parse import urlsplit

from fastapi import Request

from sandbox.replicate.predictions import DEFAULT_EVENTS, Event
from sandbox.replicate.problems import Problem, invalid

LONGEST_WAIT_S = 60
SHORTEST_LIFE_S = 5
_UNITS = {"h": 3600, "m": 60, "s": 1, "": 1}


async def read_body(request: Request) -> dict[str, Any]:
    """The body of a request for a prediction.

    Raises:
        Problem: 400 or 422; it is no JSON object, or has no input.
    """
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise Problem(400, "Invalid JSON", "The request body could not be parsed as JSON.") from error
    if not isinstance(body, dict):
        raise invalid([("invalid_type", "(root)", "Invalid type. Expected: object, given: other")])
    if "input" not in body:
        raise invalid([("required", "(root)", "input is required")])
    if not isinstance(body["input"], dict):
        raise invalid([("invalid_type", "input", "Invalid type. Expected: object, given: other")])
    return body


def read_webhook(body: dict[str, Any]) -> tuple[str | None, frozenset[Event]]:
    """Where a prediction's events are told, and which.

    Raises:
        Problem: 422; it is no address, or there is no such event.
    """
    address = body.get("webhook")
    if address is not None:
        try:
            parts = urlsplit(address)
            fine = parts.scheme in ("http", "https") and bool(parts.hostname)
        except (TypeError, ValueError, AttributeError):
            fine = False
        if not fine:
            raise invalid([("format", "webhook", "Does not match format 'uri'")])
    events = body.get("webhook_events_filter")
    if events is None:
        return address, DEFAULT_EVENTS
    known = get_args(Event)
    if not isinstance(events, list) or not all(event in known for event in events):
        words = "webhook_events_filter must be some of the following: " + ", ".join(
            f'"{name}"' for name in known
        )
        raise invalid([("enum", "webhook_events_filter", words)])
    return address, frozenset(events)


def read_wait(preference: str | None) -> float:
    """How long the answer may take, in seconds, by `Prefer: wait` or `wait=1` to `wait=60`; 0 without it.

    Raises:
        Problem: 422; it is out of that range.
    """
    for part in filter(None, map(str.strip, (preference or "").split(","))):
        name, _, value = part.partition("=")
        if name != "wait":
            continue
        if not value:
            return LONGEST_WAIT_S
        if not value.isdigit() or not 1 <= int(value) <= LONGEST_WAIT_S:
            raise invalid([("range", "Prefer", f"wait must be between 1 and {LONGEST_WAIT_S} seconds")])
        return int(value)
    return 0


def read_cancel_after(header: str | None) -> float | None:
    """A prediction's deadline in seconds from its creation, written as `90s`, `5m`, `1h30m` or `90`.

    Raises:
        Problem: 422; it can't be read, or is less than five seconds.
    """
    if header is None:
        return None
    text = header.strip()
    if not re.fullmatch(r"\d+|(?:\d+[hms])+", text):
        raise invalid([("format", "Cancel-After", "must be a duration such as 30s, 5m or 1h30m")])
    seconds = sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([hms]?)", text))
    if seconds < SHORTEST_LIFE_S:
        raise invalid([("range", "Cancel-After", f"must be at least {SHORTEST_LIFE_S} seconds")])
    return seconds


def read_moment(name: str, text: str | None) -> float | None:
    """A moment in ISO 8601 as seconds since the epoch.

    Raises:
        Problem: 422; it can't be read.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid([("format", name, "must be an ISO 8601 date-time")]) from error
    if moment.tzinfo is None:
        raise invalid([("format", name, "must have a time zone")])
    return moment.timestamp()
