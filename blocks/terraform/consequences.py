"""What is lost or interrupted when a resource of a type is destroyed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

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

HARMLESS = "nothing that holds data or carries traffic"


def consequence(
    type_: str, action: Literal["delete", "replace"] | str, before: Mapping[str, Any] | None
) -> str:
    """What destroying such a resource means, in words that end no sentence."""
    said = (_REPLACED.get(type_) if action == "replace" else None) or _DELETED.get(type_)
    if said is None:
        return HARMLESS if type_.startswith("aws_") else "unknown: this type is none that is judged here"
    if type_ == "aws_db_instance" and before:
        if before.get("deletion_protection"):
            return f"refused by AWS while deletion protection is on; without it {said}"
        if before.get("skip_final_snapshot") is False:
            return f"{said}; a last snapshot is taken"
    return said
