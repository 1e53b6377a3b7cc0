"""The form of an upload, read as it comes: a file that goes to disk, and what it is to be used as."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from app.models import AssetKind
from app.problems import Unprocessable, UnsupportedBody
from app.uploads import LARGEST_BYTES, UploadRefused, refuse_larger, safe_name
from blocks.media_store.local_files import os_errors

# Room for the form around the file: boundaries, headers, the other field.
LARGEST_BODY_BYTES = LARGEST_BYTES + (256 << 10)
# A name of 5,000 emoji fits.
LONGEST_HEADER_BYTES = 32 << 10
LONGEST_KIND_BYTES = 64
# So much is gathered before a thread parses it and writes it to disk.
BATCH_BYTES = 256 << 10
# Long enough for a telephone in a tunnel. A client that vanished without a word holds its file so long.
LONGEST_SILENCE_S = 60.0

# What it warns of, a piece at a time, is what clients send; they are told, and the log is not theirs to fill.
logging.getLogger("python_multipart").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class GivenFile:
    """An upload as it was given, not yet proven to be anything; its name may be any text at all."""

    path: Path
    filename: str
    kind: AssetKind


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[GivenFile]:
    """The upload in a request's body; its file is there as long as the block runs.

    Of the file no more than a part is ever in memory, and reading stops as soon as it is too large.

    Raises:
        UnsupportedBody: it is not a form.
        Unprocessable: the form is not one of a `file` and its `kind`.
        UploadRefused: the file is too large, or did not come to its end.
        StoreFull, StoreError: the disk does not hold it.
    """
    with os_errors("take the upload in"):
        spool = NamedTemporaryFile(prefix="reelflow-upload-")  # noqa: SIM115
    with spool:
        form = _Form(request.headers.get("content-type", ""), spool.file)
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > LARGEST_BODY_BYTES:
            raise _too_large()
        async for batch in _batches(request):
            await run_in_threadpool(form.feed, batch)
        yield GivenFile(Path(spool.name), *await run_in_threadpool(form.finish))


async def _batches(request: Request) -> AsyncIterator[bytes]:
    waiting = bytearray()
    body = request.stream()
    try:
        while True:
            async with asyncio.timeout(LONGEST_SILENCE_S):
                chunk = await anext(body, None)
            if chunk is None:
                break
            waiting += chunk
            if len(waiting) >= BATCH_BYTES:
                yield bytes(waiting)
                waiting.clear()
    except TimeoutError as error:
        raise UploadRefused(
            "stalled",
            "The upload was given up",
            f"nothing came for {LONGEST_SILENCE_S:.0f} s",
            "Send it again",
        ) from error
    except ClientDisconnect as error:
        raise UploadRefused(
            "broken_off", "The upload was given up", "the connection was closed", "Send it again"
        ) from error
    yield bytes(waiting)


class _Form:
    """A form of two parts, `file` and `kind` in whatever order, fed piece by piece.

    Feeding raises `Unprocessable` for another form, `UploadRefused` once the file is too large.
    """

    def __init__(self, content_type: str, file: IO[bytes]) -> None:
        form, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if form != b"multipart/form-data" or not boundary:
            raise UnsupportedBody(
                "The upload can't be read",
                "its body is not multipart/form-data with a boundary",
                "Send a form with the fields file and kind",
            )
        self._file = file
        self._body_bytes = 0
        self._file_bytes = 0
        self._filename: str | None = None
        self._kind: AssetKind | None = None
        self._ended = False
        self._fields = set[str]()
        self._field = ""
        self._word = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = bytearray(), bytearray()
        with _readable():
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._headers.clear,
                    "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_part,
                    "on_part_data": self._take,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
                max_header_size=LONGEST_HEADER_BYTES,
            )

    def feed(self, data: bytes) -> None:
        self._body_bytes += len(data)
        if self._body_bytes > LARGEST_BODY_BYTES:
            raise _too_large()
        with _readable():
            self._parser.write(data)

    def finish(self) -> tuple[str, AssetKind]:
        """The file's name as it was given, and its kind; the file is on disk."""
        if not self._ended:
            raise _malformed("it ends before its last boundary")
        if self._filename is None:
            raise _refused("file", "it is missing")
        if self._kind is None:
            raise _refused("kind", "it is missing")
        refuse_larger(self._file_bytes, self._filename, self._kind.value)
        with os_errors("take the upload in"):
            self._file.flush()
        return self._filename, self._kind

    def _end_header(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _begin_part(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b"").decode("latin-1"))
        self._field = options.get(b"name", b"").decode(errors="replace")
        if self._field in self._fields or self._field not in ("file", "kind"):
            raise _refused(self._field, "the form takes one file and one kind, and nothing else")
        self._fields.add(self._field)
        if self._field == "file":
            if b"filename" not in options:
                raise _refused("file", "it is a text, not a file")
            self._filename = options[b"filename"].decode(errors="replace")

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._field == "kind":
            self._word += data[start:end]
            if len(self._word) > LONGEST_KIND_BYTES:
                raise _unknown_kind()
            return
        self._file_bytes += end - start
        # A kind that comes after the file is held against it at the end.
        refuse_larger(self._file_bytes, self._filename or "", (self._kind or AssetKind.AUDIO).value)
        with os_errors("take the upload in"):
            self._file.write(memoryview(data)[start:end])

    def _end_part(self) -> None:
        if self._field != "kind":
            return
        try:
            self._kind = AssetKind(self._word.decode())
        except ValueError as error:
            raise _unknown_kind() from error

    def _end(self) -> None:
        self._ended = True


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except FormParserError as error:
        raise _malformed("its boundaries or headers are damaged") from error


def _malformed(cause: str) -> Unprocessable:
    return Unprocessable("The form can't be read", cause, "Send a form with the fields file and kind")


def _refused(field: str, cause: str) -> Unprocessable:
    remedy = f"Send one file and one kind: {', '.join(AssetKind)}"
    return Unprocessable("The form can't be followed", cause, remedy, f"/{safe_name(field, 40)}")


def _unknown_kind() -> Unprocessable:
    return _refused("kind", f"it is none of {', '.join(AssetKind)}")


def _too_large() -> UploadRefused:
    return UploadRefused(
        "too_large",
        "The upload is too large",
        f"it has more than the {LARGEST_BYTES >> 20} MB that are allowed",
        "Give a smaller file",
    )
