"""Where media is kept: one contract, `MediaStore`, over S3 or a directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from blocks.media_store.contract import (
    Chunks,
    ListedObject,
    MediaStore,
    ObjectInfo,
    content_disposition,
    validate_key,
)
from blocks.media_store.directory import DirectoryMediaStore
from blocks.media_store.errors import (
    AccessDenied,
    InvalidKey,
    InvalidMetadata,
    LinkError,
    LinkExpired,
    LinkInvalid,
    ObjectMissing,
    StoreError,
    StoreFull,
    StoreMissing,
    StoreUnavailable,
)
from blocks.media_store.links import SignedLink

if TYPE_CHECKING:
    from prefect_aws import AwsCredentials

__all__ = [
    "AccessDenied",
    "Chunks",
    "DirectoryMediaStore",
    "InvalidKey",
    "InvalidMetadata",
    "LinkError",
    "LinkExpired",
    "LinkInvalid",
    "ListedObject",
    "MediaStore",
    "ObjectInfo",
    "ObjectMissing",
    "SignedLink",
    "StoreError",
    "StoreFull",
    "StoreMissing",
    "StoreUnavailable",
    "content_disposition",
    "media_store_from_url",
    "validate_key",
]


def media_store_from_url(
    url: str,
    *,
    base_url: str | None = None,
    secret_key: SecretStr | None = None,
    endpoint_url: str | None = None,
    region: str | None = None,
    credentials: AwsCredentials | None = None,
) -> MediaStore:
    """The store at `file:///directory` or `s3://bucket/prefix`.

    `base_url` and `secret_key` are for a directory's links, the others for S3.

    Raises:
        ValueError: the URL has neither form.
    """
    address = urlsplit(url)
    if address.scheme == "s3" and address.netloc:
        # Here, since boto3 takes seconds to load, and a directory needs none of it.
        from blocks.media_store.s3 import S3MediaStore

        return S3MediaStore(
            bucket=address.netloc,
            prefix=unquote(address.path).strip("/"),
            endpoint_url=endpoint_url,
            region=region,
            credentials=credentials,
        )
    if address.scheme == "file" and address.netloc in ("", "localhost") and address.path.startswith("/"):
        return DirectoryMediaStore(
            root=Path(unquote(address.path)),
            base_url=base_url,
            secret_key=secret_key,
        )
    raise ValueError(f"{url!r} is neither file:///directory nor s3://bucket/prefix")
