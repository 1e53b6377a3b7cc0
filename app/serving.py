"""Objects of a directory store as HTTP answers: whole, in part (RFC 9110), or not at all if known already."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from email.utils import format_datetime
from http import HTTPStatus
from typing import BinaryIO

from fastapi import HTTPException
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import Headers

from app import storage_keys
from blocks.media_store import Chunks, DirectoryMediaStore, ObjectInfo, SignedLink, content_disposition

# What a user gave may be opened as a page of ours: nothing in it runs, and it belongs to no origin.
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"

# Nineteen digits are more bytes than there are.
_RANGE = re.compile(r"\s*bytes\s*=\s*([0-9]{0,19})\s*-\s*([0-9]{0,19})\s*", re.IGNORECASE)


def serve(store: DirectoryMediaStore, link: SignedLink, asked: Headers, *, body: bool) -> Response:
    """The answer to a request for what a link gives access to; `body` is false for HEAD.

    Raises:
        ObjectMissing: it has been deleted meanwhile.
        HTTPException: 416, the part that is asked for lies behind the object's end.
    """
    info, content = store.opened(link.key)
    try:
        return _answer(info, content, link, asked, body)
    except BaseException:
        content.close()
        raise


def asked_part(header: str | None, size: int) -> tuple[int, int] | None:
    """Start and end of the bytes that a Range header asks for; None for all of them.

    A header that can't be read counts for nothing, and several ranges are answered with the whole.

    Raises:
        HTTPException: 416, it lies behind the end.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or found.group(1, 2) == ("", ""):
        return None
    first, last = (int(number) if number else None for number in found.groups())
    if first is None:
        start, end = max(0, size - (last or 0)), size
    elif last is not None and last < first:
        return None
    else:
        start, end = first, size if last is None else min(last + 1, size)
    if start >= end:
        raise HTTPException(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            f"The part that was asked for is not there: the object has {size} bytes.",
            {"Content-Range": f"bytes */{size}"},
        )
    return start, end


def _answer(info: ObjectInfo, content: BinaryIO, link: SignedLink, asked: Headers, body: bool) -> Response:
    headers = _headers(info, link)
    if _is_known(asked.get("if-none-match"), headers["ETag"]):
        content.close()
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    # A client that goes on with what it has wants the rest of that very version.
    same = asked.get("if-range") in (None, headers["ETag"], headers["Last-Modified"])
    part = asked_part(asked.get("range"), info.size) if same else None
    start, end = part or (0, info.size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{info.size}"
    headers |= {
        "Content-Length": str(end - start),
        "Content-Type": link.content_type or info.content_type,
    }
    status = HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK
    if not body:
        content.close()
        return Response(status_code=status, headers=headers)
    content.seek(start)
    return StreamingResponse(_chunks(link.key, content, end - start), status, headers)


def _headers(info: ObjectInfo, link: SignedLink) -> dict[str, str]:
    left_s = max(0, int(link.expires - time.time()))
    fresh = "no-cache" if info.key.startswith(storage_keys.REPLACED) else f"max-age={left_s}, immutable"
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": f"private, {fresh}",
        "Content-Security-Policy": POLICY,
        "ETag": f'"{info.etag}"',
        "Last-Modified": format_datetime(info.modified, usegmt=True),
    }
    if link.filename is not None:
        headers["Content-Disposition"] = content_disposition(link.filename)
    return headers


def _is_known(header: str | None, etag: str) -> bool:
    known = [word.strip().removeprefix("W/") for word in (header or "").split(",")]
    return etag in known or known == ["*"]


def _chunks(key: str, content: BinaryIO, size: int) -> Iterator[bytes]:
    # Closed also when the client goes away in the middle.
    with content:
        yield from Chunks(key, size, content.read, content.close)
