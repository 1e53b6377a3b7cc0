"""What exists and is in no state: under which ids Terraform takes it over. Pure.

The ids are those that the AWS provider's documentation names for `import`, type by type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from blocks.terraform.events import Diagnostic

Values = Mapping[str, Any]

_MISSING = "Cannot import non-existent remote object"
_ADDRESS = re.compile(r'import an existing object to ("(?:[^"\\]|\\.)*")')

# By attributes of the configuration, so that no state is needed.
_NAMED: dict[str, str] = {
    "aws_cloudwatch_dashboard": "{dashboard_name}",
    "aws_cloudwatch_log_group": "{name}",
    "aws_cloudwatch_log_metric_filter": "{log_group_name}:{name}",
    "aws_cloudwatch_metric_alarm": "{alarm_name}",
    "aws_db_instance": "{identifier}",
    "aws_db_parameter_group": "{name}",
    "aws_db_subnet_group": "{name}",
    "aws_ecr_lifecycle_policy": "{repository}",
    "aws_ecr_repository": "{name}",
    "aws_ecs_cluster": "{name}",
    "aws_ecs_cluster_capacity_providers": "{cluster_name}",
    "aws_elasticache_parameter_group": "{name}",
    "aws_elasticache_replication_group": "{replication_group_id}",
    "aws_elasticache_subnet_group": "{name}",
    "aws_iam_role": "{name}",
    "aws_iam_role_policy": "{role}:{name}",
    "aws_route": "{route_table_id}_{destination_cidr_block}",
    "aws_route_table_association": "{subnet_id}/{route_table_id}",
    "aws_s3_bucket": "{bucket}",
    "aws_s3_bucket_cors_configuration": "{bucket}",
    "aws_s3_bucket_lifecycle_configuration": "{bucket}",
    "aws_s3_bucket_ownership_controls": "{bucket}",
    "aws_s3_bucket_policy": "{bucket}",
    "aws_s3_bucket_public_access_block": "{bucket}",
    "aws_s3_bucket_server_side_encryption_configuration": "{bucket}",
    "aws_s3_bucket_versioning": "{bucket}",
}
# By what a state once knew of it. Where a type is missing here, its `id` is its import's id too.
_REMEMBERED: dict[str, Callable[[Values], str]] = {
    "aws_db_instance": lambda v: v["identifier"],
    "aws_ecs_cluster": lambda v: v["name"],
    "aws_ecs_service": lambda v: f"{v['cluster'].rpartition('/')[2]}/{v['name']}",
    "aws_ecs_task_definition": lambda v: v["arn"],
    "aws_cloudwatch_log_metric_filter": lambda v: f"{v['log_group_name']}:{v['name']}",
    "aws_route": lambda v: f"{v['route_table_id']}_{v['destination_cidr_block']}",
    "aws_route_table_association": lambda v: f"{v['subnet_id']}/{v['route_table_id']}",
    "aws_service_discovery_private_dns_namespace": lambda v: f"{v['id']}:{v['vpc']}",
}


def named(type_: str, planned: Values, *, account: str, region: str) -> str | None:
    """The id of a resource that is to be created, if its configuration tells; None when only AWS knows it."""
    if type_ == "aws_budgets_budget":
        pattern = "{account}:{name}"
    elif type_ == "aws_sns_topic":
        pattern = "arn:aws:sns:{region}:{account}:{name}"
    elif type_ == "aws_ecs_service" and planned.get("cluster"):
        pattern = f"{str(planned['cluster']).rpartition('/')[2]}/{{name}}"
    else:
        pattern = _NAMED.get(type_)
    if pattern is None:
        return None
    known = {name: value for name, value in planned.items() if isinstance(value, str) and value}
    try:
        return pattern.format(**known | {"account": account, "region": region})
    except KeyError:
        return None


def remembered(state: bytes) -> dict[str, str]:
    """The ids of all resources of a state, by their address."""
    found: dict[str, str] = {}
    for resource in json.loads(state).get("resources") or []:
        if resource.get("mode") != "managed":
            continue
        module = f"{resource['module']}." if resource.get("module") else ""
        for instance in resource.get("instances") or []:
            index = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
            values = instance.get("attributes") or {}
            identify = _REMEMBERED.get(resource["type"], lambda v: v["id"])
            try:
                found[f"{module}{resource['type']}.{resource['name']}{index}"] = identify(values)
            except (KeyError, AttributeError):
                continue
    return found


def import_blocks(ids: Mapping[str, str]) -> str:
    """The configuration that has Terraform take over resources, by their address."""
    blocks = (f"import {{\n  to = {address}\n  id = {_quoted(ids[address])}\n}}\n" for address in sorted(ids))
    return "\n".join(blocks)


def not_there(diagnostics: Iterable[Diagnostic]) -> frozenset[str] | None:
    """The addresses of imports that found nothing; None when that is not all that went wrong."""
    addresses: set[str] = set()
    for found in diagnostics:
        if found.severity != "error":
            continue
        address = _ADDRESS.search(found.detail)
        if _MISSING not in found.summary or address is None:
            return None
        addresses.add(json.loads(address.group(1)))
    return frozenset(addresses)


def _quoted(text: str) -> str:
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
