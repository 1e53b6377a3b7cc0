"""What an environment costs, looked up: AWS's costs, the budget, and what films have cost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from blocks.aws import AwsError, AwsMissing
from blocks.spending import Budget
from blocks.terraform.cost import Cost, cost_delta
from blocks.terraform.plan import Plan
from flows.deployment.release import Check
from flows.operation import costs
from flows.operation.costs import Month
from flows.operation.looking import looked
from flows.operation.one_off import ask
from flows.operation.standing import Standing

SPENT_WITHIN_S = 300.0


@dataclass(frozen=True)
class Counted:
    """The checks on an environment's money, and the figures for its chart."""

    checks: tuple[Check, ...]
    figures: dict[str, float]

    @property
    def verdict(self) -> str:
        return "bad" if any(check.good is False for check in self.checks) else "good"


async def count(stands: Standing, plan: Plan) -> Counted:
    """Looks at all of it; what can't be told is a line of its own."""
    figures: dict[str, float] = {}
    spending = asyncio.ensure_future(films(stands))
    checks = await asyncio.gather(
        looked("AWS this month", lambda: _month(stands, plan, figures)),
        looked("Replicate this month", lambda: _replicate(stands, spending, figures)),
        looked("Dear films", lambda: _dear(spending)),
    )
    return Counted(tuple(checks), figures)


async def month_of(stands: Standing, plan: Plan) -> Month:
    """What the account costs: by Cost Explorer, or where that can't be had by the price table.

    Raises:
        AwsUnavailable: not now.
    """
    spending = stands.environment.spending()
    try:
        found = await asyncio.to_thread(spending.month, stands.now.date())
    except AwsError as error:
        if error.transient:
            raise
        # It is switched on for an account, and allowed to a role, by somebody; not everywhere.
        return costs.estimated(expected(stands, plan), stands.now)
    if not found.by_service:
        # In an account's first day it knows of nothing yet.
        return costs.estimated(expected(stands, plan), stands.now)
    return costs.explored(found, stands.now)


def expected(stands: Standing, plan: Plan) -> Cost:
    """What stands there costs a month, by the price table."""
    return cost_delta(plan, stands.environment.prices()).before


async def budget_of(stands: Standing) -> Budget:
    """The environment's budget. Raises `AwsMissing` when there is none."""
    where = stands.environment
    return await asyncio.to_thread(where.spending().budget, where.account, f"{where.prefix}-monthly")


async def films(stands: Standing) -> dict[str, Any]:
    """What films have cost, as the image that serves tells.

    Raises:
        NotLooked: nothing serves, or its image does not know the command.
        BlockError: it could not be asked.
    """
    return await ask(
        stands,
        ["spending", "local", "--json"],
        keys=("month_usd", "clips", "alert_usd", "dear_jobs"),
        deadline_s=SPENT_WITHIN_S,
    )


async def _month(stands: Standing, plan: Plan, figures: dict[str, float]) -> str:
    month = await month_of(stands, plan)
    figures["aws_usd"], figures["aws_forecast_usd"] = float(month.so_far), float(month.forecast)
    try:
        budget = await budget_of(stands)
    except AwsMissing:
        budget = None
    return costs.judge_month(month, budget)


async def _replicate(
    stands: Standing, spending: asyncio.Future[dict[str, Any]], figures: dict[str, float]
) -> str:
    found = await asyncio.shield(spending)
    figures["replicate_usd"] = float(found["month_usd"])
    return costs.judge_replicate(found, stands.now)


async def _dear(spending: asyncio.Future[dict[str, Any]]) -> str:
    return costs.judge_dear_jobs(await asyncio.shield(spending))
