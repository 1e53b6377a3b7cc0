"""Contract: the steps of the schema that only the new code can live with, once the release is verified.

It has no way back, and needs none: the release that it might lead away from is verified and serves.
"""

from __future__ import annotations

from flows.deployment import migrations
from flows.deployment.release import Image
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage


@stage("contract", deadline_s=3600, retries=1)
async def contract(run: Deployment, image: Image) -> Done[None]:
    """Runs the steps that had to wait for the release to be verified."""
    schema = run.release.db_schema
    if schema is None or not schema.contracting:
        return Done(None, "no step has waited", skipped=True)
    arn = await migrations.revision(run, image)
    moved = await migrations.up(run, arn, "contract")
    await run.journal.update(db_schema=schema.model_copy(update={"after": moved.to, "contracting": False}))
    return Done(None, str(moved))
