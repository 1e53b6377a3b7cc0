"""The state's bucket and the application's keys, on moto, which stands in for AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from prefect_aws import AwsCredentials
from pydantic import SecretStr

from blocks.bootstrap import AppSecret, StateBucket

ACCOUNT = "123456789012"
REGION = "us-east-2"


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def _credentials() -> AwsCredentials:
    return AwsCredentials(
        aws_access_key_id="key", aws_secret_access_key=SecretStr("secret"), region_name=REGION
    )


@pytest.fixture
def bucket() -> StateBucket:
    return StateBucket(
        name="films-terraform-state", account=ACCOUNT, region=REGION, credentials=_credentials()
    )


@pytest.fixture
def secret() -> AppSecret:
    return AppSecret(name="films/app", region=REGION, credentials=_credentials())


def _value(secret: AppSecret) -> dict[str, str]:
    manager = boto3.client("secretsmanager", region_name=REGION)
    return json.loads(manager.get_secret_value(SecretId=secret.name)["SecretString"])


def test_the_bucket_is_made_once_and_is_private(bucket: StateBucket) -> None:
    assert not bucket.exists()
    assert bucket.ensure()
    assert bucket.exists()
    assert not bucket.ensure()

    s3 = boto3.client("s3", region_name=REGION)
    assert s3.get_bucket_versioning(Bucket=bucket.name)["Status"] == "Enabled"
    blocked = s3.get_public_access_block(Bucket=bucket.name)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    [rule] = s3.get_bucket_encryption(Bucket=bucket.name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    [statement] = json.loads(s3.get_bucket_policy(Bucket=bucket.name)["Policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket.name)["Rules"]
    kept = {rule["Filter"]["Prefix"]: rule["NoncurrentVersionExpiration"] for rule in rules}
    assert kept == {"": {"NoncurrentDays": 90}, "operation/": {"NoncurrentDays": 1}}


def test_what_somebody_has_loosened_is_set_again(bucket: StateBucket) -> None:
    bucket.ensure()
    s3 = boto3.client("s3", region_name=REGION)
    s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_public_access_block(Bucket=bucket.name)
    assert not bucket.ensure()
    assert s3.get_bucket_versioning(Bucket=bucket.name)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=bucket.name)


def test_the_keys_are_made_once(secret: AppSecret) -> None:
    assert secret.keys() == {}
    assert sorted(secret.ensure({})) == ["REDIS_PASSWORD", "REPLICATE_API_TOKEN", "SECRET_KEY"]
    assert secret.keys() == {"SECRET_KEY": True, "REDIS_PASSWORD": True, "REPLICATE_API_TOKEN": False}
    before = _value(secret)
    assert len(before["SECRET_KEY"]) >= 32
    assert before["REDIS_PASSWORD"].isalnum()
    assert secret.ensure({}) == []
    assert _value(secret) == before


def test_a_given_value_is_set_and_nothing_else(secret: AppSecret) -> None:
    secret.ensure({})
    before = _value(secret)
    assert secret.ensure({"REPLICATE_API_TOKEN": SecretStr("r8_given")}) == ["REPLICATE_API_TOKEN"]
    assert _value(secret) == before | {"REPLICATE_API_TOKEN": "r8_given"}
    assert secret.ensure({}) == []


def test_what_was_emptied_is_made_again(secret: AppSecret) -> None:
    secret.ensure({})
    secret.ensure({"SECRET_KEY": SecretStr("")})
    assert secret.ensure({}) == ["SECRET_KEY"]
    assert secret.keys()["SECRET_KEY"]
