"""A target group of a load balancer as a Prefect block."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from blocks.aws import AwsBlock, aws_errors


class TargetHealth(BaseModel):
    """One target, as the load balancer finds it.

    Attributes:
        state: `healthy`, `unhealthy`, `initial`, `draining`, `unused`.
        reason: a word for why it is not healthy, such as `Target.Timeout`.
    """

    model_config = ConfigDict(frozen=True)

    target: str
    state: str
    reason: str = ""
    description: str = ""


class TargetGroup(AwsBlock):
    """A target group. Raises the errors of `blocks.aws`."""

    _block_type_name = "Target Group"
    _block_type_slug = "target-group"
    _description = "Tells how a load balancer finds the targets of one group."
    _code_example = """```python
from blocks.targets import TargetGroup

TargetGroup.load("prod").health()
```"""

    arn: str = Field(title="ARN", description="Of the target group.")

    def health(self) -> tuple[TargetHealth, ...]:
        """The targets as they are found now."""
        with aws_errors("look at the targets of the load balancer"):
            found = self.client("elbv2").describe_target_health(TargetGroupArn=self.arn)
        return tuple(
            TargetHealth(
                target=f"{entry['Target']['Id']}:{entry['Target'].get('Port', '')}".rstrip(":"),
                state=entry["TargetHealth"]["State"],
                reason=entry["TargetHealth"].get("Reason") or "",
                description=entry["TargetHealth"].get("Description") or "",
            )
            for entry in found["TargetHealthDescriptions"]
        )
