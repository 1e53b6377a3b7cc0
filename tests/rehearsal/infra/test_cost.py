"""What environments cost a month, by what Terraform plans and the price table."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks.terraform.cost import Cost, cost_delta, read_prices
from blocks.terraform.plan_document import read_plan
from tests.infra.hcl import INFRA
from tests.rehearsal.infra.conftest import Terraform

BUDGET_USD = Decimal(60)


def _cost(infrastructure: Terraform, environment: str, *more: str) -> Cost:
    plan = read_plan(infrastructure.plan(environment, *more))
    return cost_delta(plan, read_prices(INFRA / "prices.toml")).after


def _sums(cost: Cost) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for item in cost.items:
        sums[item.name] = sums.get(item.name, Decimal()) + item.usd
    return sums


def test_prod_is_within_the_budget(infrastructure: Terraform) -> None:
    cost = _cost(infrastructure, "prod")
    assert cost.unpriced == ()
    assert cost.usd <= BUDGET_USD, _sums(cost)


def test_prod_is_counted_item_by_item(infrastructure: Terraform) -> None:
    sums = _sums(_cost(infrastructure, "prod"))
    # 730 hours: half a vCPU at 0.03238 and 1 GB at 0.00356; two addresses at 0.005.
    assert sums["Task processor, ARM"] == Decimal("11.8187")
    assert sums["Task memory, ARM"] == Decimal("2.5988")
    assert sums["Public address of a task"] == Decimal("7.3000")
    assert sums["Database db.t4g.micro"] == Decimal("11.6800")
    assert sums["Database storage, gp3"] == Decimal("2.3000")
    assert sums["Cache cache.t4g.micro"] == Decimal("11.6800")
    assert sums["Alarm"] == Decimal("0.9000")
    assert "Load balancer" not in sums


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_the_others_cost_no_more(environment: str, infrastructure: Terraform) -> None:
    cost = _cost(infrastructure, environment)
    assert cost.unpriced == ()
    assert cost.usd <= BUDGET_USD


@pytest.mark.parametrize(
    ("change", "item", "usd"),
    [
        ("-var=load_balancer=true", "Load balancer", "16.4250"),
        ("-var=db_multi_az=true", "Database db.t4g.micro with standby", "23.3600"),
        ("-var=db_instance_class=db.t4g.small", "Database db.t4g.small", "23.3600"),
        ("-var=worker_spot=false", "Task memory, ARM", "7.7964"),
        ("-var=cpu_architecture=X86_64", "Task processor, x86", "14.7752"),
    ],
)
def test_a_change_is_priced(change: str, item: str, usd: str, infrastructure: Terraform) -> None:
    cost = _cost(infrastructure, "prod", change)
    assert cost.unpriced == ()
    assert _sums(cost)[item] == Decimal(usd)
