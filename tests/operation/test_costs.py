"""What decides about money: a table for each rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from blocks.aws import AwsMissing
from blocks.spending import Alert, Budget, MonthCosts, Spending
from blocks.terraform.cost import Cost, CostItem
from flows.deployment.checks import NotGood
from flows.operation.costs import (
    Month,
    elapsed,
    estimated,
    explored,
    judge_budget,
    judge_dear_jobs,
    judge_expected,
    judge_month,
    judge_replicate,
)
from sandbox import moto_additions

# Ten of thirty days.
NOW = datetime(2026, 11, 11, tzinfo=UTC)
ACCOUNT = "123456789012"
PERSON = {"SubscriptionType": "EMAIL", "Address": "somebody@example.com"}


def _good(decide: Callable[[], str]) -> bool:
    try:
        return bool(decide())
    except NotGood:
        return False


def _month(so_far: str, forecast: str) -> Month:
    return Month(Decimal(so_far), Decimal(forecast), "Cost Explorer")


BUDGET = Budget(name="b", limit_usd=Decimal(60), alerts=(Alert(kind="ACTUAL", percent=80),))


@pytest.mark.parametrize(
    ("now", "share"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), "0"),
        (NOW, "0.333333"),
        (datetime(2026, 2, 15, tzinfo=UTC), "0.5"),
    ],
)
def test_the_share_of_the_month(now: datetime, share: str) -> None:
    assert elapsed(now) == Decimal(share)


@pytest.mark.parametrize(
    ("month", "budget", "good"),
    [
        (_month("20", "59"), BUDGET, True),
        (_month("20", "61"), BUDGET, False),
        (_month("61", "61"), BUDGET, False),
        (_month("20", "61"), None, False),
        (_month("20", "90"), BUDGET.model_copy(update={"limit_usd": Decimal(100)}), True),
    ],
)
def test_the_month_is_within_its_budget(month: Month, budget: Budget | None, good: bool) -> None:
    assert _good(lambda: judge_month(month, budget)) is good


def test_a_month_by_cost_explorer_and_by_the_price_table() -> None:
    services = (("Amazon RDS", Decimal("12")), ("Amazon ECS", Decimal("8")))
    found = explored(MonthCosts(so_far=Decimal(20), forecast=Decimal("55.5"), by_service=services), NOW)
    assert (found.so_far, found.forecast, found.dearest[0]) == (
        Decimal(20),
        Decimal("55.5"),
        "Amazon RDS $12.00",
    )
    # Where AWS makes no forecast, the days so far do.
    rate = explored(MonthCosts(so_far=Decimal(20), forecast=None, by_service=services), NOW)
    assert rate.forecast.quantize(Decimal(1)) == Decimal(60)
    priced = (("Database", "a", 14), ("Processor", "b", 8), ("Processor", "c", 8))
    items = tuple(CostItem(name=name, address=address, usd=Decimal(usd)) for name, address, usd in priced)
    table = estimated(Cost(items=items), NOW)
    assert (table.so_far, table.forecast, table.source) == (
        Decimal("10.00"),
        Decimal(30),
        "infra/prices.toml",
    )
    assert table.dearest == ("Processor $16.00", "Database $14.00")


@pytest.mark.parametrize(("forecast", "good"), [("40", True), ("55", True), ("55.01", False)])
def test_aws_charges_about_what_is_expected(forecast: str, good: bool) -> None:
    cost = Cost(items=(CostItem(name="Database", address="a", usd=Decimal(40)),), unpriced=("aws_new",))
    assert _good(lambda: judge_expected(_month("1", forecast), cost)) is good


@pytest.mark.parametrize(
    ("limit", "alerts", "good"),
    [
        (60, [("ACTUAL", 80), ("FORECASTED", 100)], True),
        (40, [("ACTUAL", 50)], True),
        (61, [("ACTUAL", 80)], False),
        (60, [("FORECASTED", 80)], False),
        (60, [("ACTUAL", 100)], False),
        (60, [], False),
    ],
)
def test_somebody_is_told_in_time(limit: int, alerts: list[tuple[str, float]], good: bool) -> None:
    held = tuple(Alert(kind=kind, percent=percent) for kind, percent in alerts)
    assert _good(lambda: judge_budget(Budget(name="b", limit_usd=Decimal(limit), alerts=held))) is good


def _spent(usd: float, **fields: Any) -> dict[str, Any]:
    return {"month_usd": usd, "clips": 3, "alert_usd": 10.0, "dear_jobs": []} | fields


@pytest.mark.parametrize(("usd", "good"), [(0, True), (19, True), (21, False), (50, False)])
def test_films_are_within_what_they_may_cost(usd: float, good: bool) -> None:
    assert _good(lambda: judge_replicate(_spent(usd), NOW)) is good


def test_a_dear_film_is_named() -> None:
    assert _good(lambda: judge_dear_jobs(_spent(5)))
    dear = _spent(20, dear_jobs=[{"id": "j1", "usd": 12.5}])
    with pytest.raises(NotGood, match="j1"):
        judge_dear_jobs(dear)


def test_an_account_without_a_history_has_no_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    moto_additions.install()
    with mock_aws():
        found = Spending(region="us-west-2").month(date(2026, 11, 11))
    assert (found.so_far, found.forecast, found.by_service) == (0, None, ())


def test_a_budget_is_read_with_its_alerts() -> None:
    with mock_aws():
        client = boto3.client("budgets", region_name="us-east-1")
        alert = {
            "NotificationType": "ACTUAL",
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": 80.0,
            "ThresholdType": "PERCENTAGE",
        }
        client.create_budget(
            AccountId=ACCOUNT,
            Budget={
                "BudgetName": "ai-video-monthly",
                "BudgetLimit": {"Amount": "60", "Unit": "USD"},
                "TimeUnit": "MONTHLY",
                "BudgetType": "COST",
            },
            NotificationsWithSubscribers=[{"Notification": alert, "Subscribers": [PERSON]}],
        )
        spending = Spending(region="us-east-1")
        found = spending.budget(ACCOUNT, "ai-video-monthly")
        assert found.limit_usd == 60
        assert found.alerts == (Alert(kind="ACTUAL", percent=80),)
        with pytest.raises(AwsMissing):
            spending.budget(ACCOUNT, "other")


def _group(name: str, usd: str) -> dict[str, Any]:
    return {"Keys": [name], "Metrics": {"UnblendedCost": {"Amount": usd, "Unit": "USD"}}}


@pytest.mark.parametrize("forecast", ["35.5", None])
def test_cost_explorer_is_asked_for_the_month(forecast: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    # A client of its own: one that another test has may be bound to its stand-in.
    spending = Spending(region="us-east-2")
    groups = [_group("Amazon ECS", "8.25"), _group("Amazon RDS", "12")]
    with Stubber(spending.client("ce")) as explorer:
        explorer.add_response(
            "get_cost_and_usage",
            {"ResultsByTime": [{"Groups": groups}]},
            {
                "TimePeriod": {"Start": "2026-11-01", "End": "2026-11-12"},
                "Granularity": "MONTHLY",
                "Metrics": ["UnblendedCost"],
                "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
            },
        )
        if forecast:
            asked = {"Start": "2026-11-11", "End": "2026-12-01"}
            explorer.add_response(
                "get_cost_forecast",
                {"Total": {"Amount": forecast, "Unit": "USD"}},
                {"TimePeriod": asked, "Metric": "UNBLENDED_COST", "Granularity": "MONTHLY"},
            )
        else:
            explorer.add_client_error("get_cost_forecast", "DataUnavailableException")
        found = spending.month(date(2026, 11, 11))
    assert found.so_far == Decimal("20.25")
    assert found.forecast == (Decimal("55.75") if forecast else None)
    assert found.by_service[0] == ("Amazon RDS", Decimal(12))
