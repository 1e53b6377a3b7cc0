"""Terraform with its state in S3: the lock, its holder, and taking it from the dead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.types import SecretDict
from prefect_aws import AwsCredentials

from blocks.terraform import StateLocked, TerraformFailed, TerraformWorkspace
from tests.rehearsal.sandbox.conftest import Account

pytestmark = pytest.mark.anyio

CONFIGURATION = Path(__file__).parents[2] / "blocks" / "terraform" / "configuration" / "main.tf"
LOCK = {
    "ID": "9a1c0f5e-0000-4000-8000-000000000001",
    "Operation": "OperationTypeApply",
    "Info": "",
    "Who": "root@build-7",
    "Version": "1.11.4",
    "Created": "2026-11-24T23:00:00.5Z",
    "Path": "state",
}


@pytest.fixture
def bucket(account: Account) -> str:
    name = f"state-{uuid4().hex}"
    account.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": account.cloud.region}
    )
    return name


@pytest.fixture
def workspace(
    account: Account,
    credentials: AwsCredentials,
    bucket: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> TerraformWorkspace:
    # Only the block's credentials lead to AWS.
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    directory = tmp_path / "configuration"
    directory.mkdir()
    stored = 'backend "s3" {\n    use_lockfile = true\n  }'
    (directory / "main.tf").write_text(CONFIGURATION.read_text().replace('backend "local" {}', stored))
    return TerraformWorkspace(
        directory=directory,
        secret_variables=SecretDict({"password": "canary-5up3r-s3cret"}),
        backend_config={
            "bucket": bucket,
            "key": "sandbox/terraform.tfstate",
            "region": account.cloud.region,
            **account.cloud.state_backend(),
        },
        credentials=credentials,
        lock_timeout_s=0,
    )


def put_lock(account: Account, bucket: str, lock: dict[str, Any]) -> None:
    account.client("s3").put_object(
        Bucket=bucket, Key="sandbox/terraform.tfstate.tflock", Body=json.dumps(lock).encode()
    )


async def test_the_state_is_kept_and_the_lock_given_back(
    account: Account, bucket: str, workspace: TerraformWorkspace, tmp_path: Path
) -> None:
    assert workspace.state_lock() is None
    plan = await workspace.plan(tmp_path / "plan")
    assert plan.summary().create == 3
    await workspace.apply(tmp_path / "plan")
    assert workspace.state_lock() is None
    kept = account.client("s3").get_object(Bucket=bucket, Key="sandbox/terraform.tfstate")
    assert json.loads(kept["Body"].read())["serial"] >= 1
    assert (await workspace.plan(tmp_path / "plan")).is_empty


async def test_a_lock_is_taken_from_the_dead_only(
    account: Account, bucket: str, workspace: TerraformWorkspace, tmp_path: Path
) -> None:
    await workspace.plan(tmp_path / "plan")
    await workspace.apply(tmp_path / "plan")
    put_lock(account, bucket, LOCK)
    with pytest.raises(StateLocked) as caught:
        await workspace.plan(tmp_path / "other")
    holder = caught.value.holder
    assert holder == workspace.state_lock()
    assert holder
    assert (holder.who, holder.operation) == ("root@build-7", "apply")
    assert holder.created
    assert holder.created.isoformat() == "2026-11-24T23:00:00.500000+00:00"

    await workspace.force_unlock("another-lock")
    assert workspace.state_lock() == holder
    await workspace.force_unlock(holder.id)
    assert workspace.state_lock() is None
    await workspace.force_unlock(holder.id)
    assert (await workspace.plan(tmp_path / "other")).is_empty


async def test_a_state_that_can_not_be_written_is_kept_elsewhere(
    account: Account, workspace: TerraformWorkspace, tmp_path: Path
) -> None:
    await workspace.plan(tmp_path / "plan")
    # The lock is an object too, and is put first.
    account.cloud.faults.on("s3", "PutObject", error="AccessDenied", status=403, skip=1, times=20)
    try:
        with pytest.raises(TerraformFailed) as caught:
            await workspace.apply(tmp_path / "plan")
    finally:
        account.cloud.faults.off()
    kept = tmp_path / "errored.tfstate"
    assert str(kept) in str(caught.value)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert len(json.loads(kept.read_text())["resources"]) == 3


async def test_a_bucket_that_is_not_there_is_told(workspace: TerraformWorkspace) -> None:
    other = workspace.model_copy(
        update={"backend_config": workspace.backend_config | {"bucket": "none-such"}}
    )
    with pytest.raises(TerraformFailed, match="none-such"):
        await other.init()
