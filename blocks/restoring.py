"""A snapshot of RDS restored into an instance like another one, which then takes over that one's name.

A restored instance begins with RDS's defaults: what its network, its groups and its backups are is given.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RestoreFromSnapshot.html
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from blocks.aws import AwsError, aws_errors
from blocks.database import FIRST_POLL_S, LONGEST_POLL_S, Database, DatabaseDeadline

MISSING = "missing"


def _ignore(_status: str) -> None:
    pass


async def restore(
    like: Database,
    snapshot: str,
    identifier: str,
    *,
    deadline_s: float,
    on_status: Callable[[str], None] = _ignore,
) -> Database:
    """Restores a snapshot into a new instance and waits for it; one of that name that exists is waited for.

    Args:
        like: the instance whose settings the new one gets.
        identifier: of the new one.
        deadline_s: seconds; RDS needs 10 to 30 minutes.

    Raises:
        DatabaseDeadline: it is not there yet; asked again, it is waited for further.
        AwsError: RDS refuses, or it came to be in a state that it won't leave by itself.
    """
    new = like.model_copy(update={"identifier": identifier})
    if await asyncio.to_thread(new.status) == MISSING:
        await asyncio.to_thread(_restore, like, snapshot, identifier)
    await new.wait_available(deadline_s=deadline_s, on_status=on_status)
    return new


async def rename(database: Database, identifier: str, *, deadline_s: float) -> Database:
    """Gives an instance another name, which takes effect at once: it restarts, and its address changes.

    Raises:
        DatabaseDeadline: it is not to be seen under its new name.
        AwsError: RDS refuses.
    """
    started, poll_s = time.monotonic(), FIRST_POLL_S
    with aws_errors(f"rename the database {database.identifier}"):
        await asyncio.to_thread(
            database.client("rds").modify_db_instance,
            DBInstanceIdentifier=database.identifier,
            NewDBInstanceIdentifier=identifier,
            ApplyImmediately=True,
        )
    renamed = database.model_copy(update={"identifier": identifier})
    while await asyncio.to_thread(renamed.status) == MISSING:
        if time.monotonic() - started > deadline_s:
            raise DatabaseDeadline(
                f"The database {database.identifier} has not become {identifier}",
                f"after {deadline_s:g} s there is none of that name",
                "Run this again when it is there",
            )
        await asyncio.sleep(poll_s)
        poll_s = min(poll_s * 1.3, LONGEST_POLL_S)
    await renamed.wait_available(deadline_s=deadline_s)
    return renamed


async def keep_password(database: Database, *, deadline_s: float) -> None:
    """Has RDS keep the master password in a secret, which a restore does not; does nothing when it does.

    Raises:
        AwsError: RDS refuses.
    """
    if (await asyncio.to_thread(database.describe)).secret_arn:
        return
    with aws_errors(f"have RDS keep the password of {database.identifier}"):
        await asyncio.to_thread(
            database.client("rds").modify_db_instance,
            DBInstanceIdentifier=database.identifier,
            ManageMasterUserPassword=True,
            ApplyImmediately=True,
        )
    started = time.monotonic()
    while (await database.wait_available(deadline_s=deadline_s)).secret_arn is None:
        if time.monotonic() - started > deadline_s:
            raise DatabaseDeadline(
                f"RDS keeps no password of {database.identifier}", "its secret is not there", "Look at RDS"
            )
        await asyncio.sleep(FIRST_POLL_S)


def settings(instance: Mapping[str, Any]) -> dict[str, Any]:
    """What a restore has to be given so that the new instance is set up as one that RDS describes."""
    groups = instance.get("DBParameterGroups") or []
    found = {
        "DBInstanceClass": instance.get("DBInstanceClass"),
        "DBSubnetGroupName": (instance.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
        "VpcSecurityGroupIds": [
            group["VpcSecurityGroupId"] for group in instance.get("VpcSecurityGroups") or []
        ],
        "DBParameterGroupName": groups[0]["DBParameterGroupName"] if groups else None,
        "MultiAZ": instance.get("MultiAZ"),
        "PubliclyAccessible": instance.get("PubliclyAccessible"),
        "AutoMinorVersionUpgrade": instance.get("AutoMinorVersionUpgrade"),
        "StorageType": instance.get("StorageType"),
        "CopyTagsToSnapshot": instance.get("CopyTagsToSnapshot"),
        "EnableCloudwatchLogsExports": instance.get("EnabledCloudwatchLogsExports"),
        "DeletionProtection": instance.get("DeletionProtection"),
        "Tags": [tag for tag in instance.get("TagList") or [] if not tag["Key"].startswith("aws:")],
    }
    return {name: value for name, value in found.items() if value not in (None, [])}


def _restore(like: Database, snapshot: str, identifier: str) -> None:
    client = like.client("rds")
    with aws_errors(f"look up the database {like.identifier}"):
        instance = client.describe_db_instances(DBInstanceIdentifier=like.identifier)["DBInstances"][0]
    if like.find_snapshot(snapshot) is None:
        raise AwsError(
            f"The snapshot {snapshot} can't be restored",
            "RDS has none of this name",
            "See what there is: the snapshots in RDS's console",
        )
    with aws_errors(f"restore the snapshot {snapshot}"):
        client.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier=identifier, DBSnapshotIdentifier=snapshot, **settings(instance)
        )
