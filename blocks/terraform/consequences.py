"""What is lost or interrupted when a resource of a type is destroyed, and which changes are no drift."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_DELETED: Mapping[str, str] = {
    "aws_db_instance": "every row of the database is lost, but for what a snapshot holds",
    "aws_db_subnet_group": "the database can't be placed in the network any more",
    "aws_db_parameter_group": "the database loses its settings, TLS among them",
    "aws_elasticache_replication_group": "live events, rate limits and sessions' counters are lost",
    "aws_elasticache_cluster": "live events, rate limits and sessions' counters are lost",
    "aws_s3_bucket": "every object in the bucket is lost: films, clips and uploads",
    "aws_s3_bucket_versioning": "deleted and overwritten objects can't be brought back any more",
    "aws_s3_bucket_public_access_block": "objects may become readable by anybody",
    "aws_s3_bucket_policy": "the bucket no longer insists on TLS",
    "aws_s3_bucket_lifecycle_configuration": "objects are kept, and paid for, for ever",
    "aws_ecr_repository": "every image is lost: no task can start, and no release can be rolled back to",
    "aws_ecs_cluster": "every task in it is stopped",
    "aws_ecs_service": "its tasks are stopped: what it serves is down",
    "aws_lb": "the address that users call is gone",
    "aws_lb_listener": "users can't be let through until there is another",
    "aws_lb_target_group": "traffic has nowhere to go until tasks are registered anew",
    "aws_vpc": "everything in the network is cut off",
    "aws_subnet": "what runs in it must move",
    "aws_security_group": "what carries it is cut off until there is another",
    "aws_vpc_security_group_ingress_rule": "the traffic that it lets in is cut off",
    "aws_vpc_security_group_egress_rule": "the traffic that it lets out is cut off",
    "aws_default_security_group": "what carries it is cut off until there is another",
    "aws_route": "what runs in its subnets can't reach the outside, nor be reached",
    "aws_route_table": "what runs in its subnets can't reach the outside, nor be reached",
    "aws_route_table_association": "what runs in its subnet can't reach the outside, nor be reached",
    "aws_vpc_endpoint": "traffic to its service has no way of its own any more",
    "aws_ecs_cluster_capacity_providers": "tasks can't be placed on spare capacity any more",
    "aws_ecs_task_definition": "no service can be rolled out from it",
    "aws_elasticache_parameter_group": "the cache loses its settings",
    "aws_elasticache_subnet_group": "the cache can't be placed in the network any more",
    "aws_ecr_lifecycle_policy": "old images are kept, and paid for, for ever",
    "aws_s3_bucket_cors_configuration": "players in other pages than ours can't read streams",
    "aws_s3_bucket_ownership_controls": "objects may belong to others than the bucket's owner",
    "aws_s3_bucket_server_side_encryption_configuration": "new objects are encrypted with S3's own key only",
    "aws_secretsmanager_secret_version": "tasks that read this version can't start",
    "aws_service_discovery_private_dns_namespace": "tasks don't find each other by name any more",
    "aws_service_discovery_service": "tasks don't find the service by its name any more",
    "aws_sns_topic": "nobody is told any more when an alarm rings",
    "aws_sns_topic_subscription": "whoever subscribed is not told any more",
    "aws_cloudwatch_dashboard": "the dashboard is gone",
    "aws_cloudwatch_log_metric_filter": "errors in the logs are not counted, and ring no alarm, any more",
    "aws_internet_gateway": "tasks can neither pull images nor be reached",
    "aws_iam_role": "tasks that run under it lose their rights",
    "aws_iam_role_policy": "tasks that run under it lose rights",
    "aws_iam_role_policy_attachment": "tasks that run under it lose rights",
    "aws_kms_key": "whatever is encrypted with it can't be read any more",
    "aws_secretsmanager_secret": "tasks that read it can't start",
    "aws_cloudwatch_log_group": "the logs kept in it are lost",
    "aws_cloudwatch_metric_alarm": "nobody is told any more when it would ring",
    "aws_budgets_budget": "nobody is told any more when money runs out",
}

_REPLACED: Mapping[str, str] = {
    "aws_db_instance": "every row is lost, but for what a snapshot holds; the database's address changes",
    "aws_ecs_task_definition": "a new revision; nothing that runs changes until it is rolled out",
    "aws_ecs_service": "its tasks are stopped before others start: what it serves is down for minutes",
}

NOT_JUDGED = "what it means is not known here: look at what is built upon it"

# What AWS or a roll-out changes by itself, day by day.
_NO_DRIFT: Mapping[str, frozenset[str]] = {
    "aws_db_instance": frozenset({"latest_restorable_time"}),
    "aws_ecs_service": frozenset({"desired_count", "task_definition"}),
    "aws_lb_target_group": frozenset({"load_balancer_arns"}),
}


def consequence(type_: str, action: str, before: Mapping[str, Any] | None) -> str:
    """What destroying such a resource means, in words that end no sentence.

    Args:
        action: `delete` or `replace`.
        before: its attributes.
    """
    said = (_REPLACED.get(type_) if action == "replace" else None) or _DELETED.get(type_, NOT_JUDGED)
    if type_ == "aws_db_instance" and before:
        if before.get("deletion_protection"):
            return f"refused by AWS while deletion protection is on; without it {said}"
        if before.get("skip_final_snapshot") is False:
            return f"{said}; a last snapshot is taken"
    return said


def destroys(type_: str, action: str, before: Mapping[str, Any] | None) -> bool:
    """Whether an action ends something that exists.

    A new revision of a task definition is a replacement to Terraform; with `skip_destroy` the old one stays.
    """
    if type_ == "aws_ecs_task_definition" and action == "replace":
        return not (before or {}).get("skip_destroy")
    return action in ("delete", "replace")


def is_drift(type_: str, path: str) -> bool:
    """Whether a change of an attribute, seen on AWS, is one that somebody made."""
    return re.split(r"[.\[]", path, maxsplit=1)[0] not in _NO_DRIFT.get(type_, frozenset())
