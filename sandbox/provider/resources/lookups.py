"""Who and where we are."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.provider.aws import Aws
from sandbox.provider.resource import DataSource, State, served
from sandbox.provider.values import Value


@served
class CallerIdentity(DataSource):
    type = "aws_caller_identity"

    def read(self, aws: Aws, config: State) -> Mapping[str, Value]:
        found = aws.client("sts").get_caller_identity()
        account = found["Account"]
        return {"id": account, "account_id": account, "arn": found["Arn"], "user_id": found["UserId"]}
