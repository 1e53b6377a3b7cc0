"""What people look at in Prefect's page: proofs, backups and drills as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prefect.artifacts import acreate_table_artifact

from flows.deployment.artifacts import MARKS, shown
from flows.schema.backups import BackupRecord, DrillRecord
from flows.schema.proofs import Look, Proof


async def proof_table(environment: str, proof: Proof) -> None:
    """A proof: its steps with their locks, and who lived with what."""
    outcome = f"not proved: {proof.message}" if proof.failure else f"proved: {proof}"
    await shown(
        acreate_table_artifact(
            key=f"proof-{environment}",
            table=proof_rows(proof)
            or [{"State": MARKS[False], "What": "nothing was run", "Seen": proof.message}],
            description=f"Schema of {environment}, {outcome}",
        )
    )


def proof_rows(proof: Proof) -> list[dict[str, Any]]:
    """A row for each step and each look."""
    rows = list[dict[str, Any]]()
    for part in proof.parts:
        for step in part.up:
            locks = "; ".join(
                f"{lock.table} {lock.mode} {lock.seconds * 1000:.0f} ms, blocks {lock.blocks}"
                for lock in step.locks
            )
            seen = f"{step.seconds:.2f} s; {locks or 'no table in use is locked'}"
            rows.append(
                {"State": MARKS[True], "What": f"Step {step.version} up ({part.phase})", "Seen": seen}
            )
        rows += _looks("This release", part.looks)
    return rows + _looks("The release before", proof.lived)


async def backup_table(environment: str, made: BackupRecord) -> None:
    """A backup: rows and checksum of each table."""
    backup = made.backup
    await shown(
        acreate_table_artifact(
            key=f"backup-{environment}",
            table=[
                {"Table": name, "Rows": table.rows, "Checksum": table.checksum}
                for name, table in backup.tables.items()
            ],
            description=f"Backup {backup.id} of {environment}: schema {backup.schema_version}, "
            f"{backup.size_bytes} bytes in {backup.seconds:.1f} s"
            + (f", and the snapshot {made.snapshot}" if made.snapshot else ""),
        )
    )


async def drill_table(environment: str, found: DrillRecord) -> None:
    """A drill: what was restored, and what is not as it was."""
    drill = found.drill
    rows = [{"State": MARKS[False], "What": line} for line in drill.differences]
    await shown(
        acreate_table_artifact(
            key=f"restore-drill-{environment}",
            table=rows
            or [{"State": MARKS[True], "What": f"{drill.tables} tables, {drill.rows} rows are the same"}],
            description=f"Backup {drill.backup} of {environment} restored in {drill.restore_seconds:.1f} s",
        )
    )


def _looks(who: str, looks: Sequence[Look]) -> list[dict[str, Any]]:
    return [
        {"State": MARKS[look.good], "What": f"{who}: {look.name}", "Seen": look.evidence} for look in looks
    ]
