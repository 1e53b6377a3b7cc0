"""A replication group of ElastiCache as a Prefect block."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from blocks.aws import AwsBlock, aws_errors


class CacheState(BaseModel):
    """A replication group as ElastiCache describes it.

    Attributes:
        status: ElastiCache's word, such as `available`.
        tls, encrypted: whether what travels, and what is kept, is encrypted.
    """

    model_config = ConfigDict(frozen=True)

    identifier: str
    status: str
    tls: bool
    encrypted: bool


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
        return CacheState(
            identifier=found["ReplicationGroupId"],
            status=found["Status"],
            tls=bool(found.get("TransitEncryptionEnabled")),
            encrypted=bool(found.get("AtRestEncryptionEnabled")),
        )

    def subnets(self) -> tuple[str, ...]:
        """The ids of the subnets that its nodes are in. Raises `AwsMissing` when there is no such group."""
        cache = self.client("elasticache")
        with aws_errors(f"look up the nodes of the cache {self.identifier}"):
            answer = cache.describe_replication_groups(ReplicationGroupId=self.identifier)
            # A node tells it, the replication group does not.
            nodes = answer["ReplicationGroups"][0]["MemberClusters"]
            clusters = [
                cluster
                for node in nodes
                for cluster in cache.describe_cache_clusters(CacheClusterId=node)["CacheClusters"]
            ]
            groups = {cluster["CacheSubnetGroupName"] for cluster in clusters}
            found = [
                group
                for name in sorted(groups)
                for group in cache.describe_cache_subnet_groups(CacheSubnetGroupName=name)[
                    "CacheSubnetGroups"
                ]
            ]
        return tuple(subnet["SubnetIdentifier"] for group in found for subnet in group["Subnets"])
