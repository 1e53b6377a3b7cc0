"""What a plan costs a month: a price table, resources, and what they come to."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from blocks.terraform import OutputChange, Plan, ResourceChange
from blocks.terraform.cost import CostItem, Prices, cost_delta, monthly_cost, read_prices

PRICES = Prices.model_validate(
    {
        "about": {"region": "us-east-2", "as_of": "2026-11-01", "hours_per_month": 730},
        "item": [
            {
                "name": "RDS t4g.micro",
                "type": "aws_db_instance",
                "when": {"instance_class": "db.t4g.micro", "multi_az": False},
                "usd": 0.016,
                "per": "hour",
            },
            {
                "name": "RDS storage",
                "type": "aws_db_instance",
                "usd": 0.115,
                "per": "month",
                "times": ["allocated_storage"],
            },
            {
                "name": "Fargate vCPU",
                "type": "aws_ecs_task_definition",
                "when": {"runtime_platform.0.cpu_architecture": "ARM64", "@spot": False},
                "usd": 0.03238,
                "per": "hour",
                "times": ["cpu", "@desired_count"],
                "divide": 1024,
            },
            {
                "name": "public IP",
                "type": "aws_ecs_task_definition",
                "when": {"@public_ip": True},
                "usd": 0.005,
                "per": "hour",
                "times": ["@desired_count"],
            },
        ],
        "usage": [
            {
                "name": "media",
                "usd": 0.023,
                "quantity": 20,
                "unit": "GB",
                "assumption": "a",
                "type": "aws_s3_bucket",
            },
            {"name": "transfer", "usd": 0.09, "quantity": 10, "unit": "GB", "assumption": "b"},
        ],
        "free": {"types": ["aws_vpc"]},
    }
)

DATABASE = {"instance_class": "db.t4g.micro", "multi_az": None, "allocated_storage": 20}
TASK = {"family": "backend", "cpu": "512", "runtime_platform": [{"cpu_architecture": "ARM64"}]}
OUTPUTS: dict[str, Any] = {
    "services": {"backend": {"family": "backend", "desired_count": 2, "spot": False}},
    "network": {"assign_public_ip": True},
}
TRANSFER = ("transfer", "0.90")


@pytest.mark.parametrize(
    ("type_", "attributes", "items"),
    [
        ("aws_db_instance", DATABASE, [("RDS t4g.micro", "11.68"), ("RDS storage", "2.30"), TRANSFER]),
        ("aws_db_instance", DATABASE | {"multi_az": True}, [("RDS storage", "2.30"), TRANSFER]),
        ("aws_db_instance", DATABASE | {"instance_class": "db.x"}, [("RDS storage", "2.30"), TRANSFER]),
        ("aws_ecs_task_definition", TASK, [("Fargate vCPU", "23.64"), ("public IP", "7.30"), TRANSFER]),
        (
            "aws_ecs_task_definition",
            TASK | {"family": "once"},
            [("Fargate vCPU", "0"), ("public IP", "0"), TRANSFER],
        ),
        ("aws_ecs_task_definition", TASK | {"runtime_platform": []}, [("public IP", "7.30"), TRANSFER]),
        ("aws_s3_bucket", {}, [("media", "0.46"), TRANSFER]),
        ("aws_vpc", {}, [TRANSFER]),
    ],
)
def test_what_a_resource_costs(type_: str, attributes: dict[str, Any], items: list[tuple[str, str]]) -> None:
    cost = monthly_cost([("a.b", type_, attributes)], OUTPUTS, PRICES)
    assert [(item.name, round(item.usd, 2)) for item in cost.items] == [(n, Decimal(usd)) for n, usd in items]
    assert cost.unpriced == ()


def test_spare_capacity_is_another_price() -> None:
    spot = {**OUTPUTS, "services": {"backend": {"family": "backend", "desired_count": 2, "spot": True}}}
    cost = monthly_cost([("a.b", "aws_ecs_task_definition", TASK)], spot, PRICES)
    assert [item.name for item in cost.items] == ["public IP", "transfer"]


def test_what_has_no_price_is_named() -> None:
    cost = monthly_cost([("a.b", "aws_nat_gateway", {}), ("a.c", "aws_vpc", {})], {}, PRICES)
    assert cost.unpriced == ("aws_nat_gateway",)


def change(action: Any, before: dict[str, Any] | None, after: dict[str, Any] | None) -> ResourceChange:
    return ResourceChange(
        address="module.db.this",
        type="aws_db_instance",
        name="this",
        action=action,
        before=before,
        after=after,
    )


@pytest.mark.parametrize(
    ("resource", "usd", "items"),
    [
        (change("create", None, DATABASE), "13.98", {"RDS t4g.micro": "11.68", "RDS storage": "2.30"}),
        (change("delete", DATABASE, None), "-13.98", {"RDS t4g.micro": "-11.68", "RDS storage": "-2.30"}),
        (change("update", DATABASE, DATABASE | {"allocated_storage": 40}), "2.30", {"RDS storage": "2.30"}),
        (change("no-op", DATABASE, DATABASE), "0", {}),
    ],
)
def test_what_a_plan_does_to_the_bill(resource: ResourceChange, usd: str, items: dict[str, str]) -> None:
    delta = cost_delta(Plan(resources=(resource,)), PRICES)
    assert delta.usd == Decimal(usd)
    assert {item.name: item.usd for item in delta.items} == {n: Decimal(x) for n, x in items.items()}


def test_the_number_of_tasks_is_that_of_the_outputs() -> None:
    task = ResourceChange(
        address="a.b", type="aws_ecs_task_definition", name="b", action="no-op", before=TASK, after=TASK
    )
    one = {"backend": {"family": "backend", "desired_count": 1, "spot": False}}
    outputs = (
        OutputChange(name="services", action="update", before=one, after=OUTPUTS["services"]),
        OutputChange(name="network", action="no-op", before=OUTPUTS["network"], after=OUTPUTS["network"]),
    )
    delta = cost_delta(Plan(resources=(task,), outputs=outputs), PRICES)
    assert [(item.name, round(item.usd, 2)) for item in delta.items] == [
        ("Fargate vCPU", Decimal("11.82")),
        ("public IP", Decimal("3.65")),
    ]


def test_the_sum_is_in_cents() -> None:
    cost = monthly_cost([("a.b", "aws_db_instance", DATABASE)], {}, PRICES)
    assert cost.usd == Decimal("14.88")
    assert CostItem(name="transfer", address="", usd=Decimal("0.9")) in cost.items


def test_the_projects_table_is_read() -> None:
    prices = read_prices(Path(__file__).parents[3] / "infra" / "prices.toml")
    assert prices.item
    assert prices.usage
    assert all(item.source for item in (*prices.item, *prices.usage))


def test_a_table_with_a_word_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('[about]\nregion = "us-east-2"\nas_of = 2026-11-01\ncurency = "USD"\n')
    with pytest.raises(ValidationError, match="curency"):
        read_prices(file)
