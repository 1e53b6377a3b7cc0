"""The contract that every media store keeps: objects under keys, whole or not at all."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from prefect.blocks.core import Block

from blocks.media_store.errors import InvalidKey, InvalidMetadata, StoreUnavailable

CHUNK_BYTES = 1 << 20
LONGEST_KEY_BYTES = 1024
# What a file system can hold as one name; S3 itself has no such limit.
LONGEST_PART_BYTES = 255
# S3 refuses more user metadata than this, names and encoded values together.
LARGEST_METADATA_BYTES = 2048
# The longest life of a link presigned with Signature Version 4: seven days.
LONGEST_LINK_S = 7 * 24 * 3600
DEFAULT_CONTENT_TYPE = "application/octet-stream"

_METADATA_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ListedObject:
    """What a listing knows of an object.

    Attributes:
        size: bytes.
        etag: an opaque word that changes with the content.
        modified: when the object was put, with time zone.
    """

    key: str
    size: int
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class ObjectInfo(ListedObject):
    """All that is known of an object but its content."""

    content_type: str
    metadata: Mapping[str, str] = field(default_factory=dict)


class Chunks(Iterator[bytes]):
    """The bytes of an object in chunks of at most 1 MiB, read as they are asked for.

    A context manager; it closes itself at the end, too.

    Raises:
        StoreUnavailable: while iterating, when the store ends before the object does.
    """

    def __init__(
        self, key: str, remaining: int, read: Callable[[int], bytes], close: Callable[[], None]
    ) -> None:
        self._key = key
        self._remaining = remaining
        self._read = read
        self.close = close

    def __next__(self) -> bytes:
        if self._remaining == 0:
            self.close()
            raise StopIteration
        chunk = self._read(min(CHUNK_BYTES, self._remaining))
        if not chunk:
            self.close()
            raise StoreUnavailable(
                f"Reading {self._key!r} stopped early",
                f"the store ended {self._remaining} bytes before the object does",
                "Try again",
            )
        self._remaining -= len(chunk)
        return chunk

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class MediaStore(Block, ABC):
    """Keeps media as objects under keys.

    A key is a relative path: parts of 1–255 bytes joined by `/`, 1024 bytes in all, UTF-8. No key goes
    on below another object's key (`a` and `a/b`): a directory could not hold both.
    Objects are put whole or not at all, and replaced in one step; the last put wins. Every method may be
    called from several threads and processes at once.

    Every method raises `InvalidKey` for a key it can't hold, `AccessDenied` when the store refuses,
    `StoreUnavailable` for a fault that may pass, and `StoreError` for any other.
    """

    _block_type_name = "Media Store"

    @abstractmethod
    def put_file(
        self,
        key: str,
        path: Path,
        *,
        content_type: str = DEFAULT_CONTENT_TYPE,
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        """Puts the content of a file.

        Metadata names are lower-case words joined by hyphens; values are any text; 2 KiB in all.

        Raises:
            StoreFull: no room; nothing was kept.
            InvalidMetadata: the metadata is not as above.
            FileNotFoundError: there is no such file.
        """

    @abstractmethod
    def put_stream(
        self,
        key: str,
        chunks: Iterable[bytes],
        *,
        content_type: str = DEFAULT_CONTENT_TYPE,
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        """Puts chunks as they come, never all in memory, read in the calling thread.

        What the iterable raises is raised again, and nothing of the object is kept.
        Raises as `put_file` does.
        """

    def put_bytes(
        self,
        key: str,
        content: bytes,
        *,
        content_type: str = DEFAULT_CONTENT_TYPE,
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        """Puts a small object from memory. Raises as `put_file` does."""
        return self.put_stream(key, [content], content_type=content_type, metadata=metadata)

    @abstractmethod
    def get_file(self, key: str, path: Path) -> ObjectInfo:
        """Writes the object to `path`, whole or not at all; makes the directories above it.

        Raises:
            ObjectMissing: no object has this key; `path` is as it was.
            StoreFull: no room at `path`.
        """

    def get_bytes(self, key: str) -> bytes:
        """The content of a small object, in memory.

        Raises:
            ObjectMissing: no object has this key.
        """
        with self.open(key) as chunks:
            return b"".join(chunks)

    @abstractmethod
    def open(self, key: str, *, start: int = 0, end: int | None = None) -> Chunks:
        """The bytes `start` up to but without `end` of the object as it is now, as `content[start:end]`.

        Raises:
            ObjectMissing: at the call, not at the first chunk.
            ValueError: `start` or `end` is negative.
        """

    @abstractmethod
    def head(self, key: str) -> ObjectInfo | None:
        """What is known of the object; None when no object has this key."""

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[ListedObject]:
        """The objects whose keys start with `prefix`, in the order of their keys' UTF-8 bytes."""

    # A pydantic model has a deprecated method of this name; a store is copied with model_copy().
    @abstractmethod
    def copy(self, source: str, target: str) -> ObjectInfo:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Puts the object under another key too, with its content type and metadata.

        Raises:
            ObjectMissing: there is no `source`.
            StoreFull: no room; nothing was kept.
        """

    # Block.delete() deletes saved blocks by name; for these that is adelete() or `prefect block delete`.
    @abstractmethod
    def delete(self, key: str) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Deletes the object; does nothing when no object has this key."""

    @abstractmethod
    def delete_prefix(self, prefix: str) -> int:
        """Deletes the objects below a prefix that ends with `/`; returns how many there were.

        Raises:
            InvalidKey: the prefix does not end with `/`, and might reach into a neighbour.
        """

    @abstractmethod
    def link(
        self, key: str, *, expires_s: int, filename: str | None = None, content_type: str | None = None
    ) -> str:
        """An address to GET the object from for `expires_s` seconds, at most seven days.

        With a `filename` a browser saves the object under that name; `content_type` replaces the object's
        own. Does not look whether the object exists.

        Raises:
            ValueError: `expires_s` is not from 1 to 604800.
        """

    @abstractmethod
    def check(self) -> None:
        """Returns when the store can be used; cheap enough for a health check.

        Raises:
            StoreError: it can't be used now; the error says why.
        """

    def impatient(self) -> MediaStore:
        """The same store; one over the network gives up at once rather than try again."""
        return self


def validate_key(key: str) -> str:
    """Returns the key.

    Raises:
        InvalidKey: it is not a key as `MediaStore` describes it.
    """
    fault = _fault(key) if key else "it is empty"
    if fault is None and "" in key.split("/"):
        fault = "it starts or ends with a slash, or has an empty part"
    if fault:
        raise _invalid_key(key, fault)
    return key


def validate_prefix(prefix: str) -> str:
    """Returns the prefix, the beginning of a valid key or nothing.

    Raises:
        InvalidKey: no valid key begins like this.
    """
    fault = _fault(prefix)
    if fault is None and "" in prefix.split("/")[:-1]:
        fault = "it starts with a slash or has an empty part"
    if fault:
        raise _invalid_key(prefix, fault)
    return prefix


def validate_folder(prefix: str) -> str:
    """Returns a prefix that names a whole folder: it ends with a slash.

    Raises:
        InvalidKey: it does not, or no valid key begins like this.
    """
    if not prefix.endswith("/"):
        raise _invalid_key(prefix, "a prefix to delete ends with a slash, or it reaches into its neighbours")
    return validate_prefix(prefix)


def validate_metadata(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """Returns a copy of the metadata.

    Raises:
        InvalidMetadata: a name is not lower-case words joined by hyphens, or it is more than 2 KiB.
    """
    metadata = dict(metadata or {})
    for name in metadata:
        if not _METADATA_NAME.fullmatch(name):
            raise InvalidMetadata(
                f"Can't keep the metadata {name!r}",
                "a metadata name is made of lower-case letters, digits and single hyphens",
                "Rename it",
            )
    try:
        size = sum(len(name) + len(quote(value)) for name, value in metadata.items())
    except UnicodeEncodeError as error:
        raise InvalidMetadata(
            "Can't keep the metadata", "a value is not valid Unicode text", "Drop the lone surrogates"
        ) from error
    if size > LARGEST_METADATA_BYTES:
        raise InvalidMetadata(
            "Can't keep the metadata",
            f"encoded it has {size} bytes, and stores keep {LARGEST_METADATA_BYTES}",
            "Put what is long into an object of its own",
        )
    return metadata


def validate_range(start: int, end: int | None) -> None:
    """Raises ValueError for a negative start or end of a range."""
    if start < 0 or (end is not None and end < 0):
        raise ValueError(f"A range counts from the object's first byte, not {start}:{end}")


def validate_lifetime(expires_s: int) -> None:
    """Raises ValueError for a link's life outside 1 s to seven days."""
    if not 1 <= expires_s <= LONGEST_LINK_S:
        raise ValueError(f"A link lives from 1 to {LONGEST_LINK_S} seconds, not {expires_s}")


def content_disposition(filename: str) -> str:
    """The `Content-Disposition` with which a browser saves under this name (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    fallback = re.sub(r'[^ -~]|["\\%/]', "_", plain) or "download"
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _fault(key: str) -> str | None:
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return "it is not valid Unicode text"
    parts = key.split("/")
    # The other categories of controls: formats such as U+202E turn a name around; separators break lines.
    if any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") for character in key):
        return "it has control characters"
    if "\\" in key:
        return "it has a backslash"
    if "." in parts or ".." in parts:
        return "it has a part '.' or '..'"
    if size > LONGEST_KEY_BYTES:
        return f"it has {size} bytes, and {LONGEST_KEY_BYTES} are allowed"
    if any(len(part.encode()) > LONGEST_PART_BYTES for part in parts):
        return f"one of its parts has more than {LONGEST_PART_BYTES} bytes"
    return None


def _invalid_key(key: str, fault: str) -> InvalidKey:
    return InvalidKey(
        f"Can't use {key[:80]!r} as a key of the media store",
        fault,
        "Make keys with app.storage_keys, or use a relative path of plain parts",
    )
