"""What decides about money: pure functions over what AWS, the price table and the database say."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from blocks.spending import Budget, MonthCosts
from blocks.terraform.cost import Cost
from flows.deployment.checks import NotGood

# The guide's; the alert at 80 % is infra/terraform's.
REPLICATE_USD = Decimal(60)
BUDGET_USD = Decimal(60)
ALERT_PERCENT = 80.0
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Month:
    """What the account costs this month, in US dollars.

    Attributes:
        so_far, forecast: since the month began, and all of it.
        source: where that is from: Cost Explorer, or the price table.
        dearest: what costs most, in words.
    """

    so_far: Decimal
    forecast: Decimal
    source: str
    dearest: tuple[str, ...] = ()


def elapsed(now: datetime) -> Decimal:
    """The share of the month that is over, by the UTC clock."""
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    days = monthrange(now.year, now.month)[1]
    return Decimal(str(round((now - start).total_seconds() / (days * 86_400), 6)))


def explored(found: MonthCosts, now: datetime) -> Month:
    """The month by Cost Explorer; where it makes no forecast, at the rate of the days so far."""
    share = elapsed(now)
    forecast = found.forecast
    if forecast is None:
        forecast = found.so_far / share if share else found.so_far
    dearest = tuple(f"{name} ${usd.quantize(CENT)}" for name, usd in found.by_service[:3])
    return Month(found.so_far.quantize(CENT), forecast.quantize(CENT), "Cost Explorer", dearest)


def estimated(cost: Cost, now: datetime) -> Month:
    """The month by the price table: what stands there costs so much, the whole month through."""
    sums = defaultdict[str, Decimal](Decimal)
    for item in cost.items:
        sums[item.name] += item.usd
    dearest = sorted(sums.items(), key=lambda each: each[1], reverse=True)[:3]
    words = tuple(f"{name} ${usd.quantize(CENT)}" for name, usd in dearest)
    return Month((cost.usd * elapsed(now)).quantize(CENT), cost.usd, "infra/prices.toml", words)


def judge_month(month: Month, budget: Budget | None) -> str:
    """Whether the month stays within its budget, in words; raises `NotGood` when it won't."""
    limit = budget.limit_usd if budget else BUDGET_USD
    words = (
        f"${month.so_far} so far and ${month.forecast} forecast, of ${limit} ({month.source}"
        + (f"; dearest: {', '.join(month.dearest)}" if month.dearest else "")
        + ")"
    )
    if month.so_far > limit or month.forecast > limit:
        raise NotGood(
            words, "See what costs most; make it smaller in the environment's tfvars, or raise the budget"
        )
    return words


def judge_expected(month: Month, expected: Cost) -> str:
    """Whether AWS charges about what the price table expects, in words.

    A quarter and five dollars more may be usage; beyond that something runs that nobody has planned.
    """
    most = expected.usd * Decimal("1.25") + 5
    words = f"${month.forecast} forecast by {month.source}, ${expected.usd} by the price table"
    if month.forecast > most:
        raise NotGood(words, "See what costs most in Cost Explorer: something runs that nobody has planned")
    if expected.unpriced:
        words += f"; without a price: {', '.join(expected.unpriced)}"
    return words


def judge_budget(budget: Budget) -> str:
    """Whether somebody is told before the money is spent, in words."""
    alerts = ", ".join(f"{alert.kind.lower()} at {alert.percent:g} %" for alert in budget.alerts)
    if budget.limit_usd > BUDGET_USD:
        raise NotGood(
            f"{budget.name} allows ${budget.limit_usd} a month, and the guide ${BUDGET_USD}",
            "Set budget_limit_usd in the environment's tfvars, and deploy",
        )
    if not any(alert.kind == "ACTUAL" and alert.percent <= ALERT_PERCENT for alert in budget.alerts):
        raise NotGood(
            f"{budget.name} tells nobody at {ALERT_PERCENT:g} %: {alerts or 'it has no alert'}",
            "Deploy again: infra/terraform's budget module sets the alerts",
        )
    return f"{budget.name}: ${budget.limit_usd} a month, tells of {alerts}"


def judge_replicate(spent: Mapping[str, Any], now: datetime) -> str:
    """Whether films stay within what they may cost, in words; raises `NotGood` when they won't.

    Args:
        spent: as `reelflow spending local --json` of the image tells.
    """
    usd, share = Decimal(str(spent["month_usd"])), elapsed(now)
    forecast = (usd / share if share else usd).quantize(CENT)
    words = f"${usd.quantize(CENT)} for {spent['clips']} clips, ${forecast} forecast, of ${REPLICATE_USD}"
    if usd > REPLICATE_USD * Decimal(str(ALERT_PERCENT)) / 100 or forecast > REPLICATE_USD:
        raise NotGood(words, "See which films are dear, and who orders them; lower max_concurrent_jobs")
    return words


def judge_dear_jobs(spent: Mapping[str, Any]) -> str:
    """Whether no job was dearer than the operator wants, in words."""
    dear: Sequence[Mapping[str, Any]] = spent["dear_jobs"]
    if dear:
        jobs = ", ".join(f"{job['id']} ${job['usd']:.2f}" for job in dear)
        raise NotGood(
            f"dearer than ${spent['alert_usd']:.2f} each: {jobs}",
            "See what they asked for; the limit is cost_alert_threshold_usd of `reelflow config ENV`",
        )
    return f"no job of the month was dearer than ${spent['alert_usd']:.2f}"
