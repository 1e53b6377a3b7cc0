"""A replication group of ElastiCache as a Prefect block."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from blocks.aws import AwsBlock, aws_errors


class CacheState(BaseModel):
    """A replication group as ElastiCache describes it.

    Attributes:
        status: ElastiCache's word, such as `available`.
        tls, encrypted: whether what travels, and what is kept, is encrypted.
        subnet_group: in whose subnets its nodes are; empty where ElastiCache does not tell.
    """

    model_config = ConfigDict(frozen=True)

    identifier: str
    status: str
    tls: bool
    encrypted: bool
    subnet_group: str = ""


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
            subnet_group=self._subnet_group(cache, found),
        )

    def _subnet_group(self, cache: Any, found: dict[str, Any]) -> str:
        """The group of subnets: a node tells it, the replication group does not."""
        for node in found.get("MemberClusters", [])[:1]:
            with aws_errors(f"look up the node {node}"):
                clusters = cache.describe_cache_clusters(CacheClusterId=node)["CacheClusters"]
            return str(clusters[0].get("CacheSubnetGroupName") or "") if clusters else ""
        return ""
