"""What every block of AWS shares: how its clients are made, and what AWS's errors are called here."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)
from prefect.blocks.core import Block
from prefect_aws import AwsCredentials
from pydantic import Field

from blocks.errors import BlockError, Unavailable

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 60.0
ATTEMPTS = 5

_DENIED = {
    "AccessDenied", "AccessDeniedException", "AuthFailure", "AuthorizationError", "ExpiredToken",
    "ExpiredTokenException", "Forbidden", "InvalidAccessKeyId", "InvalidClientTokenId",
    "InvalidSignatureException", "NotAuthorized", "OptInRequired", "SignatureDoesNotMatch",
    "UnauthorizedOperation", "UnrecognizedClientException",
}  # fmt: skip
_TRANSIENT = {
    "InternalError", "InternalFailure", "InternalServerError", "RequestLimitExceeded", "RequestTimeout",
    "RequestTimeoutException", "ServerException", "ServiceUnavailable", "ServiceUnavailableException",
    "SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException",
}  # fmt: skip


class AwsError(BlockError):
    """AWS refused a call for a reason that will not pass by itself."""


class AwsDenied(AwsError):
    """The credentials are missing, expired or not allowed to make the call."""


class AwsMissing(AwsError):
    """What the call is about does not exist."""


class AwsUnavailable(AwsError, Unavailable):
    """Throttling, a fault inside AWS, or no way to it: the same call may succeed a moment later."""


class AwsBlock(Block):
    """A block that talks to AWS. Without credentials, boto3 looks for them where it always does.

    `AWS_ENDPOINT_URL`, or the endpoint of the credentials' client parameters, leads it elsewhere.
    """

    region: str | None = Field(
        default=None, title="Region", description="Unset: that of the credentials or of the environment."
    )
    credentials: AwsCredentials | None = Field(
        default=None, title="AWS credentials", description="Unset: boto3's default chain."
    )

    def client(self, service: str) -> Any:
        """A client of an AWS service, shared by all threads of this process."""
        # A client's connections must not be shared with a forked process.
        return _client(
            os.getpid(), service, self.credentials, self.region, os.environ.get("AWS_ENDPOINT_URL", "")
        )


@contextmanager
def aws_errors(action: str) -> Iterator[None]:
    """Turns botocore's errors into ours; `action` completes "Can't …".

    Raises:
        AwsDenied, AwsMissing, AwsUnavailable, AwsError: in place of an error of botocore.
    """
    what = f"Can't {action}"
    try:
        yield
    except ClientError as error:
        raise _from_response(what, error) from error
    except (
        NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, TokenRetrievalError,
    ) as error:  # fmt: skip
        raise AwsDenied(
            what, _plain(error), "Give the environment an AWS credentials block, or run aws configure"
        ) from error
    except (ConnectionError, HTTPClientError) as error:
        raise AwsUnavailable(what, _plain(error), "Check the way to AWS, then try again") from error
    except BotoCoreError as error:
        raise AwsError(what, _plain(error), "Check the environment's settings") from error


def error_code(error: ClientError) -> str:
    """The word by which AWS names the error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine, by its numbers or by the name localhost."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


# An lru_cache may make a client twice when two threads come first, each from a session of its own: no harm.
@lru_cache(maxsize=64)
def _client(_pid: int, service: str, credentials: AwsCredentials | None, region: str | None, url: str) -> Any:
    session = credentials.get_boto3_session() if credentials else boto3.Session()
    parameters: dict[str, Any] = (
        credentials.aws_client_parameters.get_params_override() if credentials else {}
    )
    address = parameters.get("endpoint_url") or url
    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        # On a server of another kind bucket.host may be no name.
        s3={"addressing_style": "path" if address else "virtual"},
        proxies={} if address and is_loopback(address) else None,
    )
    if "config" in parameters:
        config = config.merge(parameters["config"])
    return session.client(
        service, **parameters | {"config": config, "region_name": region or session.region_name}
    )


def _from_response(what: str, error: ClientError) -> AwsError:
    code = error_code(error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    cause = _plain(error)
    if code in _DENIED or status in (401, 403):
        return AwsDenied(what, cause, "Check the credentials, what they may do, and the clock")
    if code in _TRANSIENT or status >= 500 or status == 429:
        return AwsUnavailable(what, cause, "Try again in a moment")
    if status == 404 or "NotFound" in code or code.startswith("NoSuch"):
        return AwsMissing(what, cause, "Check the name, the region and the account")
    return AwsError(what, cause, f"Look up the error code {code!r} of this call")


def _plain(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    return text[:1].lower() + text[1:]
