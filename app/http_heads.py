"""HTTP as uvicorn speaks it, with a limit to what comes before a body: its parser takes any length."""

from __future__ import annotations

import json
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.problems import CONTENT_TYPE, Problem

LARGEST_HEAD_BYTES = 64 << 10


class BoundedHeads(HttpToolsProtocol):
    """Refuses a request line and headers that have not ended after 64 KiB, and closes the connection."""

    _in_head = True
    _head_bytes = 0

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD_BYTES:
                self._refuse()

    def _refuse(self) -> None:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        problem = Problem(
            title=status.phrase,
            status=status,
            detail=f"The request was refused: its headers have more than {LARGEST_HEAD_BYTES >> 10} KiB.",
            code="head_too_large",
            remedy="Send fewer or shorter headers.",
            # What has come of the path may be cut short.
            instance="",
        )
        body = json.dumps(problem.model_dump(mode="json", exclude_none=True)).encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode())
            + b"content-type: %s\r\ncontent-length: %d\r\n" % (CONTENT_TYPE.encode(), len(body))
            + b"connection: close\r\n\r\n"
            + body
        )
        self.transport.close()
