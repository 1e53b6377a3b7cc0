"""Under which ids Terraform takes over what exists."""

from __future__ import annotations

import json
from typing import Any

import pytest

from blocks.terraform.adoption import import_blocks, named, not_there, remembered
from blocks.terraform.events import Diagnostic


@pytest.mark.parametrize(
    ("type_", "planned", "id_"),
    [
        ("aws_db_instance", {"identifier": "ai-video-db"}, "ai-video-db"),
        ("aws_s3_bucket", {"bucket": "media"}, "media"),
        ("aws_iam_role_policy", {"role": "r", "name": "p"}, "r:p"),
        ("aws_cloudwatch_log_metric_filter", {"log_group_name": "/l", "name": "errors"}, "/l:errors"),
        ("aws_budgets_budget", {"name": "monthly"}, "123456789012:monthly"),
        ("aws_sns_topic", {"name": "alarms"}, "arn:aws:sns:us-east-2:123456789012:alarms"),
        (
            "aws_ecs_service",
            {"cluster": "arn:aws:ecs:us-east-2:1:cluster/ai-video", "name": "ai-video-backend"},
            "ai-video/ai-video-backend",
        ),
        # Known once its subnet and its table are to be taken over.
        ("aws_route_table_association", {"subnet_id": "s-1", "route_table_id": "rtb-1"}, "s-1/rtb-1"),
        ("aws_route_table_association", {"subnet_id": "s-1"}, None),
        # Only AWS knows: its id is made when the thing is.
        ("aws_vpc", {"cidr_block": "10.0.0.0/16"}, None),
        # Not known before the apply, or not to be told.
        ("aws_s3_bucket_policy", {"policy": "{}"}, None),
        ("aws_ecr_repository", {"name": None}, None),
    ],
)
def test_the_id_that_the_configuration_tells(type_: str, planned: dict[str, Any], id_: str | None) -> None:
    assert named(type_, planned, account="123456789012", region="us-east-2") == id_


def _resource(type_: str, attributes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    key = {"index_key": fields.pop("key")} if "key" in fields else {}
    base = {"mode": "managed", "type": type_, "name": "this"}
    return base | fields | {"instances": [{"attributes": attributes} | key]}


@pytest.mark.parametrize(
    ("resource", "address", "id_"),
    [
        (
            _resource("aws_vpc", {"id": "vpc-1"}, module="module.network"),
            "module.network.aws_vpc.this",
            "vpc-1",
        ),
        (_resource("aws_subnet", {"id": "s-1"}, key=0), "aws_subnet.this[0]", "s-1"),
        (_resource("aws_iam_role", {"id": "r"}, key="backend"), 'aws_iam_role.this["backend"]', "r"),
        # The state's id of an instance is not that of its import.
        (_resource("aws_db_instance", {"id": "db-ABC", "identifier": "db"}), "aws_db_instance.this", "db"),
        (
            _resource("aws_ecs_service", {"id": "arn", "cluster": "arn:aws:ecs:r:1:cluster/c", "name": "s"}),
            "aws_ecs_service.this",
            "c/s",
        ),
        (
            _resource(
                "aws_route", {"id": "r-1", "route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0"}
            ),
            "aws_route.this",
            "rtb-1_0.0.0.0/0",
        ),
        (
            _resource(
                "aws_route_table_association", {"id": "a-1", "subnet_id": "s-1", "route_table_id": "rtb-1"}
            ),
            "aws_route_table_association.this",
            "s-1/rtb-1",
        ),
    ],
)
def test_the_id_that_a_state_knew(resource: dict[str, Any], address: str, id_: str) -> None:
    state = {"resources": [resource, _resource("aws_vpc", {"id": "x"}, mode="data", name="seen")]}
    assert remembered(json.dumps(state).encode()) == {address: id_}


def test_a_resource_without_an_id_is_left_out() -> None:
    assert remembered(json.dumps({"resources": [_resource("aws_vpc", {})]}).encode()) == {}
    assert remembered(b'{"resources": null}') == {}


def test_the_blocks_are_configuration() -> None:
    ids = {"module.a.aws_vpc.this": "vpc-1", 'aws_iam_role.this["b"]': 'a"${b}'}
    assert import_blocks(ids) == (
        'import {\n  to = aws_iam_role.this["b"]\n  id = "a\\"$${b}"\n}\n\n'
        'import {\n  to = module.a.aws_vpc.this\n  id = "vpc-1"\n}\n'
    )


def _missing(address: str) -> Diagnostic:
    detail = (
        f"While attempting to import an existing object to {json.dumps(address)}, the provider detected that"
        " no object exists with the given id."
    )
    return Diagnostic("error", "Cannot import non-existent remote object", detail)


WARNING = Diagnostic("warning", "Deprecated", "")
OTHER = Diagnostic("error", "reading RDS", "AccessDenied")


@pytest.mark.parametrize(
    ("diagnostics", "addresses"),
    [
        ([_missing("aws_vpc.this")], {"aws_vpc.this"}),
        ([_missing('a.b["c"]'), WARNING, _missing("d.e")], {'a.b["c"]', "d.e"}),
        ([_missing("aws_vpc.this"), OTHER], None),
        ([OTHER], None),
        ([], set()),
    ],
)
def test_which_imports_found_nothing(diagnostics: list[Diagnostic], addresses: set[str] | None) -> None:
    assert not_there(diagnostics) == addresses
