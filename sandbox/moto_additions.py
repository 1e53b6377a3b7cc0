"""What moto leaves out and is needed: much of ElastiCache, metric filters put again, a forecast of costs."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from moto.ce.responses import CostExplorerResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import ElastiCacheBackend, ReplicationGroup
from moto.elasticache.responses import ElastiCacheResponse
from moto.logs.metric_filters import MetricFilters

_ARN = re.compile(r"arn:aws:elasticache:[^:]*:\d*:\w+:.+")


class CacheParameterGroupNotFound(ElastiCacheException):
    """As the API says it."""

    code = "CacheParameterGroupNotFound"

    def __init__(self, name: str) -> None:
        super().__init__(f"CacheParameterGroup {name} not found.")


class CacheParameterGroupAlreadyExists(ElastiCacheException):
    """As the API says it."""

    code = "CacheParameterGroupAlreadyExists"

    def __init__(self, name: str) -> None:
        super().__init__(f"CacheParameterGroup {name} already exists.")


class DataUnavailable(JsonRESTError):
    """As Cost Explorer says of an account that it knows too little of yet."""

    def __init__(self) -> None:
        super().__init__(
            "DataUnavailableException", "Insufficient amount of historical data to generate forecast"
        )


def install() -> None:
    """Adds the operations to moto; to be called before its first request. Twice does no harm."""
    for operation in (
        create_cache_parameter_group,
        describe_cache_parameter_groups,
        modify_cache_parameter_group,
        reset_cache_parameter_group,
        describe_cache_parameters,
        delete_cache_parameter_group,
        modify_cache_subnet_group,
        delete_cache_subnet_group,
    ):
        if not hasattr(ElastiCacheResponse, operation.__name__):
            setattr(ElastiCacheResponse, operation.__name__, operation)
    if not hasattr(CostExplorerResponse, "get_cost_forecast"):
        CostExplorerResponse.get_cost_forecast = get_cost_forecast  # pyright: ignore[reportAttributeAccessIssue]
    if ElastiCacheBackend.delete_replication_group is _delete:
        ElastiCacheBackend.delete_replication_group = delete_replication_group
    if ElastiCacheBackend.describe_cache_clusters is _clusters:
        ElastiCacheBackend.describe_cache_clusters = describe_cache_clusters
    if MetricFilters.add_filter is _add_filter:
        MetricFilters.add_filter = add_filter


def create_cache_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("CacheParameterGroupName")
    if name in _groups(self):
        raise CacheParameterGroupAlreadyExists(name)
    backend = self.elasticache_backend
    group = {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": self._get_param("CacheParameterGroupFamily"),
        "Description": self._get_param("Description"),
        "IsGlobal": False,
        "ARN": f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:parametergroup:{name}",
    }
    _groups(self)[name] = {"group": group, "parameters": {}}
    # moto takes only ARNs of what it knows.
    backend.arn_regex = _ARN
    backend.tagging_service.tag_resource(group["ARN"], self._get_param("Tags", []))
    return ActionResult({"CacheParameterGroup": group})


def describe_cache_parameter_groups(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("CacheParameterGroupName")
    found = [_found(self, name)] if name else list(_groups(self).values())
    return ActionResult({"CacheParameterGroups": [one["group"] for one in found]})


def modify_cache_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("CacheParameterGroupName")
    for given in self._get_param("ParameterNameValues", []):
        _found(self, name)["parameters"][given["ParameterName"]] = given["ParameterValue"]
    return ActionResult({"CacheParameterGroupName": name})


def reset_cache_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("CacheParameterGroupName")
    for given in self._get_param("ParameterNameValues", []):
        _found(self, name)["parameters"].pop(given["ParameterName"], None)
    return ActionResult({"CacheParameterGroupName": name})


def describe_cache_parameters(self: ElastiCacheResponse) -> ActionResult:
    given = _found(self, self._get_param("CacheParameterGroupName"))["parameters"]
    listed = [
        {"ParameterName": name, "ParameterValue": value, "Source": "user"} for name, value in given.items()
    ]
    return ActionResult({"Parameters": listed})


def delete_cache_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("CacheParameterGroupName")
    _found(self, name)
    del _groups(self)[name]
    return EmptyResult()


def modify_cache_subnet_group(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("CacheSubnetGroupName")
    backend = self.elasticache_backend
    held = backend.describe_cache_subnet_groups(name)[0]
    del backend.cache_subnet_groups[name]
    changed = backend.create_cache_subnet_group(
        name,
        self._get_param("CacheSubnetGroupDescription") or held.cache_subnet_group_description,
        self._get_param("SubnetIds", []) or held.subnet_ids,
        held.tags,
    )
    return ActionResult({"CacheSubnetGroup": changed})


def delete_cache_subnet_group(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("CacheSubnetGroupName")
    self.elasticache_backend.describe_cache_subnet_groups(name)
    del self.elasticache_backend.cache_subnet_groups[name]
    return EmptyResult()


def get_cost_forecast(self: CostExplorerResponse) -> str:
    raise DataUnavailable


_delete = ElastiCacheBackend.delete_replication_group


def delete_replication_group(
    self: ElastiCacheBackend, replication_group_id: str, retain_primary_cluster: bool | None
) -> ReplicationGroup:
    """Deletes for good: moto's own leaves a group in the state "deleting" for ever."""
    group = _delete(self, replication_group_id, retain_primary_cluster)
    self.replication_groups.pop(replication_group_id, None)
    return group


_clusters = ElastiCacheBackend.describe_cache_clusters


def describe_cache_clusters(self: ElastiCacheBackend, cache_cluster_id: str | None = None) -> list[Any]:
    """The nodes of replication groups too, of which moto keeps no clusters."""
    nodes = {
        node: SimpleNamespace(
            cache_cluster_id=node,
            replication_group_id=group.replication_group_id,
            cache_cluster_status=group.status,
            cache_node_type=group.cache_node_type,
            engine=group.engine,
            engine_version=group.engine_version,
            num_cache_nodes=1,
            preferred_maintenance_window=group.preferred_maintenance_window,
            cache_parameter_group={"cache_parameter_group_name": group.cache_parameter_group_name},
            cache_subnet_group_name=group.cache_subnet_group_name,
            transit_encryption_enabled=group.transit_encryption_enabled,
            at_rest_encryption_enabled=group.at_rest_encryption_enabled,
            security_groups=[
                {"SecurityGroupId": each, "Status": "active"} for each in group.security_group_ids or []
            ],
        )
        for group in self.replication_groups.values()
        for node in group.member_clusters
    }
    if cache_cluster_id in nodes:
        return [nodes[cache_cluster_id]]
    return [*_clusters(self, cache_cluster_id), *(() if cache_cluster_id else nodes.values())]


_add_filter = MetricFilters.add_filter


def add_filter(
    self: MetricFilters,
    filter_name: str,
    filter_pattern: str,
    log_group_name: str,
    metric_transformations: str,
) -> None:
    """Puts a filter in place of the one of that name, beside which moto's own puts it."""
    self.metric_filters = [
        held
        for held in self.metric_filters
        if (held["filterName"], held["logGroupName"]) != (filter_name, log_group_name)
    ]
    _add_filter(self, filter_name, filter_pattern, log_group_name, metric_transformations)


def _groups(response: ElastiCacheResponse) -> dict[str, dict[str, Any]]:
    return vars(response.elasticache_backend).setdefault("cache_parameter_groups", {})


def _found(response: ElastiCacheResponse, name: str) -> dict[str, Any]:
    groups = _groups(response)
    if name not in groups:
        raise CacheParameterGroupNotFound(name)
    return groups[name]
