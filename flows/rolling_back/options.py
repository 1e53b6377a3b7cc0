"""How a rollback is asked to be made; Prefect's form shows it as it is described here."""

from __future__ import annotations

from pydantic import Field

from flows.deployment.options import Manner


class RollbackOptions(Manner):
    """What can be chosen about a rollback."""

    to: str | None = Field(
        default=None,
        title="Release",
        description="Id of the verified release to go back to. Unset: the last verified one before what "
        "serves now.",
        pattern=r"^\d{8}T\d{6}Z$",
    )
    take_schema_back: bool = Field(
        default=False,
        title="Take the schema back too",
        description="Undo also those steps of the schema that the earlier code can live with. What was "
        "written into them is lost but for the snapshot, so it is asked for.",
    )
    restore_snapshot: bool = Field(
        default=False,
        title="Restore a snapshot",
        description="Over a step that can't be undone: put the data of the snapshot before it in a new "
        "instance in the place of the present one, which is kept under another name. It is asked for, and "
        "nothing serves for some minutes.",
    )
