"""What goes wrong with S3, in the store's own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ResponseStreamingError,
    TokenRetrievalError,
)
from s3transfer.exceptions import RetriesExceededError

from blocks.media_store.errors import (
    AccessDenied,
    InvalidKey,
    StoreError,
    StoreFull,
    StoreMissing,
    StoreUnavailable,
    object_missing,
)

_MISSING = {"NoSuchKey", "NotFound", "404"}
_DENIED = {
    "403", "AccessDenied", "AllAccessDisabled", "ExpiredToken", "Forbidden", "InvalidAccessKeyId",
    "InvalidToken", "SignatureDoesNotMatch", "TokenRefreshRequired",
}  # fmt: skip
_TRANSIENT = {
    "InternalError", "OperationAborted", "RequestTimeTooSkewed", "RequestTimeout", "ServiceUnavailable",
    "SlowDown", "Throttling", "ThrottlingException", "TooManyRequests",
}  # fmt: skip
_FULL = {"EntityTooLarge", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"}
_INSUFFICIENT_STORAGE = 507


@contextmanager
def s3_errors(action: str, key: str = "") -> Iterator[None]:
    """Turns boto3's errors into the store's; `action` completes "Can't …", `key` is what it is done to.

    Raises:
        ObjectMissing, StoreMissing, AccessDenied, StoreFull, StoreUnavailable, InvalidKey, StoreError: in
            place of an error of boto3 or botocore.
    """
    what = f"Can't {action}"
    try:
        yield
    except ClientError as error:
        raise _from_response(what, key, error) from error
    except (
        NoCredentialsError,
        PartialCredentialsError,
        CredentialRetrievalError,
        TokenRetrievalError,
    ) as error:
        raise AccessDenied(
            what,
            _plain(error),
            "Give the store an AWS credentials block, or set AWS_ACCESS_KEY_ID and its secret",
        ) from error
    except (
        ConnectionError, HTTPClientError, IncompleteReadError, ResponseStreamingError, RetriesExceededError,
    ) as error:  # fmt: skip
        raise StoreUnavailable(what, _plain(error), "Check that the server is up, then try again") from error
    except (BotoCoreError, Boto3Error) as error:
        raise StoreError(what, _plain(error), "Check the store's settings") from error


def error_code(error: ClientError) -> str:
    """The word by which S3 names the error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _from_response(what: str, key: str, error: ClientError) -> StoreError:
    code = error_code(error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    cause = _plain(error)
    if code == "NoSuchBucket":
        return StoreMissing(what, cause, "Create the bucket or correct its name")
    if code in _MISSING:
        return object_missing(key)
    if code in _DENIED:
        return AccessDenied(what, cause, "Check the credentials, their rights to the bucket and the clock")
    if code in _FULL or status == _INSUFFICIENT_STORAGE:
        return StoreFull(what, cause, "Make room in the bucket or raise its quota, then try again")
    if code == "KeyTooLongError":
        return InvalidKey(what, cause, "Shorten the key or the store's prefix")
    # HEAD has no body, so that its code is but the status.
    if code in _TRANSIENT or status >= 500 or status == 429:
        return StoreUnavailable(what, cause, "Try again in a moment")
    return StoreError(what, cause, f"Look up the S3 error code {code!r}")


def _plain(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    return text[:1].lower() + text[1:]
