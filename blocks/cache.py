"""A replication group of ElastiCache as a Prefect block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from blocks.aws import AwsBlock, aws_errors


class CacheState(BaseModel):
    """A replication group as ElastiCache describes it.

    Attributes:
        status: ElastiCache's word, such as `available`.
        tls, encrypted: whether what travels, and what is kept, is encrypted.
        port: where it listens; None while it is created.
    """

    model_config = ConfigDict(frozen=True)

    identifier: str
    status: str
    tls: bool
    encrypted: bool
    port: int | None = None


class Cache(AwsBlock):
    """A replication group of ElastiCache. Raises the errors of `blocks.aws`."""

    _block_type_name = "ElastiCache"
    _block_type_slug = "elasticache"
    _description = "Tells how one replication group of ElastiCache is."
    _code_example = """```python
from blocks.cache import Cache

Cache.load("prod").describe().status
```"""

    identifier: str = Field(title="Identifier", description="Of the replication group.")

    def describe(self) -> CacheState:
        """The group as it is now. Raises `AwsMissing` when there is none."""
        cache = self.client("elasticache")
        with aws_errors(f"look up the cache {self.identifier}"):
            answer = cache.describe_replication_groups(ReplicationGroupId=self.identifier)
        found = answer["ReplicationGroups"][0]
        endpoints = (each.get("PrimaryEndpoint") or {} for each in found.get("NodeGroups") or [])
        return CacheState(
            identifier=found["ReplicationGroupId"],
            status=found["Status"],
            tls=bool(found.get("TransitEncryptionEnabled")),
            encrypted=bool(found.get("AtRestEncryptionEnabled")),
            port=next((each["Port"] for each in endpoints if each.get("Port")), None),
        )

    def security_groups(self) -> tuple[str, ...]:
        """The ids of the security groups of its nodes. Raises `AwsMissing` when there is no such group."""
        with aws_errors(f"look up the nodes of the cache {self.identifier}"):
            groups = [group for node in self._nodes() for group in node.get("SecurityGroups") or []]
        return tuple(dict.fromkeys(group["SecurityGroupId"] for group in groups))

    def subnets(self) -> tuple[str, ...]:
        """The ids of the subnets that its nodes are in. Raises `AwsMissing` when there is no such group."""
        cache = self.client("elasticache")
        with aws_errors(f"look up the nodes of the cache {self.identifier}"):
            groups = {node["CacheSubnetGroupName"] for node in self._nodes()}
            found = [
                group
                for name in sorted(groups)
                for group in cache.describe_cache_subnet_groups(CacheSubnetGroupName=name)[
                    "CacheSubnetGroups"
                ]
            ]
        return tuple(subnet["SubnetIdentifier"] for group in found for subnet in group["Subnets"])

    def _nodes(self) -> list[Mapping[str, Any]]:
        """Its nodes: what they are in, the replication group does not tell."""
        cache = self.client("elasticache")
        answer = cache.describe_replication_groups(ReplicationGroupId=self.identifier)
        return [
            cluster
            for node in answer["ReplicationGroups"][0]["MemberClusters"]
            for cluster in cache.describe_cache_clusters(CacheClusterId=node)["CacheClusters"]
        ]
