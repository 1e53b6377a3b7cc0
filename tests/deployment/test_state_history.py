"""Versions of a state in a versioned bucket, written back under both locks: on real S3 semantics."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from prefect_aws import AwsCredentials
from prefect_aws.client_parameters import AwsClientParameters
from pydantic import SecretStr

from blocks.record_store import RecordStore
from blocks.terraform import StateLocked
from blocks.terraform.state_history import StateError, StateHistory
from tests.deployment.conftest import REGION

KEY = "dev/terraform.tfstate"


def _state(serial: int) -> bytes:
    return json.dumps({"version": 4, "serial": serial, "lineage": "l", "resources": []}).encode()


@pytest.fixture
def history(records: RecordStore, s3_endpoint: str) -> StateHistory:
    credentials = AwsCredentials(
        aws_access_key_id="testing",
        aws_secret_access_key=SecretStr("testing"),
        region_name=REGION,
        aws_client_parameters=AwsClientParameters(endpoint_url=s3_endpoint),
    )
    return StateHistory(bucket=records.bucket, key=KEY, region=REGION, credentials=credentials)


@pytest.fixture
def s3(s3_endpoint: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=s3_endpoint,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def test_versions_are_told_newest_first(history: StateHistory, s3: Any) -> None:
    assert history.versions(most=10) == ()
    for content in (_state(1), b"broken", _state(2)):
        s3.put_object(Bucket=history.bucket, Key=KEY, Body=content)
    # Names that begin so are others' objects.
    s3.put_object(Bucket=history.bucket, Key=f"{KEY}.tflock", Body=b"{}")
    s3.delete_object(Bucket=history.bucket, Key=KEY)
    found = history.versions(most=10)
    assert [version.deleted for version in found] == [True, False, False, False]
    assert [version.current for version in found] == [True, False, False, False]
    assert [version.content.serial if version.content else None for version in found] == [None, 2, None, 1]
    assert [version.good for version in found] == [False, True, False, True]
    assert history.read(found[1]) == _state(2)
    assert len(history.versions(most=2)) == 2


@pytest.mark.parametrize("deleted", [False, True])
def test_a_state_is_written_in_the_place_of_what_was_seen(
    history: StateHistory, s3: Any, deleted: bool
) -> None:
    s3.put_object(Bucket=history.bucket, Key=KEY, Body=_state(1))
    if deleted:
        s3.delete_object(Bucket=history.bucket, Key=KEY)
    seen = history.versions(most=1)[0]
    written = history.put(_state(5), replaces=seen)
    newest, *before = history.versions(most=5)
    assert (newest.id, newest.content and newest.content.serial) == (written, 5)
    # In the same second as another one it may stand before or after that.
    assert seen.id in [version.id for version in before]


@pytest.mark.parametrize("deleted", [False, True])
def test_what_somebody_else_has_written_meanwhile_stays(
    history: StateHistory, s3: Any, deleted: bool
) -> None:
    s3.put_object(Bucket=history.bucket, Key=KEY, Body=_state(1))
    if deleted:
        s3.delete_object(Bucket=history.bucket, Key=KEY)
    seen = history.versions(most=1)[0]
    s3.put_object(Bucket=history.bucket, Key=KEY, Body=_state(2))
    with pytest.raises(StateError, match="somebody else has written it"):
        history.put(_state(5), replaces=seen)
    newest = history.versions(most=1)[0].content
    assert newest is not None
    assert newest.serial == 2


def test_terraforms_lock_is_held_meanwhile_and_given_back(history: StateHistory, s3: Any) -> None:
    with history.locked("restore"):
        lock = json.loads(s3.get_object(Bucket=history.bucket, Key=f"{KEY}.tflock")["Body"].read())
        assert lock["Operation"] == "restore"
        with pytest.raises(StateLocked, match=lock["ID"]), history.locked("restore"):
            pass
    with history.locked("restore"):
        pass
    assert "Contents" not in s3.list_objects_v2(Bucket=history.bucket, Prefix=f"{KEY}.tflock")


def test_it_is_given_back_when_it_goes_wrong(history: StateHistory) -> None:
    with pytest.raises(ValueError, match="wrong"), history.locked("restore"):
        raise ValueError("wrong")
    with history.locked("restore"):
        pass
