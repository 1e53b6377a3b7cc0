"""What AWS's errors are called here, and how its clients are made."""

from __future__ import annotations

import pickle

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)
from prefect_aws import AwsCredentials
from prefect_aws.client_parameters import AwsClientParameters
from pydantic import SecretStr

from blocks.aws import AwsBlock, AwsDenied, AwsError, AwsMissing, AwsUnavailable, aws_errors, is_loopback
from blocks.errors import Unavailable

URL = "http://127.0.0.1:1"


def refused(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "So it is."}, "ResponseMetadata": {"HTTPStatusCode": status}},
        "Do",
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refused("AccessDeniedException"), AwsDenied),
        (refused("ExpiredTokenException"), AwsDenied),
        (refused("Whatever", 403), AwsDenied),
        (NoCredentialsError(), AwsDenied),
        (refused("ThrottlingException"), AwsUnavailable),
        (refused("ServerException", 500), AwsUnavailable),
        (refused("Whatever", 503), AwsUnavailable),
        (EndpointConnectionError(endpoint_url=URL), AwsUnavailable),
        (ConnectTimeoutError(endpoint_url=URL), AwsUnavailable),
        (refused("ClusterNotFoundException"), AwsMissing),
        (refused("DBInstanceNotFound", 404), AwsMissing),
        (refused("NoSuchKey", 404), AwsMissing),
        (refused("InvalidParameterException"), AwsError),
        (ParamValidationError(report="no such parameter"), AwsError),
    ],
)
def test_errors(error: ClientError | BotoCoreError, kind: type[AwsError]) -> None:
    with pytest.raises(AwsError, match=r"^Can't do it: [a-z]") as caught, aws_errors("do it"):
        raise error
    assert type(caught.value) is kind
    assert caught.value.transient is isinstance(caught.value, Unavailable) is (kind is AwsUnavailable)
    assert caught.value.remedy
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_other_errors_are_left_alone() -> None:
    with pytest.raises(ZeroDivisionError), aws_errors("do it"):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:5000", True),
        ("http://127.77.1.2", True),
        ("http://[::1]:80", True),
        ("http://localhost", True),
        ("http://s3.localhost:4566", True),
        ("https://ecs.us-east-2.amazonaws.com", False),
        ("http://198.51.100.7", False),
        ("", False),
    ],
)
def test_this_machine(url: str, here: bool) -> None:
    assert is_loopback(url) is here


def test_clients_go_where_credentials_or_the_environment_say(monkeypatch: pytest.MonkeyPatch) -> None:
    given = AwsCredentials(
        aws_access_key_id="a",
        aws_secret_access_key=SecretStr("canary"),
        aws_client_parameters=AwsClientParameters(endpoint_url=URL),
    )
    block = AwsBlock(region="us-east-2", credentials=given)
    assert block.client("ecs").meta.endpoint_url == URL
    assert block.client("ecs") is block.client("ecs")
    assert "canary" not in repr(block)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:2")
    assert AwsBlock(region="us-east-2").client("ecs").meta.endpoint_url == "http://127.0.0.1:2"
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert "amazonaws.com" in AwsBlock(region="us-east-2").client("ecs").meta.endpoint_url
