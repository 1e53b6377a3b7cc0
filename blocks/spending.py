"""What an account costs: its budget, and what Cost Explorer says of the month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from blocks.aws import AwsBlock, aws_errors

METRIC = "UnblendedCost"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Alert(_Value):
    """When a budget tells: of what is spent (ACTUAL) or will be (FORECASTED), from which percentage on."""

    kind: str
    percent: float


class Budget(_Value):
    """A budget of a month, in US dollars."""

    name: str
    limit_usd: Decimal
    alerts: tuple[Alert, ...]


class MonthCosts(_Value):
    """What Cost Explorer says, in US dollars.

    Attributes:
        so_far: since the month began; of today only what AWS knows yet.
        forecast: the whole month; None when AWS can't tell yet, as in an account's first days.
        by_service: what each service has cost, the dearest first.
    """

    so_far: Decimal
    forecast: Decimal | None
    by_service: tuple[tuple[str, Decimal], ...]


class Spending(AwsBlock):
    """The costs of an account. Raises the errors of `blocks.aws`."""

    _block_type_name = "Spending"
    _block_type_slug = "spending"
    _description = "Tells an account's budget and what the month has cost."
    _code_example = """```python
from datetime import date
from blocks.spending import Spending

Spending.load("prod").month(date.today())
```"""

    def budget(self, account: str, name: str) -> Budget:
        """A budget with its alerts. Raises `AwsMissing` when there is none."""
        budgets = self.client("budgets")
        with aws_errors(f"look up the budget {name}"):
            found = budgets.describe_budget(AccountId=account, BudgetName=name)["Budget"]
            pages = budgets.get_paginator("describe_notifications_for_budget").paginate(
                AccountId=account, BudgetName=name
            )
            alerts = [
                Alert(kind=alert["NotificationType"], percent=float(alert["Threshold"]))
                for page in pages
                for alert in page["Notifications"]
                if alert.get("ThresholdType", "PERCENTAGE") == "PERCENTAGE"
            ]
        return Budget(name=name, limit_usd=Decimal(found["BudgetLimit"]["Amount"]), alerts=tuple(alerts))

    def month(self, today: date) -> MonthCosts:
        """What the month has cost and will, by Cost Explorer: two requests at a cent each.

        Args:
            today: in UTC, as AWS counts days.
        """
        first, after = today.replace(day=1), _next_month(today)
        explorer = self.client("ce")
        with aws_errors("ask Cost Explorer for the month's costs"):
            answer = explorer.get_cost_and_usage(
                TimePeriod={"Start": f"{first}", "End": f"{today + timedelta(days=1)}"},
                Granularity="MONTHLY",
                Metrics=[METRIC],
                GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
            )
        services: dict[str, Decimal] = {}
        for period in answer["ResultsByTime"]:
            for group in period.get("Groups", []):
                name, usd = group["Keys"][0], Decimal(group["Metrics"][METRIC]["Amount"])
                services[name] = services.get(name, Decimal()) + usd
        so_far = sum(services.values(), Decimal())
        dearest = sorted(services.items(), key=lambda item: item[1], reverse=True)
        return MonthCosts(so_far=so_far, forecast=self._rest(today, after, so_far), by_service=tuple(dearest))

    def _rest(self, today: date, after: date, so_far: Decimal) -> Decimal | None:
        explorer = self.client("ce")
        with aws_errors("ask Cost Explorer for a forecast"):
            try:
                answer = explorer.get_cost_forecast(
                    TimePeriod={"Start": f"{today}", "End": f"{after}"},
                    Metric="UNBLENDED_COST",
                    Granularity="MONTHLY",
                )
            except explorer.exceptions.DataUnavailableException:
                return None
        return so_far + Decimal(answer["Total"]["Amount"])


def _next_month(today: date) -> date:
    return today.replace(day=1) + timedelta(days=monthrange(today.year, today.month)[1])
