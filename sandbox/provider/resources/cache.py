"""ElastiCache: replication groups, and the subnet groups that they are in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from sandbox.provider.aws import Aws, error_code
from sandbox.provider.resource import State, TaggedByArn, changed, served, tag_list
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value

# As the AWS provider waits by default.
CHANGED_WITHIN_S = 60 * 60.0
# What is no change of the group itself.
_OUR_OWN = ("tags", "tags_all", "apply_immediately", "auth_token_update_strategy")


class ElastiCache(TaggedByArn):
    service = "elasticache"


@served
class SubnetGroup(ElastiCache):
    type = "aws_elasticache_subnet_group"
    creates = "CreateCacheSubnetGroup"
    names: ClassVar[Names] = {
        "name": "CacheSubnetGroupName",
        "description": "CacheSubnetGroupDescription",
        "arn": "ARN",
    }
    gone = ("CacheSubnetGroupNotFoundFault",)

    def create(self, aws: Aws, state: State) -> None:
        aws.client("elasticache").create_cache_subnet_group(
            **self.request(aws, state), Tags=tag_list(state["tags_all"])
        )
        state["id"] = state["name"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client = aws.client("elasticache")
        found = client.describe_cache_subnet_groups(CacheSubnetGroupName=state["id"])["CacheSubnetGroups"][0]
        return {
            **self.described(found),
            "subnet_ids": [subnet["SubnetIdentifier"] for subnet in found["Subnets"]],
            "tags_all": self.tags(aws, found["ARN"]),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        if changed(state, prior, "subnet_ids", "description"):
            change = self.request(aws, state, "ModifyCacheSubnetGroup")
            aws.client("elasticache").modify_cache_subnet_group(**change)
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("elasticache").delete_cache_subnet_group(CacheSubnetGroupName=state["id"])


@served
class ParameterGroup(ElastiCache):
    type = "aws_elasticache_parameter_group"
    creates = "CreateCacheParameterGroup"
    names: ClassVar[Names] = {
        "name": "CacheParameterGroupName",
        "family": "CacheParameterGroupFamily",
        "arn": "ARN",
    }
    gone = ("CacheParameterGroupNotFound", "CacheParameterGroupNotFoundFault")

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"Tags": tag_list(state["tags_all"])}
        aws.client("elasticache").create_cache_parameter_group(**arguments)
        state["id"] = state["name"]
        self._set(aws, state)

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client, name = aws.client("elasticache"), state["id"]
        groups = client.describe_cache_parameter_groups(CacheParameterGroupName=name)["CacheParameterGroups"]
        parameters = client.describe_cache_parameters(CacheParameterGroupName=name, Source="user")[
            "Parameters"
        ]
        return {
            **self.described(groups[0]),
            "parameter": [
                {"name": one["ParameterName"], "value": one.get("ParameterValue")} for one in parameters
            ],
            "tags_all": self.tags(aws, groups[0]["ARN"]),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        if changed(state, prior, "parameter"):
            kept = {one["name"] for one in state["parameter"]}
            if dropped := [one for one in prior["parameter"] if one["name"] not in kept]:
                aws.client("elasticache").reset_cache_parameter_group(
                    CacheParameterGroupName=state["name"], ParameterNameValues=_values(dropped)
                )
            self._set(aws, state)
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("elasticache").delete_cache_parameter_group(CacheParameterGroupName=state["id"])

    def _set(self, aws: Aws, state: State) -> None:
        if state["parameter"]:
            aws.client("elasticache").modify_cache_parameter_group(
                CacheParameterGroupName=state["name"], ParameterNameValues=_values(state["parameter"])
            )


@served
class ReplicationGroup(ElastiCache):
    type = "aws_elasticache_replication_group"
    creates = "CreateReplicationGroup"
    names: ClassVar[Names] = {
        "description": "ReplicationGroupDescription",
        "node_type": "CacheNodeType",
        "parameter_group_name": "CacheParameterGroupName",
        "subnet_group_name": "CacheSubnetGroupName",
        "security_group_names": "CacheSecurityGroupNames",
        "maintenance_window": "PreferredMaintenanceWindow",
        "auth_token_wo": "AuthToken",
    }
    gone = ("ReplicationGroupNotFoundFault",)
    # How a description says on and off.
    switches: ClassVar[Mapping[str, str]] = {
        "automatic_failover_enabled": "AutomaticFailover",
        "multi_az_enabled": "MultiAZ",
    }

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"Tags": tag_list(state["tags_all"])}
        aws.client("elasticache").create_replication_group(**arguments)
        state["id"] = state["replication_group_id"]
        self._wait(aws, state["id"], "the creation of the cache")

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        found = self._found(aws, state["id"])
        group = next(iter(found.get("NodeGroups", [])), {})
        # The description of a group lacks what its nodes have in common, as AWS' own does.
        nodes = aws.client("elasticache").describe_cache_clusters(CacheClusterId=found["MemberClusters"][0])
        node = nodes["CacheClusters"][0]
        read: dict[str, Value] = {
            "replication_group_id": state["id"],
            "id": state["id"],
            "arn": found["ARN"],
            "description": found.get("Description"),
            "node_type": found.get("CacheNodeType"),
            "member_clusters": found.get("MemberClusters", []),
            "num_cache_clusters": len(found.get("MemberClusters", [])) or None,
            "primary_endpoint_address": group.get("PrimaryEndpoint", {}).get("Address"),
            "reader_endpoint_address": group.get("ReaderEndpoint", {}).get("Address"),
            "snapshot_retention_limit": found.get("SnapshotRetentionLimit"),
            "snapshot_window": found.get("SnapshotWindow"),
            "engine": node.get("Engine"),
            "engine_version": node.get("EngineVersion"),
            "port": group.get("PrimaryEndpoint", {}).get("Port"),
            "subnet_group_name": node.get("CacheSubnetGroupName"),
            "security_group_ids": [each["SecurityGroupId"] for each in node.get("SecurityGroups", [])]
            or None,
            "parameter_group_name": node.get("CacheParameterGroup", {}).get("CacheParameterGroupName"),
            "maintenance_window": node.get("PreferredMaintenanceWindow"),
            "auto_minor_version_upgrade": found.get("AutoMinorVersionUpgrade"),
            "transit_encryption_mode": found.get("TransitEncryptionMode"),
            "transit_encryption_enabled": found.get("TransitEncryptionEnabled"),
            "at_rest_encryption_enabled": found.get("AtRestEncryptionEnabled"),
            "tags_all": self.tags(aws, found["ARN"]),
        }
        read |= {
            name: found[member] == "enabled" for name, member in self.switches.items() if member in found
        }
        return {name: value for name, value in read.items() if value is not None}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        names = [name for name in state if name not in _OUR_OWN and changed(state, prior, name)]
        if changed(state, prior, "auth_token_wo_version"):
            names.append("auth_token_wo")
        changes = self.request(aws, {name: state[name] for name in names}, "ModifyReplicationGroup")
        if "AuthToken" in changes:
            changes["AuthTokenUpdateStrategy"] = state.get("auth_token_update_strategy") or "ROTATE"
        if changes:
            changes["ReplicationGroupId"] = state["id"]
            changes["ApplyImmediately"] = bool(state.get("apply_immediately"))
            aws.client("elasticache").modify_replication_group(**changes)
            self._wait(aws, state["id"], "the change of the cache")
        self.retag(aws, state, prior)

    def delete(self, aws: Aws, state: State) -> None:
        arguments: dict[str, Any] = {"ReplicationGroupId": state["id"]}
        if state.get("final_snapshot_identifier"):
            arguments["FinalSnapshotIdentifier"] = state["final_snapshot_identifier"]
        aws.client("elasticache").delete_replication_group(**arguments)
        aws.wait(
            lambda: self._is_gone(aws, state["id"]),
            deadline_s=CHANGED_WITHIN_S,
            what="the deletion of the cache",
        )

    def _found(self, aws: Aws, identity: str) -> dict[str, Any]:
        client = aws.client("elasticache")
        return client.describe_replication_groups(ReplicationGroupId=identity)["ReplicationGroups"][0]

    def _wait(self, aws: Aws, identity: str, what: str) -> None:
        aws.wait(
            lambda: self._found(aws, identity)["Status"] == "available",
            deadline_s=CHANGED_WITHIN_S,
            what=what,
        )

    def _is_gone(self, aws: Aws, identity: str) -> bool:
        try:
            found = self._found(aws, identity)
        except ClientError as error:
            return error_code(error) in self.gone
        return found["Status"] == "deleted"


def _values(parameters: list[dict[str, Value]]) -> list[dict[str, Value]]:
    return [{"ParameterName": one["name"], "ParameterValue": one["value"]} for one in parameters]
