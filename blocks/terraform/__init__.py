"""Terraform: what it plans, does and says, as typed values without secrets."""

from blocks.terraform.errors import (
    LockHolder,
    PlanStale,
    StateLocked,
    StateNotSaved,
    TerraformDeadline,
    TerraformError,
    TerraformFailed,
    TerraformMissing,
)
from blocks.terraform.events import (
    Counted,
    Diagnostic,
    Drifted,
    Event,
    Operation,
    Planned,
    Refreshed,
    Waiting,
)
from blocks.terraform.outputs import NetworkOutputs, Outputs, OutputsMissing, ServiceOutputs
from blocks.terraform.plan import (
    UNKNOWN,
    AttributeChange,
    Blast,
    Drift,
    OutputChange,
    Plan,
    ResourceChange,
    Summary,
)
from blocks.terraform.plan_document import read_plan
from blocks.terraform.redaction import MASK, Redactor
from blocks.terraform.workspace import Applied, TerraformWorkspace

__all__ = [
    "MASK",
    "UNKNOWN",
    "Applied",
    "AttributeChange",
    "Blast",
    "Counted",
    "Diagnostic",
    "Drift",
    "Drifted",
    "Event",
    "LockHolder",
    "NetworkOutputs",
    "Operation",
    "OutputChange",
    "Outputs",
    "OutputsMissing",
    "Plan",
    "PlanStale",
    "Planned",
    "Redactor",
    "Refreshed",
    "ResourceChange",
    "ServiceOutputs",
    "StateLocked",
    "StateNotSaved",
    "Summary",
    "TerraformDeadline",
    "TerraformError",
    "TerraformFailed",
    "TerraformMissing",
    "TerraformWorkspace",
    "Waiting",
    "read_plan",
]
