"""What an account shows of how an environment is guarded: rules, roles, policies, logs. Looks only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from blocks.aws import AwsBlock, AwsMissing, aws_errors

FORCED_TLS = "rds.force_ssl"
GROUPS_AT_ONCE = 100


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Rule(_Value):
    """A rule of a security group.

    Attributes:
        group: the group's name.
        egress: whether it lets out; else it lets in.
        protocol: `tcp`, `udp`, …; `-1` for all.
        first, last: ports; -1 for all.
        peer: who: a network, a group, a prefix list.
    """

    id: str
    group: str
    egress: bool
    protocol: str
    first: int
    last: int
    peer: str
    description: str = ""

    @property
    def ports(self) -> str:
        """In words: `tcp 443`."""
        if self.protocol == "-1":
            return "everything"
        ports = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.protocol} {ports}"

    def __str__(self) -> str:
        return f"{self.group}: {self.ports} {'to' if self.egress else 'from'} {self.peer}"


class Role(_Value):
    """What a role is allowed.

    Attributes:
        statements: of the policies that are its own.
        attached: the ARNs of policies that it has of others.
        boundary: the ARN of what it can't go beyond.
    """

    name: str
    statements: tuple[dict[str, Any], ...]
    attached: tuple[str, ...]
    boundary: str | None


class DatabaseGuard(_Value):
    """How a database is reached.

    Attributes:
        tls_forced: what its parameter group says.
        subnets: the ids of those that it may be in.
    """

    public: bool
    encrypted: bool
    tls_forced: bool
    subnets: tuple[str, ...] = ()


class LogRetention(_Value):
    """A log group; `days` is None when its lines are kept for ever."""

    name: str
    days: int | None


class Security(AwsBlock):
    """Looks how the resources of one environment are guarded. Raises the errors of `blocks.aws`."""

    _block_type_name = "Security Settings"
    _block_type_slug = "security-settings"
    _description = "Looks how the resources of an environment are guarded; changes nothing."
    _code_example = """```python
from blocks.security import Security

for rule in Security.load("prod").rules():
    print(rule)
```"""

    tags: dict[str, str] = Field(title="Tags", description="That all resources of the environment carry.")

    def rules(self) -> tuple[Rule, ...]:
        """Every rule of every security group of the environment."""
        ec2 = self.client("ec2")
        filters = [{"Name": f"tag:{name}", "Values": [value]} for name, value in self.tags.items()]
        with aws_errors("look at the security groups"):
            pages = ec2.get_paginator("describe_security_groups").paginate(Filters=filters)
            names = {
                group["GroupId"]: group["GroupName"] for page in pages for group in page["SecurityGroups"]
            }
            found: list[Rule] = []
            for some in _in_parts(sorted(names)):
                rules = ec2.get_paginator("describe_security_group_rules").paginate(
                    Filters=[{"Name": "group-id", "Values": list(some)}]
                )
                found += [_rule(entry, names) for page in rules for entry in page["SecurityGroupRules"]]
        return tuple(sorted(found, key=str))

    def role(self, arn: str) -> Role:
        """What a role is allowed. Raises `AwsMissing` when there is none."""
        iam, name = self.client("iam"), arn.rpartition("/")[2]
        with aws_errors(f"look at the role {name}"):
            described = iam.get_role(RoleName=name)["Role"]
            inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
            documents = [
                iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in inline
            ]
            attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        return Role(
            name=name,
            statements=tuple(statement for document in documents for statement in _statements(document)),
            attached=tuple(policy["PolicyArn"] for policy in attached),
            boundary=(described.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
        )

    def roles_of(self, task_definition: str) -> tuple[str, ...]:
        """The ARNs of the roles that a task takes on, and is started with."""
        described = self._definition(task_definition)
        found = (described.get("taskRoleArn"), described.get("executionRoleArn"))
        return tuple(arn for arn in found if arn)

    def variables(self, task_definition: str) -> Mapping[str, str]:
        """The environment variables that a task definition holds in clear, of all its containers."""
        containers = self._definition(task_definition).get("containerDefinitions", [])
        return {v["name"]: v.get("value", "") for c in containers for v in c.get("environment", [])}

    def log_drivers(self, task_definition: str) -> Mapping[str, str | None]:
        """The log group of each container; None for one whose output goes nowhere."""
        found: dict[str, str | None] = {}
        for container in self._definition(task_definition).get("containerDefinitions", []):
            log = container.get("logConfiguration") or {}
            to_cloudwatch = log.get("logDriver") == "awslogs"
            found[container["name"]] = log.get("options", {}).get("awslogs-group") if to_cloudwatch else None
        return found

    def database(self, identifier: str) -> DatabaseGuard:
        """How a database is reached. Raises `AwsMissing` when there is none."""
        rds = self.client("rds")
        with aws_errors(f"look up the database {identifier}"):
            found = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
            group = found["DBParameterGroups"][0]["DBParameterGroupName"]
            pages = rds.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=group)
            values = {
                p["ParameterName"]: p.get("ParameterValue") for page in pages for p in page["Parameters"]
            }
        return DatabaseGuard(
            public=bool(found.get("PubliclyAccessible")),
            encrypted=bool(found.get("StorageEncrypted")),
            tls_forced=values.get(FORCED_TLS) == "1",
            subnets=tuple(
                subnet["SubnetIdentifier"] for subnet in (found.get("DBSubnetGroup") or {}).get("Subnets", [])
            ),
        )

    def public_subnets(self, subnets: Sequence[str]) -> tuple[str, ...]:
        """Which subnets have a way to and from the internet. Raises `AwsMissing` for an unknown one."""
        ec2 = self.client("ec2")
        with aws_errors("look at the routes of the subnets"):
            known = ec2.describe_subnets(SubnetIds=list(subnets))["Subnets"] if subnets else []
            vpcs = sorted({subnet["VpcId"] for subnet in known})
            pages = ec2.get_paginator("describe_route_tables").paginate(
                Filters=[{"Name": "vpc-id", "Values": vpcs}]
            )
            tables = [table for page in pages for table in page["RouteTables"]] if vpcs else []
        own: dict[str, Mapping[str, Any]] = {}
        for table in tables:
            for association in table.get("Associations", []):
                # A subnet that no table names goes by the main one of its VPC.
                own[association.get("SubnetId") or f"main of {table['VpcId']}"] = table
        public = []
        for subnet in known:
            table = own.get(subnet["SubnetId"]) or own.get(f"main of {subnet['VpcId']}") or {}
            if any(str(route.get("GatewayId")).startswith("igw-") for route in table.get("Routes", [])):
                public.append(subnet["SubnetId"])
        return tuple(public)

    def bucket_policy(self, bucket: str) -> tuple[dict[str, Any], ...]:
        """The statements of a bucket's policy; none when it has no policy."""
        try:
            with aws_errors(f"look at the policy of {bucket}"):
                document = self.client("s3").get_bucket_policy(Bucket=bucket)["Policy"]
        except AwsMissing:
            return ()
        return tuple(_statements(json.loads(document)))

    def log_groups(self, prefix: str) -> tuple[LogRetention, ...]:
        """The log groups whose names begin so."""
        with aws_errors("look at the log groups"):
            pages = (
                self.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
            )
            return tuple(
                LogRetention(name=group["logGroupName"], days=group.get("retentionInDays"))
                for page in pages
                for group in page["logGroups"]
            )

    def secret_version(self, secret: str) -> str:
        """The id of a secret's current version; never a value. Raises `AwsMissing` when there is none."""
        with aws_errors(f"look at the secret {secret}"):
            found = self.client("secretsmanager").describe_secret(SecretId=secret)
        stages: Mapping[str, Sequence[str]] = found.get("VersionIdsToStages") or {}
        return next((version for version, held in stages.items() if "AWSCURRENT" in held), "")

    def tagged(self, tags: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
        """The ARNs of all resources of the region that carry tags, each with all of its tags."""
        filters = [{"Key": name, "Values": [value]} for name, value in tags.items()]
        with aws_errors("list what carries our tags"):
            pages = (
                self.client("resourcegroupstaggingapi")
                .get_paginator("get_resources")
                .paginate(TagFilters=filters)
            )
            return {
                entry["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in entry.get("Tags", [])}
                for page in pages
                for entry in page["ResourceTagMappingList"]
            }

    def _definition(self, arn: str) -> Mapping[str, Any]:
        with aws_errors(f"look up the task definition {arn}"):
            return self.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]


def _rule(entry: Mapping[str, Any], names: Mapping[str, str]) -> Rule:
    group = (entry.get("ReferencedGroupInfo") or {}).get("GroupId")
    peers = (
        entry.get("CidrIpv4"),
        entry.get("CidrIpv6"),
        entry.get("PrefixListId"),
        names.get(group or "", group),
    )
    return Rule(
        id=entry["SecurityGroupRuleId"],
        group=names.get(entry["GroupId"], entry["GroupId"]),
        egress=bool(entry.get("IsEgress")),
        protocol=str(entry.get("IpProtocol")),
        first=int(entry.get("FromPort", -1)),
        last=int(entry.get("ToPort", -1)),
        peer=next((peer for peer in peers if peer), "nobody"),
        description=entry.get("Description") or "",
    )


def _statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = document.get("Statement", [])
    return [found] if isinstance(found, dict) else list(found)


def _in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), GROUPS_AT_ONCE):
        yield ids[start : start + GROUPS_AT_ONCE]
