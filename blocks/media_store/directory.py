"""A media store in a directory of this machine.

An object is a folder `versions/{id}/` with its content and a description, and a symbolic link
`objects/{key}` to that content. The version is complete on disk before the link is moved into place, and
never changes after: content and metadata can't part, and a reader sees the old object or the new one.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import BinaryIO, TypeVar
from uuid import uuid4

from pydantic import Field, SecretStr, field_validator, model_validator

from blocks.media_store import links
from blocks.media_store.contract import (
    CHUNK_BYTES,
    DEFAULT_CONTENT_TYPE,
    Chunks,
    ListedObject,
    MediaStore,
    ObjectInfo,
    validate_folder,
    validate_key,
    validate_lifetime,
    validate_metadata,
    validate_prefix,
    validate_range,
)
from blocks.media_store.errors import AccessDenied, InvalidKey, object_missing
from blocks.media_store.local_files import atomic_file, file_chunks, os_errors, sync_directory

T = TypeVar("T")

_CONTENT = "content"
_DESCRIPTION = "description.json"
_TARGET = re.compile(r"(?:\.\./)+versions/(?P<version>[0-9a-f]{32})/content")


class DirectoryMediaStore(MediaStore):
    """Keeps media in a directory of this machine, with signed links that expire.

    Links point to `{base_url}/media/{key}`, where a web application checks them with `verify_link` and
    serves the object. Without a base URL a link is a `file://` address, which neither expires nor is signed.
    """

    _block_type_name = "Directory Media Store"
    _block_type_slug = "directory-media-store"
    _description = "Keeps media in a directory of this machine, with signed links that expire."
    _code_example = """```python
from blocks.media_store import DirectoryMediaStore

store = DirectoryMediaStore.load("media")
store.put_bytes("temp/hello.txt", b"hello", content_type="text/plain")
```"""

    root: Path = Field(title="Directory", description="Where the media lies; made when it is missing.")
    base_url: str | None = Field(
        default=None,
        title="Base URL",
        description="Address of the application that serves /media. Unset: links are file:// addresses.",
    )
    secret_key: SecretStr | None = Field(
        default=None, title="Secret key", description="Signs the links; needed with a base URL."
    )

    @field_validator("root")
    @classmethod
    def _absolute(cls, root: Path) -> Path:
        return root.expanduser().absolute()

    @model_validator(mode="after")
    def _links_are_signed(self) -> DirectoryMediaStore:
        if self.base_url and not (self.secret_key and self.secret_key.get_secret_value()):
            raise ValueError("A base_url needs a secret_key: the links it makes are signed")
        return self

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        content_type: str = DEFAULT_CONTENT_TYPE,
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        with path.open("rb") as file:
            return self.put_stream(key, file_chunks(file), content_type=content_type, metadata=metadata)

    def put_stream(
        self,
        key: str,
        chunks: Iterable[bytes],
        *,
        content_type: str = DEFAULT_CONTENT_TYPE,
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        validate_key(key)
        metadata = validate_metadata(metadata)
        with self._new_version(key) as version:
            digest, size = _write_content(key, version / _CONTENT, chunks)
            info = ObjectInfo(key, size, digest, datetime.now(UTC), content_type, metadata)
            self._publish(info, version)
        return info

    def get_file(self, key: str, path: Path) -> ObjectInfo:
        info, content = self.opened(key)
        with content, os_errors(f"write {key!r} to {path}"), atomic_file(path) as file:
            shutil.copyfileobj(content, file, CHUNK_BYTES)
        return info

    def open(self, key: str, *, start: int = 0, end: int | None = None) -> Chunks:
        validate_range(start, end)
        content = self._read(key, lambda version: (version / _CONTENT).open("rb"))
        size = os.fstat(content.fileno()).st_size
        content.seek(start)
        stop = size if end is None else min(end, size)
        return Chunks(key, max(0, stop - start), content.read, content.close)

    def opened(self, key: str) -> tuple[ObjectInfo, BinaryIO]:
        """What is known of the object and its content, to be closed by the caller; both of one version.

        Raises:
            ObjectMissing: no object has this key.
        """
        return self._read(key, lambda version: (_describe(key, version), (version / _CONTENT).open("rb")))

    def head(self, key: str) -> ObjectInfo | None:
        return self._find(key, lambda version: _describe(key, version))

    def list(self, prefix: str = "") -> Iterator[ListedObject]:
        validate_prefix(prefix)
        with os_errors(f"list {prefix!r}"):
            for key in self._keys(self._objects, "", prefix):
                # An object that is deleted meanwhile is left out.
                if info := self.head(key):
                    yield ListedObject(info.key, info.size, info.etag, info.modified)

    def copy(self, source: str, target: str) -> ObjectInfo:  # pyright: ignore[reportIncompatibleMethodOverride]
        validate_key(target)
        with self._new_version(target) as version:
            # A version never changes, so that both objects can share the content on disk.
            def share(original: Path) -> ObjectInfo:
                described = _describe(source, original)
                os.link(original / _CONTENT, version / _CONTENT)
                return described

            found = self._read(source, share)
            info = ObjectInfo(
                target, found.size, found.etag, datetime.now(UTC), found.content_type, found.metadata
            )
            self._publish(info, version)
        return info

    def delete(self, key: str) -> None:
        link = self._link_path(key)
        with os_errors(f"delete {key!r}"), self._lock():
            version = self._version(link)
            if version is None:
                return
            link.unlink()
            self._prune(link.parent)
        shutil.rmtree(version, ignore_errors=True)

    def delete_prefix(self, prefix: str) -> int:
        validate_folder(prefix)
        keys = [listed.key for listed in self.list(prefix)]
        for key in keys:
            self.delete(key)
        return len(keys)

    def link(
        self, key: str, *, expires_s: int, filename: str | None = None, content_type: str | None = None
    ) -> str:
        """As the contract says; without a base URL a `file://` address that does not expire."""
        validate_lifetime(expires_s)
        path = self._link_path(key)
        if self.base_url is None or self.secret_key is None:
            return path.as_uri()
        link = links.SignedLink(key, int(time.time()) + expires_s, filename, content_type)
        return link.url(self.base_url, self.secret_key.get_secret_value())

    def verify_link(self, url: str, now: datetime | None = None) -> links.SignedLink:
        """What a link of this store gives access to; `url` may be its path and query alone.

        Raises:
            LinkInvalid: it is not a link of this store, or was changed.
            LinkExpired: its time is over at `now`, which must know its time zone; None means this moment.
        """
        secret = self.secret_key.get_secret_value() if self.secret_key else ""
        if not secret:
            raise AccessDenied(
                "Can't verify the link",
                "the store has no secret key",
                "Set the store's secret_key and base_url",
            )
        return links.verify(url, secret, now or datetime.now(UTC))

    def check(self) -> None:
        with os_errors(f"use the directory {self.root}"):
            self._versions.mkdir(parents=True, exist_ok=True)
            self._objects.mkdir(exist_ok=True)
            probe = self.root / f".check-{uuid4().hex}"
            # Writing a byte tells of a full or read-only disk what asking for rights does not.
            try:
                probe.write_bytes(b"\0")
            finally:
                probe.unlink(missing_ok=True)

    def sweep(self, older_than: timedelta = timedelta(days=1)) -> int:
        """Deletes what killed processes left unpublished longer ago than this; returns how many versions."""
        limit = time.time() - older_than.total_seconds()
        with os_errors(f"sweep the directory {self.root}"), self._lock():
            old = {path for path in self._versions.iterdir() if _modified(path) < limit}
            old -= {self._version(self._objects / key) for key in self._keys(self._objects, "", "")}
            for version in old:
                shutil.rmtree(version, ignore_errors=True)
        return len(old)

    @property
    def _objects(self) -> Path:
        return self.root / "objects"

    @property
    def _versions(self) -> Path:
        return self.root / "versions"

    def _link_path(self, key: str) -> Path:
        path = self._objects / validate_key(key)
        for parent in path.relative_to(self._objects).parents:
            # Also when the link was laid by somebody else: it may lead out of the store.
            if (self._objects / parent).is_symlink():
                raise _not_a_folder(key, str(parent))
        return path

    def _version(self, link: Path) -> Path | None:
        try:
            target = _TARGET.fullmatch(str(link.readlink()))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            # EINVAL: a folder or a plain file, no object.
            if error.errno == errno.EINVAL:
                return None
            raise
        return self._versions / target["version"] if target else None

    def _find(self, key: str, use: Callable[[Path], T]) -> T | None:
        link = self._link_path(key)
        with os_errors(f"read {key!r}"):
            while version := self._version(link):
                try:
                    return use(version)
                except FileNotFoundError:
                    # Replaced or deleted between the two steps. If not, the version itself is broken.
                    if self._version(link) == version:
                        raise
        return None

    def _read(self, key: str, use: Callable[[Path], T]) -> T:
        found = self._find(key, use)
        if found is None:
            raise object_missing(key)
        return found

    @contextmanager
    def _new_version(self, key: str) -> Iterator[Path]:
        version = self._versions / uuid4().hex
        with os_errors(f"put {key!r}"):
            version.mkdir(parents=True)
        try:
            yield version
        except BaseException:
            shutil.rmtree(version, ignore_errors=True)
            raise

    def _publish(self, info: ObjectInfo, version: Path) -> None:
        """Makes a version whose content is on disk the object of its key."""
        link = self._link_path(info.key)
        depth = len(link.relative_to(self.root).parents) - 1
        moving = version / "link"
        with os_errors(f"put {info.key!r}"):
            _write_description(version / _DESCRIPTION, info)
            moving.symlink_to(f"{'../' * depth}versions/{version.name}/{_CONTENT}")
            sync_directory(version)
            replaced = self._move(info.key, moving, link)
        if replaced:
            shutil.rmtree(replaced, ignore_errors=True)

    def _move(self, key: str, moving: Path, link: Path) -> Path | None:
        """Moves a link into its place; returns the version that was there."""
        with self._lock():
            try:
                link.parent.mkdir(parents=True, exist_ok=True)
                replaced = self._version(link)
                moving.replace(link)
            except BaseException as error:
                self._prune(link.parent)
                if isinstance(error, (IsADirectoryError, NotADirectoryError, FileExistsError)):
                    raise _not_a_folder(key, key) from error
                raise
            sync_directory(link.parent)
        return replaced

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Holds off every other change of `objects/`, in all threads and processes; death lets go of it."""
        self._versions.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _prune(self, folder: Path) -> None:
        with suppress(OSError):
            while folder != self._objects:
                folder.rmdir()
                folder = folder.parent

    def _keys(self, folder: Path, base: str, prefix: str) -> Iterator[str]:
        try:
            entries = {
                entry.name + ("/" if entry.is_dir(follow_symlinks=False) else ""): entry
                for entry in os.scandir(folder)
            }
        except (FileNotFoundError, NotADirectoryError):
            return
        # With their slashes, so that the keys come in the order of their bytes.
        for name in sorted(entries, key=os.fsencode):
            key = base + name
            if name.endswith("/") and (key.startswith(prefix) or prefix.startswith(key)):
                yield from self._keys(folder / name, key, prefix)
            elif key.startswith(prefix) and entries[name].is_symlink():
                yield key


def _write_content(key: str, path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    digest, size = sha256(), 0
    # Unbuffered: an error of the disk belongs to the write that met it, and none comes with the closing.
    with path.open("xb", buffering=0) as file:
        # The source is read outside: its own errors of the operating system are not the store's.
        for chunk in chunks:
            with os_errors(f"put {key!r}"):
                _write_whole(file, chunk)
            digest.update(chunk)
            size += len(chunk)
        with os_errors(f"put {key!r}"):
            os.fsync(file.fileno())
    return digest.hexdigest(), size


def _write_whole(file: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _modified(path: Path) -> float:
    """When the path was changed, in seconds since the epoch; now, when it has just vanished."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _write_description(path: Path, info: ObjectInfo) -> None:
    description = {
        "size": info.size,
        "etag": info.etag,
        "modified": info.modified.isoformat(),
        "content_type": info.content_type,
        "metadata": dict(info.metadata),
    }
    with path.open("x") as file:
        json.dump(description, file)
        file.flush()
        os.fsync(file.fileno())


def _describe(key: str, version: Path) -> ObjectInfo:
    description = json.loads((version / _DESCRIPTION).read_bytes())
    return ObjectInfo(key, **description | {"modified": datetime.fromisoformat(description["modified"])})


def _not_a_folder(key: str, part: str) -> InvalidKey:
    return InvalidKey(
        f"Can't use {key!r} as a key of this store",
        f"{part!r} is both an object and a folder, which a directory can't hold",
        "Choose a key that does not go on below another object's",
    )
