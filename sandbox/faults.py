"""Faults that are switched on by name: at a call of AWS's API, or inside a part of the sandbox."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any, Literal
from xml.sax.saxutils import escape

from sandbox.calls import service_model

ANY = "*"
PARTS = ("task", "registry")


class FaultRefused(ValueError):
    """What was asked for is no fault; says what is wrong with it."""


@dataclass(kw_only=True)
class Fault:
    """What goes wrong, where and how often.

    Attributes:
        service: boto3's name of the client, such as "ecs"; "*" for all of AWS's API; or a part of the
            sandbox: "task" with the
            operations PlaceTask, PullImage, ResolveSecrets, StartContainer; "registry" with Login (the token
            has expired), Push and Pull.
        operation: such as "UpdateService", or "*" for every call.
        error: the code that the caller sees, such as "ThrottlingException"; "" lets the call through (a
            delay alone); "connection" cuts the connection without an answer.
        message: the message beside it.
        status: the HTTP status.
        times: how many calls it hits; None for all until it is switched off.
        skip: how many calls pass unharmed before it.
        delay_s: how long each hit call is held, in seconds.
        after: whether the call is done first, and only its answer is lost.
        containing: what must stand in the call's body, where the sandbox reads that (its own services), or in
            how the task was asked for; "" for all.
        met: how many calls it has hit.
    """

    service: str
    operation: str = ANY
    error: str = ""
    message: str = "This fault was switched on in the sandbox."
    status: int = HTTPStatus.BAD_REQUEST
    times: int | None = 1
    skip: int = 0
    delay_s: float = 0.0
    after: bool = False
    containing: str = ""
    met: int = field(default=0, init=False)
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def concerns(self, service: str, operation: str, content: str = "") -> bool:
        meant = self.service == service or (self.service == ANY and service not in PARTS)
        return meant and self.operation in (ANY, operation) and self.containing in content


class FaultSwitch:
    """The faults that are on, oldest first. A call meets the first that concerns it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def on(self, document: Mapping[str, Any]) -> Fault:
        """Switches one on.

        Raises:
            FaultRefused: the document has a field that no fault has, or lacks the service.
        """
        try:
            fault = Fault(**document)
        except TypeError as error:
            given = ", ".join(name for name, one in Fault.__dataclass_fields__.items() if one.init)
            raise FaultRefused(f"This is no fault: {error}. Its fields are {given}.") from error
        with self._lock:
            self._faults.append(fault)
        return fault

    def off(self, fault_id: str | None = None) -> None:
        """Switches one off, or all."""
        with self._lock:
            self._faults = [fault for fault in self._faults if fault_id not in (None, fault.id)]

    def as_documents(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def meet(self, service: str, operation: str, content: str = "") -> Fault | None:
        """The fault that this call with its content meets, which is counted, or None."""
        with self._lock:
            for fault in self._faults:
                if not fault.concerns(service, operation, content):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.met += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                return fault
        return None


Protocol = Literal["json", "query", "ec2", "rest-xml", "rest-json", "cbor"]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def protocol_of(service: str, headers: Mapping[str, Any]) -> Protocol:
    """How a service's errors are written, for a request with these WSGI headers."""
    if headers.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        return "cbor"
    if headers.get("HTTP_X_AMZ_TARGET"):
        return "json"
    model = service_model(service)
    protocol = model.metadata["protocol"] if model else "json"
    return "query" if protocol.startswith("smithy") else protocol  # pyright: ignore[reportReturnType]


def error_answer(protocol: Protocol, code: str, message: str, status: int) -> Answer:
    """An error as the service's protocol writes it."""
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id}
    name, text = escape(code), escape(message)
    match protocol:
        case "json" | "rest-json":
            headers |= {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
            return Answer(status, headers, json.dumps({"__type": code, "message": message}).encode())
        case "cbor":
            headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
            pairs = (("__type", code), ("message", message))
            return Answer(
                status, headers, b"\xa2" + b"".join(_cbor_text(a) + _cbor_text(b) for a, b in pairs)
            )
        case "query":
            xml = f"<Error><Type>Sender</Type><Code>{name}</Code><Message>{text}</Message></Error>"
            xml = f"<ErrorResponse>{xml}<RequestId>{request_id}</RequestId></ErrorResponse>"
        case "ec2":
            xml = f"<Response><Errors><Error><Code>{name}</Code><Message>{text}</Message></Error></Errors>"
            xml += f"<RequestID>{request_id}</RequestID></Response>"
        case "rest-xml":
            xml = f"<Code>{name}</Code><Message>{text}</Message><RequestId>{request_id}</RequestId>"
            xml = f"<Error>{xml}</Error>"
    return Answer(status, headers | {"Content-Type": "text/xml"}, xml.encode())


def _cbor_text(text: str) -> bytes:
    """A text string of CBOR (RFC 8949), of fewer than 65536 bytes."""
    raw = text.encode()
    return b"\x79" + len(raw).to_bytes(2, "big") + raw
