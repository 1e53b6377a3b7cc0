"""How a deployment is asked to be made; Prefect's form shows it as it is described here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ApprovalMode = Literal["destructive", "always", "never"]


class Manner(BaseModel):
    """What can be chosen about whatever changes what serves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approval: ApprovalMode = Field(
        default="destructive",
        title="Approval",
        description="Ask a person before: destructive (something is deleted or replaced), "
        "always (anything changes), never (a rehearsal).",
    )
    bake_s: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        title="Bake period",
        description="Seconds for which the new release must stay healthy before it is verified.",
    )
    roll_out_deadline_s: float = Field(
        default=900.0, gt=0, title="Deadline of the roll-out", description="In seconds, for each service."
    )
    generation: bool = Field(
        default=True,
        title="Make a film",
        description="Verify with a real small generation, from the request to the downloaded film.",
    )
    lease_s: float = Field(
        default=60.0,
        ge=2,
        title="Lease of the lock",
        description="Seconds after which a dead deployment's lock is free, at the latest.",
    )


class Options(Manner):
    """What can be chosen about a deployment."""

    ignore_alarms: bool = Field(
        default=False,
        title="Ignore ringing alarms",
        description="Deploy although alarms ring already: for a release that puts right what they ring for.",
    )
