"""A media store in an S3 bucket, or in that of a compatible server."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, unquote, urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from prefect_aws import AwsCredentials
from pydantic import Field, field_validator

from blocks.media_store.contract import (
    DEFAULT_CONTENT_TYPE,
    Chunks,
    ListedObject,
    MediaStore,
    ObjectInfo,
    content_disposition,
    validate_folder,
    validate_key,
    validate_lifetime,
    validate_metadata,
    validate_prefix,
    validate_range,
)
from blocks.media_store.errors import ObjectMissing, StoreError
from blocks.media_store.local_files import atomic_file, os_errors
from blocks.media_store.s3_errors import error_code, s3_errors

MIB = 1 << 20
GIB = 1 << 30
# The largest object that S3 copies in one request.
LARGEST_SINGLE_COPY = 5 * GIB
DELETES_PER_REQUEST = 1000


class S3MediaStore(MediaStore):
    """Keeps media in an S3 bucket, with presigned links.

    Without credentials, boto3 looks for them where it always does. Encryption is left to the bucket.
    """

    _block_type_name = "S3 Media Store"
    _block_type_slug = "s3-media-store"
    _description = "Keeps media in an S3 bucket, with presigned links."
    _code_example = """```python
from blocks.media_store.s3 import S3MediaStore

store = S3MediaStore.load("media")
store.put_bytes("temp/hello.txt", b"hello", content_type="text/plain")
```"""

    bucket: str = Field(title="Bucket", min_length=3, max_length=63, description="Name of the bucket.")
    prefix: str = Field(default="", title="Prefix", description="Folder of the bucket that holds the keys.")
    endpoint_url: str | None = Field(
        default=None, title="Endpoint URL", description="Address of an S3-compatible server. Unset: AWS."
    )
    region: str | None = Field(
        default=None, title="Region", description="Unset: that of the credentials or of the environment."
    )
    credentials: AwsCredentials | None = Field(
        default=None, title="AWS credentials", description="Unset: boto3's default chain."
    )
    multipart_threshold_bytes: int = Field(
        default=8 * MIB,
        ge=1,
        title="Multipart threshold",
        description="Objects of so many bytes and more go up in parts.",
    )
    part_bytes: int = Field(
        default=8 * MIB, ge=5 * MIB, title="Part size", description="In bytes; S3 takes no parts below 5 MiB."
    )
    connect_timeout_s: float = Field(default=5, gt=0, title="Connect timeout", description="In seconds.")
    read_timeout_s: float = Field(default=30, gt=0, title="Read timeout", description="In seconds.")
    max_attempts: int = Field(default=3, ge=1, le=10, title="Attempts", description="For each request.")

    @field_validator("prefix")
    @classmethod
    def _plain_prefix(cls, prefix: str) -> str:
        prefix = prefix.strip("/")
        return validate_key(prefix) if prefix else ""

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        content_type: str = DEFAULT_CONTENT_TYPE,
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        with path.open("rb") as file:
            return self._upload(key, file, content_type, metadata, threads=True)

    def put_stream(
        self,
        key: str,
        chunks: Iterable[bytes],
        *,
        content_type: str = DEFAULT_CONTENT_TYPE,
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        source = _ChunkReader(chunks)
        try:
            return self._upload(key, source, content_type, metadata, threads=False)
        except Exception:
            if source.error:
                # As the caller raised it; the transfer has been aborted by now.
                raise source.error from None
            raise

    def get_file(self, key: str, path: Path) -> ObjectInfo:
        answer = self._get(key)
        with answer["Body"] as body, os_errors(f"write {key!r} to {path}"), atomic_file(path) as file:
            # One request: parts fetched side by side could come from two objects when a put comes between.
            for chunk in Chunks(key, answer["ContentLength"], _reader(key, body), body.close):
                file.write(chunk)
        return _info(key, answer)

    def open(self, key: str, *, start: int = 0, end: int | None = None) -> Chunks:
        validate_range(start, end)
        nothing = Chunks(key, 0, lambda _: b"", lambda: None)
        if end is not None and start >= end:
            self._require(key)
            return nothing
        try:
            answer = self._get(key, start, end)
        except StoreError as error:
            if isinstance(error.__cause__, ClientError) and error_code(error.__cause__) == "InvalidRange":
                return nothing
            raise
        body = answer["Body"]
        return Chunks(key, answer["ContentLength"], _reader(key, body), body.close)

    def head(self, key: str) -> ObjectInfo | None:
        try:
            return self._require(key)
        except ObjectMissing:
            return None

    def list(self, prefix: str = "") -> Iterator[ListedObject]:
        start = self._full(validate_prefix(prefix))
        with s3_errors(f"list {prefix!r}"):
            for page in (
                self._client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=start)
            ):
                for entry in page.get("Contents", []):
                    key = entry["Key"][len(self._full("")) :]
                    yield ListedObject(key, entry["Size"], entry["ETag"].strip('"'), entry["LastModified"])

    def copy(self, source: str, target: str) -> ObjectInfo:  # pyright: ignore[reportIncompatibleMethodOverride]
        validate_key(target)
        found = self._require(source)
        extra = _extra_args(found.content_type, found.metadata) | {"MetadataDirective": "REPLACE"}
        with s3_errors(f"copy {source!r} to {target!r}", source):
            self._client().copy(
                {"Bucket": self.bucket, "Key": self._full(source)},
                self.bucket,
                self._full(target),
                ExtraArgs=extra,
                Config=TransferConfig(multipart_threshold=LARGEST_SINGLE_COPY, multipart_chunksize=GIB),
            )
        return self._require(target)

    def delete(self, key: str) -> None:
        with s3_errors(f"delete {key!r}", key):
            self._client().delete_object(Bucket=self.bucket, Key=self._full(validate_key(key)))

    def delete_prefix(self, prefix: str) -> int:
        keys = [listed.key for listed in self.list(validate_folder(prefix))]
        for start in range(0, len(keys), DELETES_PER_REQUEST):
            self._delete_many(keys[start : start + DELETES_PER_REQUEST], prefix)
        return len(keys)

    def link(
        self, key: str, *, expires_s: int, filename: str | None = None, content_type: str | None = None
    ) -> str:
        """As the contract says. A link signed with temporary credentials ends with them, if sooner."""
        validate_lifetime(expires_s)
        parameters = {"Bucket": self.bucket, "Key": self._full(validate_key(key))}
        if filename is not None:
            parameters["ResponseContentDisposition"] = content_disposition(filename)
        if content_type is not None:
            parameters["ResponseContentType"] = content_type
        with s3_errors(f"sign a link to {key!r}", key):
            return self._client().generate_presigned_url("get_object", Params=parameters, ExpiresIn=expires_s)

    def check(self) -> None:
        with s3_errors(f"use the bucket {self.bucket}"):
            # HEAD would be as cheap, but its answer does not say what is wrong.
            self._client().list_objects_v2(Bucket=self.bucket, Prefix=self._full(""), MaxKeys=1)

    def impatient(self) -> S3MediaStore:
        return self.model_copy(update={"connect_timeout_s": 1, "read_timeout_s": 1, "max_attempts": 1})

    def _full(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key

    def _require(self, key: str) -> ObjectInfo:
        validate_key(key)
        with s3_errors(f"look up {key!r}", key):
            answer = self._client().head_object(Bucket=self.bucket, Key=self._full(key))
        return _info(key, answer)

    def _get(self, key: str, start: int = 0, end: int | None = None) -> dict[str, Any]:
        parameters = {"Bucket": self.bucket, "Key": self._full(validate_key(key))}
        # Without a range boto3 compares the whole object with its checksum.
        if start or end is not None:
            parameters["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        with s3_errors(f"read {key!r}", key):
            return self._client().get_object(**parameters)

    def _upload(
        self,
        key: str,
        source: BinaryIO | _ChunkReader,
        content_type: str,
        metadata: Mapping[str, str] | None,
        *,
        threads: bool,
    ) -> ObjectInfo:
        validate_key(key)
        # s3transfer cuts into parts, and aborts the upload when one fails.
        parts = TransferConfig(
            multipart_threshold=self.multipart_threshold_bytes,
            multipart_chunksize=self.part_bytes,
            use_threads=threads,
        )
        extra = _extra_args(content_type, validate_metadata(metadata))
        with s3_errors(f"put {key!r}", key):
            self._client().upload_fileobj(source, self.bucket, self._full(key), ExtraArgs=extra, Config=parts)
        return self._require(key)

    def _delete_many(self, keys: Sequence[str], prefix: str) -> None:
        objects = [{"Key": self._full(key)} for key in keys]
        with s3_errors(f"delete {prefix!r}"):
            answer = self._client().delete_objects(
                Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True}
            )
            for failure in answer.get("Errors", []):
                raise ClientError({"Error": failure}, "DeleteObjects")

    def _client(self) -> Any:
        # A client's connections must not be shared with a forked process.
        return _client(
            os.getpid(),
            self.credentials,
            self.endpoint_url,
            self.region,
            self.connect_timeout_s,
            self.read_timeout_s,
            self.max_attempts,
        )


class _ChunkReader:
    """A file to s3transfer over an iterable of chunks, which remembers what the iterable raised."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""
        self.error: BaseException | None = None

    def read(self, size: int | None = None) -> bytes:
        # s3transfer asks for all there is left only once it knows that this is less than a part.
        missing = sys.maxsize if size is None else size
        pieces = []
        while missing > 0:
            chunk = self._rest or self._next()
            if chunk is None:
                break
            pieces.append(chunk[:missing])
            self._rest = chunk[missing:]
            missing -= len(pieces[-1])
        return b"".join(pieces)

    def _next(self) -> bytes | None:
        try:
            return next(self._chunks, None)
        except BaseException as error:
            # A cancellation, say, which s3transfer would let through without aborting the upload.
            self.error = error
            raise _SourceFailed from error


class _SourceFailed(Exception):
    """The iterable of an upload raised; says so to s3transfer alone."""


# An lru_cache may make a client twice when two threads come first, each from a session of its own: no harm.
@lru_cache(maxsize=8)
def _client(
    _pid: int,
    credentials: AwsCredentials | None,
    endpoint_url: str | None,
    region: str | None,
    connect_timeout_s: float,
    read_timeout_s: float,
    max_attempts: int,
) -> Any:
    """A client of S3; boto3's clients may be used from several threads."""
    session = credentials.get_boto3_session() if credentials else boto3.Session()
    parameters: dict[str, Any] = (
        credentials.aws_client_parameters.get_params_override() if credentials else {}
    )
    address = endpoint_url or parameters.get("endpoint_url") or _endpoint_of_the_environment()
    config = Config(
        signature_version="s3v4",
        connect_timeout=connect_timeout_s,
        read_timeout=read_timeout_s,
        retries={"mode": "standard", "total_max_attempts": max_attempts},
        # On another server bucket.host may be no name. On AWS "auto" would presign for the global address,
        # which redirects, and the signature does not survive that.
        s3={"addressing_style": "path" if address else "virtual"},
        proxies={} if address and _is_loopback(address) else None,
    )
    if "config" in parameters:
        config = config.merge(parameters["config"])
    return session.client(
        "s3",
        **parameters
        | {"config": config, "endpoint_url": address, "region_name": region or session.region_name},
    )


def _endpoint_of_the_environment() -> str | None:
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _extra_args(content_type: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    # Metadata travels in headers, which hold ASCII only.
    return {"ContentType": content_type, "Metadata": {name: quote(value) for name, value in metadata.items()}}


def _info(key: str, answer: Mapping[str, Any]) -> ObjectInfo:
    return ObjectInfo(
        key=key,
        size=answer["ContentLength"],
        etag=answer["ETag"].strip('"'),
        modified=answer["LastModified"],
        content_type=answer.get("ContentType", DEFAULT_CONTENT_TYPE),
        metadata={name: unquote(value) for name, value in answer["Metadata"].items()},
    )


def _reader(key: str, body: Any) -> Callable[[int], bytes]:
    def read(size: int) -> bytes:
        with s3_errors(f"read {key!r}", key):
            return body.read(size)

    return read
