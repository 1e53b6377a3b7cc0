"""Which call of which AWS service an HTTP request is, and the record of all that were made."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import botocore.session

# Services are named as boto3 names their clients; two sign under another name.
CLIENT_NAMES = {"monitoring": "cloudwatch", "elasticloadbalancing": "elbv2"}
REMEMBERED_CALLS = 20_000

_SCOPE = re.compile(r"Credential=(?P<key>[^/]*)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class Call:
    """One call.

    Attributes:
        service: by boto3's name of its client.
        time: in seconds since the epoch.
        access_key: the id of the key that it was signed with.
    """

    service: str
    operation: str
    region: str
    time: float
    access_key: str = ""


class CallLog:
    """The calls that were made last, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=REMEMBERED_CALLS)
        self._lock = threading.Lock()

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def forget(self) -> None:
        with self._lock:
            self._calls.clear()

    def as_documents(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(call) for call in self._calls]


def identify(environ: Mapping[str, Any], body: bytes) -> Call:
    """The call that a WSGI request makes; what can't be told is empty.

    Args:
        environ: the request.
        body: its body where that is a form, else anything.
    """
    signed = environ.get("HTTP_AUTHORIZATION", "") or "Credential=" + dict(
        parse_qsl(environ.get("QUERY_STRING", ""))
    ).get("X-Amz-Credential", "")
    scope = _SCOPE.search(signed)
    # What isn't signed at all is a link to an object.
    service, region, key = scope.group("service", "region", "key") if scope else ("s3", "", "")
    service = CLIENT_NAMES.get(service, service)
    return Call(service, _operation(service, environ, body), region, time.time(), key)


@cache
def service_model(service: str) -> Any:
    """botocore's description of a service (ServiceModel), by boto3's name of its client; or None."""
    session = botocore.session.get_session()
    return session.get_service_model(service) if service in session.get_available_services() else None


def _operation(service: str, environ: Mapping[str, Any], body: bytes) -> str:
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return target.rpartition(".")[2]
    path = environ.get("PATH_INFO", "/")
    # Smithy's RPC protocol names the operation in the path; in S3 that is somebody's key.
    if service != "s3" and "/operation/" in path:
        return path.rpartition("/operation/")[2]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded") and (
        action := dict(parse_qsl(body.decode(errors="replace"))).get("Action")
    ):
        return action
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    if action := query.get("Action"):
        return action
    headers = {key.removeprefix("HTTP_").replace("_", "-").lower() for key in environ}
    routes = _routes(service)
    fitting = [
        route for route in routes if route.fits(environ.get("REQUEST_METHOD", ""), path, query, headers)
    ]
    return max(fitting, key=lambda route: route.weight).operation if fitting else ""


@dataclass(frozen=True)
class _Route:
    """How a REST call is told from others: method, path, what the query and the headers must hold."""

    operation: str
    method: str
    path: re.Pattern[str]
    query: frozenset[str]
    headers: frozenset[str]
    weight: tuple[int, int]

    def fits(self, method: str, path: str, query: Mapping[str, str], headers: set[str]) -> bool:
        return (
            method == self.method
            and self.query <= query.keys()
            and self.headers <= headers
            and self.path.fullmatch(path) is not None
        )


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    model = service_model(service)
    if model is None:
        return ()
    return tuple(_route(model.operation_model(name)) for name in model.operation_names)


def _route(operation: Any) -> _Route:
    path, _, static = operation.http["requestUri"].partition("?")
    pattern = re.escape(path.rstrip("/") or "/")
    pattern = re.sub(r"\\\{\w+\\\+\\\}", ".+", pattern)
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", pattern)
    query = {name for name, _ in parse_qsl(static, keep_blank_values=True)}
    headers = set[str]()
    shape = operation.input_shape
    for name in shape.required_members if shape else ():
        place = shape.members[name].serialization
        if place.get("location") == "querystring":
            query.add(place["name"])
        elif place.get("location") == "header":
            headers.add(place["name"].lower())
    weight = (len(query) + len(headers), len(path))
    return _Route(
        operation.name,
        operation.http["method"],
        re.compile(pattern + "/?"),
        frozenset(query),
        frozenset(headers),
        weight,
    )
