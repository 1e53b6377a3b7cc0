"""An AWS account in one region as a Prefect block: who asks, what rings, which secrets are filled."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from blocks.aws import AwsBlock, AwsError, AwsMissing, aws_errors

ALARMS_AT_ONCE = 100
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
FARGATE_VCPUS = {False: "L-3032A538", True: "L-36FBB829"}


def account_of(other: AwsBlock) -> Account:
    """The account and region that another block works in."""
    return Account(region=other.region, credentials=other.credentials)


class Identity(BaseModel):
    """Whose credentials they are."""

    model_config = ConfigDict(frozen=True)

    account: str
    arn: str


class BucketSafety(BaseModel):
    """How a bucket keeps what is in it."""

    model_config = ConfigDict(frozen=True)

    versioned: bool
    private: bool
    expires_days: tuple[int, ...]


class Account(AwsBlock):
    """An AWS account in one region. Raises the errors of `blocks.aws`."""

    _block_type_name = "AWS Account"
    _block_type_slug = "aws-account"
    _description = "Tells what a deployment must know of an AWS account before it begins."
    _code_example = """```python
from blocks.account import Account

Account.load("prod").identity().arn
```"""

    def identity(self) -> Identity:
        """Whose credentials are used."""
        with aws_errors("ask AWS who we are"):
            found = self.client("sts").get_caller_identity()
        return Identity(account=found["Account"], arn=found["Arn"])

    def repository_url(self, name: str) -> str:
        """The address of a repository of the registry. Raises `AwsMissing` when there is none."""
        with aws_errors(f"look up the repository {name}"):
            found = self.client("ecr").describe_repositories(repositoryNames=[name])
        return found["repositories"][0]["repositoryUri"]

    def ringing(self, names: Sequence[str]) -> tuple[str, ...]:
        """Which of the alarms ring now."""
        found: list[str] = []
        for start in range(0, len(names), ALARMS_AT_ONCE):
            with aws_errors("look at the alarms"):
                answer = self.client("cloudwatch").describe_alarms(
                    AlarmNames=list(names[start : start + ALARMS_AT_ONCE])
                )
            alarms = (*answer["MetricAlarms"], *answer.get("CompositeAlarms", []))
            found += [alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"]
        return tuple(sorted(found))

    def filled_keys(self, secret: str) -> Mapping[str, bool]:
        """Of a secret that is a JSON document: its keys, and whether each has a value. Never the values.

        Args:
            secret: its name or ARN.
        """
        with aws_errors(f"look at the secret {secret}"):
            answer = self.client("secretsmanager").get_secret_value(SecretId=secret)
        try:
            document = json.loads(answer["SecretString"])
            return {str(key): bool(value) for key, value in document.items()}
        except (KeyError, ValueError, AttributeError):
            # What the parser says would quote the secret.
            raise AwsError(
                f"Can't read the secret {secret}", "it is no JSON object", "Run `reelflow bootstrap` again"
            ) from None

    def bucket(self, name: str) -> BucketSafety:
        """How a bucket keeps what is in it. Raises `AwsMissing` when there is none."""
        s3 = self.client("s3")
        with aws_errors(f"look at the bucket {name}"):
            versioning = s3.get_bucket_versioning(Bucket=name)
        try:
            with aws_errors(f"look at the bucket {name}"):
                block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        except AwsMissing:
            block = {}
        try:
            with aws_errors(f"look at the bucket {name}"):
                rules = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
        except AwsMissing:
            rules = []
        days = {rule["Expiration"]["Days"] for rule in rules if "Days" in rule.get("Expiration", {})}
        return BucketSafety(
            versioned=versioning.get("Status") == "Enabled",
            private=bool(block) and all(block.values()),
            expires_days=tuple(sorted(days)),
        )

    def fargate_vcpus(self, *, spot: bool) -> float:
        """How many vCPUs may run on Fargate at once, in all clusters: the account's quota."""
        with aws_errors("look up the quota of Fargate"):
            answer = self.client("service-quotas").get_service_quota(
                ServiceCode="fargate", QuotaCode=FARGATE_VCPUS[spot]
            )
        return float(answer["Quota"]["Value"])

    def names_taken(self, database: str, clusters: Collection[str] = ()) -> tuple[str, ...]:
        """Which resources of these names exist already, in words."""
        taken = []
        try:
            with aws_errors(f"look for the database {database}"):
                self.client("rds").describe_db_instances(DBInstanceIdentifier=database)
            taken.append(f"database {database}")
        except AwsMissing:
            pass
        with aws_errors("look for the clusters"):
            found = self.client("ecs").describe_clusters(clusters=list(clusters))["clusters"]
        return (*taken, *(f"cluster {c['clusterName']}" for c in found if c["status"] == "ACTIVE"))
