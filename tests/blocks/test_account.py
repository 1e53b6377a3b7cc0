"""What a deployment must know of an account before it begins: on moto."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from blocks.account import Account
from blocks.aws import AwsError, AwsMissing

REGION = "us-east-2"
CANARY = "canary-5f2d81"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Account(region=REGION)


def test_who_asks(account: Account) -> None:
    assert account.identity().account == "123456789012"


def test_alarms_ring_by_their_state(account: Account) -> None:
    watch = boto3.client("cloudwatch", region_name=REGION)
    for name in ("quiet", "loud", "foreign"):
        watch.put_metric_alarm(
            AlarmName=name,
            EvaluationPeriods=1,
            ComparisonOperator="GreaterThanThreshold",
            MetricName="Errors",
            Namespace="Tests",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
    for name in ("loud", "foreign"):
        watch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    watch.set_alarm_state(AlarmName="quiet", StateValue="OK", StateReason="a test")
    assert account.ringing(["quiet", "loud"]) == ("loud",)
    assert account.ringing([]) == ()


def test_a_secret_tells_which_keys_are_filled_and_never_with_what(account: Account) -> None:
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secrets.create_secret(Name="app", SecretString=json.dumps({"A": CANARY, "B": ""}))
    assert account.filled_keys("app") == {"A": True, "B": False}
    secrets.create_secret(Name="broken", SecretString=f"{CANARY}, no JSON")
    with pytest.raises(AwsError) as refused:
        account.filled_keys("broken")
    assert CANARY not in repr(refused.value)
    assert refused.value.__cause__ is None
    with pytest.raises(AwsMissing):
        account.filled_keys("nowhere")


def test_how_a_bucket_keeps_what_is_in_it(account: Account) -> None:
    s3 = boto3.client("s3", region_name=REGION)
    where = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket="plain", CreateBucketConfiguration=where)
    found = account.bucket("plain")
    assert (found.versioned, found.private, found.expires_days) == (False, False, ())
    s3.create_bucket(Bucket="safe", CreateBucketConfiguration=where)
    s3.put_bucket_versioning(Bucket="safe", VersioningConfiguration={"Status": "Enabled"})
    block = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    s3.put_public_access_block(Bucket="safe", PublicAccessBlockConfiguration=block)
    rules = [
        {"ID": str(d), "Status": "Enabled", "Filter": {"Prefix": f"{d}/"}, "Expiration": {"Days": d}}
        for d in (30, 7)
    ]
    s3.put_bucket_lifecycle_configuration(Bucket="safe", LifecycleConfiguration={"Rules": rules})
    found = account.bucket("safe")
    assert (found.versioned, found.private, found.expires_days) == (True, True, (7, 30))
    with pytest.raises(AwsMissing):
        account.bucket("nowhere")


def test_which_names_are_taken(account: Account) -> None:
    assert account.names_taken("shop-db", ["shop"]) == ()
    boto3.client("ecs", region_name=REGION).create_cluster(clusterName="shop")
    boto3.client("rds", region_name=REGION).create_db_instance(
        DBInstanceIdentifier="shop-db",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="shop",
        MasterUserPassword="a-password-of-tests",
    )
    assert account.names_taken("shop-db", ["shop"]) == ("database shop-db", "cluster shop")
