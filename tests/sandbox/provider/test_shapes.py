"""Between Terraform's attributes and the members of AWS's API, in tables over botocore's own models."""

from __future__ import annotations

import pytest
from botocore.model import Shape

from sandbox.provider import resources
from sandbox.provider.aws import Aws, NotLoopback
from sandbox.provider.checks import complaints, contradictions
from sandbox.provider.planning import conform
from sandbox.provider.resource import RESOURCES, retag, tags_of
from sandbox.provider.schema import schemas
from sandbox.provider.shapes import request, response, violations
from sandbox.provider.values import UNKNOWN


@pytest.fixture(scope="module")
def aws() -> Aws:
    resources.register()
    # Only the models are used: nothing listens there.
    return Aws(endpoint_url="http://127.0.0.1:9", region="us-east-2")


def test_a_service_is_ordered_as_ecs_has_it(aws: Aws) -> None:
    service = RESOURCES["aws_ecs_service"]
    state = conform(
        service.schema.block,
        {
            "name": "backend",
            "cluster": "c",
            "desired_count": 2,
            "deployment_minimum_healthy_percent": 50,
            "deployment_circuit_breaker": [{"enable": True, "rollback": True}],
            "network_configuration": [{"subnets": ["s"], "security_groups": ["g"], "assign_public_ip": True}],
            "load_balancer": [{"target_group_arn": "t", "container_name": "backend", "container_port": 8000}],
        },
    )
    assert service.request(aws, state) == {
        "serviceName": "backend",
        "cluster": "c",
        "desiredCount": 2,
        "deploymentConfiguration": {
            "minimumHealthyPercent": 50,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
        "networkConfiguration": {
            "awsvpcConfiguration": {"subnets": ["s"], "securityGroups": ["g"], "assignPublicIp": "ENABLED"}
        },
        "loadBalancers": [{"targetGroupArn": "t", "containerName": "backend", "containerPort": 8000}],
    }


def test_an_answer_is_read_by_the_same_names() -> None:
    schema = schemas()["resource", "aws_ecs_cluster"]
    answer = {
        "clusterArn": "arn",
        "clusterName": "c",
        "settings": [{"name": "containerInsights", "value": "disabled"}],
        "status": "ACTIVE",
    }
    names = RESOURCES["aws_ecs_cluster"].names
    assert response(schema.block, answer, names) == {
        "arn": "arn",
        "name": "c",
        "setting": [{"name": "containerInsights", "value": "disabled"}],
    }


def test_an_empty_list_is_sent_only_to_take_something_away(aws: Aws) -> None:
    shape = aws.input_of("ecs", "UpdateService")
    values = {"service": "s", "service_registries": []}
    assert request(shape, values, {}) == {"service": "s"}
    assert request(shape, values, {}, emptying=True) == {"service": "s", "serviceRegistries": []}


@pytest.mark.parametrize(
    ("kind", "metadata", "value", "said"),
    [
        ("string", {"enum": ["a", "b"]}, "a", []),
        ("string", {"enum": ["a", "b"]}, "c", ['"c" is not one of a, b']),
        ("string", {"pattern": "[a-z]+"}, "aB", ['"aB" does not match [a-z]+']),
        # One of Java's that Python does not know.
        ("string", {"pattern": r"[\p{L}]+"}, "??", []),
        ("string", {"min": 2, "max": 3}, "a", ["is 1 characters long; 2 to 3 is allowed"]),
        ("string", {"max": 3}, "abcd", ["is 4 characters long; to 3 is allowed"]),
        ("integer", {"min": 1, "max": 65535}, 65535, []),
        ("integer", {"min": 1, "max": 65535}, 0, ["is 0; 1 to 65535 is allowed"]),
        ("integer", {"min": 1}, UNKNOWN, []),
        ("double", {"max": 1}, 1.5, ["is 1.5; to 1 is allowed"]),
        ("list", {"max": 1, "member": {"shape": "x"}}, ["a", "b"], ["has 2 elements; to 1 is allowed"]),
    ],
)
def test_what_a_model_has_against_a_value(kind: str, metadata: dict, value: object, said: list[str]) -> None:
    shape = Shape("x", {"type": kind, **metadata})
    assert list(violations(shape, value)) == said


@pytest.mark.parametrize(
    ("resource", "values", "path"),
    [
        ("aws_db_instance", {"port": 99}, ("port",)),
        ("aws_db_instance", {"engine": "postgresql"}, ("engine",)),
        ("aws_db_instance", {"backup_retention_period": 36}, ("backup_retention_period",)),
        ("aws_db_instance", {"identifier": "ends-"}, ("identifier",)),
        ("aws_ecs_task_definition", {"cpu": "500"}, ("cpu",)),
        ("aws_ecs_task_definition", {"container_definitions": "{"}, ("container_definitions",)),
        (
            "aws_ecs_task_definition",
            {"container_definitions": '[{"name": "a", "enviroment": []}]'},
            ("container_definitions",),
        ),
        ("aws_ecs_service", {"launch_type": "FARGET"}, ("launch_type",)),
        ("aws_lb_target_group", {"health_check": [{"interval": 1}]}, ("health_check", 0, "interval")),
        (
            "aws_s3_bucket_versioning",
            {"versioning_configuration": [{"status": "On"}]},
            ("versioning_configuration", 0, "status"),
        ),
        (
            "aws_s3_bucket_lifecycle_configuration",
            {"rule": [{"id": "a", "status": "On"}]},
            ("rule", 0, "status"),
        ),
        ("aws_cloudwatch_metric_alarm", {"comparison_operator": ">"}, ("comparison_operator",)),
        ("aws_cloudwatch_log_group", {"retention_in_days": 15}, ("retention_in_days",)),
        ("aws_iam_role", {"max_session_duration": 60}, ("max_session_duration",)),
        ("aws_iam_role", {"assume_role_policy": "{Version: 2012}"}, ("assume_role_policy",)),
        ("aws_vpc", {"cidr_block": "10.0.0.0/8"}, ("cidr_block",)),
        ("aws_vpc_security_group_ingress_rule", {"from_port": 70000}, ("from_port",)),
        ("aws_ecr_repository", {"image_tag_mutability": "FIXED"}, ("image_tag_mutability",)),
        ("aws_budgets_budget", {"time_unit": "WEEKLY"}, ("time_unit",)),
        (
            "aws_elasticache_replication_group",
            {"transit_encryption_mode": "always"},
            ("transit_encryption_mode",),
        ),
    ],
)
def test_what_aws_would_refuse_is_found_where_it_is_written(
    aws: Aws, resource: str, values: dict, path: tuple
) -> None:
    resource_type = RESOURCES[resource]
    config = conform(resource_type.schema.block, values)
    found = [where for where, _ in complaints(aws, resource_type, config)]
    assert found == [path]


@pytest.mark.parametrize(
    ("resource", "values", "said"),
    [
        ("aws_db_instance", {}, []),
        ("aws_db_instance", {"manage_master_user_password": True}, []),
        (
            "aws_db_instance",
            {"manage_master_user_password": True, "password": "x"},
            [(("password",), "It can't be given beside manage_master_user_password")],
        ),
        (
            "aws_db_instance",
            {"password_wo": "x"},
            [(("password_wo",), "It has to be given together with password_wo_version")],
        ),
        ("aws_db_instance", {"manage_master_user_password": True, "password_wo": UNKNOWN}, []),
        ("aws_route_table_association", {"subnet_id": UNKNOWN, "gateway_id": UNKNOWN}, []),
        (
            "aws_route_table_association",
            {"subnet_id": "a", "gateway_id": "b"},
            [(("gateway_id",), "It can't be given beside subnet_id")],
        ),
        (
            "aws_route_table_association",
            {},
            [(("subnet_id",), "One of subnet_id, gateway_id has to be given")],
        ),
        (
            "aws_ecs_service",
            {"launch_type": "FARGATE", "capacity_provider_strategy": [{"capacity_provider": "FARGATE_SPOT"}]},
            [(("capacity_provider_strategy",), "It can't be given beside launch_type")],
        ),
    ],
)
def test_arguments_go_together_or_not(aws: Aws, resource: str, values: dict, said: list) -> None:
    schema = RESOURCES[resource].schema
    assert list(contradictions(schema, conform(schema.block, values))) == said


def test_what_is_not_known_yet_is_not_refused(aws: Aws) -> None:
    for resource in RESOURCES.values():
        unknown = dict.fromkeys((*resource.schema.block.attributes, *resource.schema.block.blocks), UNKNOWN)
        assert list(complaints(aws, resource, unknown)) == [], resource.type


@pytest.mark.parametrize(
    "listed",
    [
        [{"Key": "a", "Value": "1"}, {"Key": "aws:x", "Value": "2"}],
        [{"key": "a", "value": "1"}],
        {"a": "1", "aws:cloudformation": "x"},
    ],
)
def test_tags_are_read_in_all_spellings(listed: object) -> None:
    assert tags_of(listed) == {"a": "1"}  # pyright: ignore[reportArgumentType]


def test_only_tags_that_differ_are_written() -> None:
    added: list[dict] = []
    removed: list[list[str]] = []
    before = {"tags_all": {"same": "1", "other": "1", "gone": "1"}}
    after = {"tags_all": {"same": "1", "other": "2", "new": "1"}}
    retag(after, before, added.append, removed.append)
    assert (added, removed) == ([{"other": "2", "new": "1"}], [["gone"]])


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://ecs.us-east-2.amazonaws.com",
        "http://198.51.100.7:5000",
        "http://0.0.0.0:5000",
        "",
        "127.0.0.1:1",
    ],
)
def test_only_this_machine_is_talked_to(elsewhere: str) -> None:
    with pytest.raises(NotLoopback, match="is not on this machine"):
        Aws(endpoint_url=elsewhere, region="us-east-2")


@pytest.mark.parametrize(
    "here", ["http://127.0.0.1:1", "http://127.77.0.3:1", "http://localhost:1", "http://[::1]:1"]
)
def test_all_of_this_machine_is_taken(here: str) -> None:
    assert Aws(endpoint_url=here, region="us-east-2").endpoint_url == here
