"""Policies of buckets: rules on TLS never apply to loopback, others do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.s3.models import FakeBucket

from sandbox.parts import buckets

NAME = "films"
TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [f"arn:aws:s3:::{NAME}", f"arn:aws:s3:::{NAME}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
OLD_TLS = TLS_ONLY | {"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}}
NO_READING = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{NAME}/*",
}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(FakeBucket, "get_permission", FakeBucket.get_permission)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    buckets.install()
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
        client.create_bucket(Bucket=NAME)
        client.put_object(Bucket=NAME, Key="film", Body=b"film")
        yield client


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_tls_only_lets_loopback_in(s3: Any) -> None:
    s3.put_bucket_policy(Bucket=NAME, Policy=_policy(TLS_ONLY, OLD_TLS))
    assert s3.get_object(Bucket=NAME, Key="film")["Body"].read() == b"film"


def test_other_statements_hold_beside_it(s3: Any) -> None:
    s3.put_bucket_policy(Bucket=NAME, Policy=_policy(TLS_ONLY, NO_READING))
    with pytest.raises(ClientError, match=r"\(403\)|AccessDenied"):
        s3.get_object(Bucket=NAME, Key="film")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, False),
        ({"NumericLessThan": {"s3:TlsVersion": ["1.2", "1.4"]}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "1"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "1"}, "Bool": {"aws:SecureTransport": "false"}}, False),
    ],
)
def test_concerns(condition: dict[str, Any] | None, expected: bool) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    assert buckets.concerns(statement | ({"Condition": condition} if condition else {})) is expected
