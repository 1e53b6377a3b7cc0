"""A database of RDS, with snapshots that are real copies."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from prefect_aws import AwsCredentials

from blocks.aws import AwsError, AwsMissing
from blocks.database import Database, DatabaseDeadline
from blocks.errors import DeadlineExceeded
from tests.rehearsal.sandbox.conftest import Account

pytestmark = pytest.mark.anyio

DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def database(account: Account, credentials: AwsCredentials) -> Iterator[Database]:
    rds = account.client("rds")
    identifier = f"db-{uuid4().hex[:8]}"
    rds.create_db_instance(
        DBInstanceIdentifier=identifier,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="reelflow",
        ManageMasterUserPassword=True,
        AllocatedStorage=20,
        BackupRetentionPeriod=7,
        StorageEncrypted=True,
    )
    yield Database(identifier=identifier, credentials=credentials)
    rds.delete_db_instance(DBInstanceIdentifier=identifier, SkipFinalSnapshot=True)


async def test_it_is_described_once_it_is_there(database: Database) -> None:
    told: list[str] = []
    state = await database.wait_available(deadline_s=DEADLINE_S, on_status=told.append)
    assert told[-1] == "available"
    assert state.available
    assert state.endpoint
    assert state.encrypted
    assert not state.publicly_accessible
    assert state.backup_retention_days == 7
    assert state.secret_arn
    assert database.status() == "available"


async def test_a_snapshot_is_made_once(database: Database) -> None:
    name = f"before-{uuid4().hex[:8]}"
    assert database.find_snapshot(name) is None
    told: list[str] = []
    made = await database.snapshot(
        name, deadline_s=DEADLINE_S, tags={"release": "r-1"}, on_status=told.append
    )
    assert (made.identifier, made.status) == (name, "available")
    assert told[-1] == "snapshot available"
    assert await database.snapshot(name, deadline_s=DEADLINE_S) == made
    assert [s.identifier for s in database.snapshots()].count(name) == 1
    database.delete_snapshot(name)
    database.delete_snapshot(name)
    assert database.find_snapshot(name) is None


async def test_what_is_not_there(database: Database) -> None:
    other = database.model_copy(update={"identifier": "none"})
    assert other.status() == "missing"
    with pytest.raises(AwsMissing):
        await other.snapshot("s", deadline_s=1)


async def test_a_stopped_database_is_not_waited_for(account: Account, database: Database) -> None:
    rds = account.client("rds")
    rds.stop_db_instance(DBInstanceIdentifier=database.identifier)
    while database.status() == "stopping":
        continue
    with pytest.raises(AwsError, match="it is stopped"):
        await database.wait_available(deadline_s=DEADLINE_S)
    rds.start_db_instance(DBInstanceIdentifier=database.identifier)
    await database.wait_available(deadline_s=DEADLINE_S)


async def test_a_deadline_says_what_it_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = database.describe().model_copy(update={"status": "modifying"})
    monkeypatch.setattr(Database, "describe", lambda _: busy)
    with pytest.raises(DatabaseDeadline, match="still modifying") as caught:
        await database.wait_available(deadline_s=0.5)
    assert isinstance(caught.value, DeadlineExceeded)
