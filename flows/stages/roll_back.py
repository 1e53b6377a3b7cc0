"""Roll back: every service runs again what it ran in an earlier release, under the name of a roll-out.

Its way back is that of a roll-out: what was verified last, which served before the rollback.
"""

from __future__ import annotations

from flows.deployment.faults import StageFailed
from flows.deployment.release import Release
from flows.deployment.run import Deployment
from flows.deployment.stage import Done, stage
from flows.stages.roll_out import DEADLINE_S, NAME, move


@stage(NAME, deadline_s=DEADLINE_S, retries=1)
async def roll_back(run: Deployment, goal: Release) -> Done[bool]:
    """Moves the services to that release's own task definitions, which name the image by its digest."""
    outputs = await run.outputs()
    if other := sorted(set(goal.services) ^ set(outputs.services)):
        raise StageFailed(
            NAME,
            "other_services",
            f"Not both have the services {', '.join(other)}: release {goal.id}, and what is there",
            "Deploy the revision of that release anew",
        )
    return await move(run, dict(goal.services))
