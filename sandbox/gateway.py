"""The one URL of the sandbox: tells calls apart, records them, applies faults, hands them to their part."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from sandbox.calls import Call, CallLog, identify
from sandbox.faults import Answer, Fault, FaultRefused, FaultSwitch, error_answer, protocol_of
from sandbox.rights import AccessDenied, TaskCredentials

ADMINISTRATION = "/_sandbox/"
FORM = "application/x-www-form-urlencoded"

Service = Callable[[str, str, bytes], Answer]
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Gateway:
    """A WSGI application.

    Args:
        rest: answers what no own service does: moto.
        services: our own, by boto3's name of the client; each takes operation, region and body.
        credentials: of tasks, whose roles are held to their rights.
        documents: what `GET /_sandbox/NAME` tells beside faults and calls, by name.
    """

    def __init__(
        self,
        rest: Application,
        services: Mapping[str, Service],
        faults: FaultSwitch,
        calls: CallLog,
        credentials: TaskCredentials,
        documents: Mapping[str, Callable[[], Any]],
    ) -> None:
        self._rest = rest
        self._services = services
        self._faults = faults
        self._calls = calls
        self._credentials = credentials
        self._documents = documents
        self._one_at_a_time = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(ADMINISTRATION):
            return _send(self._administer(environ, path.removeprefix(ADMINISTRATION)), start_response)
        # moto's own door, by which tests reset it.
        if path.startswith("/moto-api"):
            return self._rest(environ, start_response)
        body = _form(environ)
        call = identify(environ, body)
        if call.service in self._services:
            body = _read(environ)
        self._calls.add(call)
        try:
            self._credentials.check(call.access_key, call.service, call.operation, path)
        except AccessDenied as denied:
            _drain(environ)
            code = "AccessDenied" if call.service == "s3" else "AccessDeniedException"
            return self._refuse(call, environ, start_response, code, str(denied), HTTPStatus.FORBIDDEN)
        fault = self._faults.meet(call.service, call.operation, body.decode(errors="replace"))
        if fault is None:
            return self._serve(call, environ, body, start_response)
        time.sleep(fault.delay_s)
        if not fault.error:
            return self._serve(call, environ, body, start_response)
        if fault.after:
            for _ in self._serve(call, environ, body, _unheard):
                pass
        else:
            _drain(environ)
        return self._fail(fault, call, environ, start_response)

    def _serve(
        self, call: Call, environ: dict[str, Any], body: bytes, start_response: Any
    ) -> Iterable[bytes]:
        if service := self._services.get(call.service):
            return _send(service(call.operation, call.region, body), start_response)
        if _is_conditional(environ):
            # moto looks and then writes: two at once could both find their condition true.
            with self._one_at_a_time:
                return list(self._rest(environ, start_response))
        return self._rest(environ, start_response)

    def _fail(
        self, fault: Fault, call: Call, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        if fault.error == "connection":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return self._refuse(call, environ, start_response, fault.error, fault.message, fault.status)

    def _refuse(
        self,
        call: Call,
        environ: dict[str, Any],
        start_response: Any,
        code: str,
        message: str,
        status: int,
    ) -> Iterable[bytes]:
        answer = error_answer(protocol_of(call.service, environ), code, message, status)
        if environ["REQUEST_METHOD"] == "HEAD":
            answer = replace(answer, body=b"")
        return _send(answer, start_response)

    def _administer(self, environ: dict[str, Any], what: str) -> Answer:
        method = environ["REQUEST_METHOD"]
        name, _, rest = what.partition("/")
        match method, name:
            case "GET", "faults":
                return _json(self._faults.as_documents())
            case "POST", "faults":
                try:
                    fault = self._faults.on(json.loads(environ["wsgi.input"].read(_length(environ))))
                except (FaultRefused, ValueError) as refused:
                    return _json({"error": str(refused)}, HTTPStatus.UNPROCESSABLE_ENTITY)
                return _json({"id": fault.id}, HTTPStatus.CREATED)
            case "DELETE", "faults":
                self._faults.off(rest or None)
                return _json({})
            case "GET", "calls":
                return _json(self._calls.as_documents())
            case "DELETE", "calls":
                self._calls.forget()
                return _json({})
            case "GET", _ if name in self._documents:
                return _json(self._documents[name]())
        return _json({"error": f"The sandbox has no {method} {what}."}, HTTPStatus.NOT_FOUND)


def _form(environ: dict[str, Any]) -> bytes:
    """The body of a form; empty for any other request."""
    return _read(environ) if environ.get("CONTENT_TYPE", "").startswith(FORM) else b""


def _read(environ: dict[str, Any]) -> bytes:
    """A request's body, put back for who reads it next."""
    body = environ["wsgi.input"].read(_length(environ))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _is_conditional(environ: Mapping[str, Any]) -> bool:
    return environ["REQUEST_METHOD"] in ("PUT", "POST", "DELETE") and (
        "HTTP_IF_MATCH" in environ or "HTTP_IF_NONE_MATCH" in environ
    )


def _drain(environ: dict[str, Any]) -> None:
    # An unread body would be taken for the next request of the connection; some have been read.
    remaining = 0 if isinstance(environ["wsgi.input"], io.BytesIO) else _length(environ)
    while remaining > 0 and (chunk := environ["wsgi.input"].read(min(remaining, 1 << 20))):
        remaining -= len(chunk)


def _length(environ: Mapping[str, Any]) -> int:
    return int(environ.get("CONTENT_LENGTH") or 0)


def _json(document: Any, status: int = HTTPStatus.OK) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(document, default=str).encode())


def _unheard(*_: Any) -> None:
    """Takes the head of an answer that nobody gets."""


def _send(answer: Answer, start_response: Any) -> Iterable[bytes]:
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
    return [answer.body]
