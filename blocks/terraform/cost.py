"""What a plan costs a month, item by item, by the price table in infra/prices.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from blocks.terraform.plan import Plan, ResourceChange

CENT = Decimal("0.01")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class About(_Value):
    """Of which region the prices are, and from when."""

    currency: str = "USD"
    region: str
    as_of: date
    hours_per_month: Decimal = Decimal(730)


class PricedItem(_Value):
    """The price of one thing about resources of a type.

    Attributes:
        when: attributes that must be as given, compared as text; paths as `a.0.b`, or `@name` for a fact
            that the outputs tell: `@desired_count`, `@spot`, `@public_ip`.
        usd: for one unit and hour or month.
        times: attributes whose numbers multiply the price; one that is not there counts as 1.
        divide: by which the product is divided, such as 1024 CPU units to a vCPU.
    """

    name: str
    type: str
    when: dict[str, str | int | float | bool] = {}
    usd: Decimal
    per: Literal["hour", "month"]
    times: tuple[str, ...] = ()
    divide: Decimal = Decimal(1)
    source: str = ""


class UsageItem(_Value):
    """What no resource states: a quantity a month that is assumed.

    Attributes:
        type: it counts only if there is a resource of this type.
    """

    name: str
    usd: Decimal
    quantity: Decimal
    unit: str
    assumption: str
    type: str | None = None
    source: str = ""


class Free(_Value):
    """Types of resources that cost nothing by themselves."""

    types: frozenset[str] = frozenset()


class Prices(_Value):
    """The price table."""

    about: About
    item: tuple[PricedItem, ...] = ()
    usage: tuple[UsageItem, ...] = ()
    free: Free = Field(default_factory=Free)


class CostItem(_Value):
    """A line of the estimate: what, of which resource, at how many dollars a month."""

    name: str
    address: str
    usd: Decimal


class Cost(_Value):
    """What an environment costs a month.

    Attributes:
        items: in the order of the table; usage has no address.
        unpriced: the types that the table does not know: their cost is missing from the sum.
    """

    items: tuple[CostItem, ...] = ()
    unpriced: tuple[str, ...] = ()

    @property
    def usd(self) -> Decimal:
        """The sum, in whole cents."""
        return sum((item.usd for item in self.items), Decimal()).quantize(CENT)


class CostDelta(_Value):
    """What a plan does to the monthly bill. `items` are those that differ, with their difference."""

    before: Cost
    after: Cost
    items: tuple[CostItem, ...]

    @property
    def usd(self) -> Decimal:
        return self.after.usd - self.before.usd


def read_prices(file: Path) -> Prices:
    """Reads the table. Raises pydantic's ValidationError where it is not as described above."""
    return Prices.model_validate(tomllib.loads(file.read_text()))


def monthly_cost(
    resources: Iterable[tuple[str, str, Mapping[str, Any]]], outputs: Mapping[str, Any], prices: Prices
) -> Cost:
    """What resources cost a month.

    Args:
        resources: address, type and attributes of each.
        outputs: by name, for what only they tell: how many tasks of a family are to run, and where.
        prices: the table.
    """
    resources = list(resources)
    types = {type_ for _, type_, _ in resources}
    items = []
    for priced in prices.item:
        for address, type_, attributes in resources:
            if type_ == priced.type:
                facts = _facts(attributes, outputs)
                if all(
                    _text(_lookup(path, attributes, facts)) == _text(v) for path, v in priced.when.items()
                ):
                    usd = _price(priced, attributes, facts, prices.about.hours_per_month)
                    items.append(CostItem(name=priced.name, address=address, usd=usd))
    for usage in prices.usage:
        if usage.type is None or usage.type in types:
            items.append(CostItem(name=usage.name, address="", usd=_cents(usage.usd * usage.quantity)))
    known = {priced.type for priced in prices.item} | {u.type for u in prices.usage} | prices.free.types
    return Cost(items=tuple(items), unpriced=tuple(sorted(types - known)))


def cost_delta(plan: Plan, prices: Prices) -> CostDelta:
    """What a plan does to the monthly bill."""
    before = monthly_cost(_standing(plan.resources), _outputs_before(plan), prices)
    after = monthly_cost(_planned(plan.resources), _outputs_after(plan), prices)
    return CostDelta(before=before, after=after, items=_difference(before, after))


def _standing(resources: Sequence[ResourceChange]) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [(r.address, r.type, r.before) for r in resources if r.before is not None]


def _planned(resources: Sequence[ResourceChange]) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [(r.address, r.type, r.after) for r in resources if r.after is not None]


def _outputs_before(plan: Plan) -> dict[str, Any]:
    return {output.name: output.before for output in plan.outputs if output.before is not None}


def _outputs_after(plan: Plan) -> dict[str, Any]:
    return {output.name: output.after for output in plan.outputs if output.after is not None}


def _difference(before: Cost, after: Cost) -> tuple[CostItem, ...]:
    sums: dict[tuple[str, str], Decimal] = {}
    for sign, cost in ((-1, before), (1, after)):
        for item in cost.items:
            key = item.name, item.address
            sums[key] = sums.get(key, Decimal()) + sign * item.usd
    return tuple(CostItem(name=n, address=a, usd=usd) for (n, a), usd in sums.items() if usd)


def _facts(attributes: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the outputs tell of the tasks of a family: the services themselves are created with none."""
    services, network = outputs.get("services"), outputs.get("network")
    named = services.values() if isinstance(services, Mapping) else ()
    service = next(
        (s for s in named if isinstance(s, Mapping) and s.get("family") == attributes.get("family")), {}
    )
    public_ip = network.get("assign_public_ip", False) if isinstance(network, Mapping) else False
    return {
        # A family that no service is made of, as that of a scheduled task, stands for none.
        "@desired_count": service.get("desired_count", 0),
        "@spot": service.get("spot", False),
        "@public_ip": public_ip,
    }


def _price(
    priced: PricedItem, attributes: Mapping[str, Any], facts: Mapping[str, Any], hours_per_month: Decimal
) -> Decimal:
    usd = priced.usd * (hours_per_month if priced.per == "hour" else 1)
    for path in priced.times:
        usd *= _number(_lookup(path, attributes, facts))
    return _cents(usd / priced.divide)


def _lookup(path: str, attributes: Mapping[str, Any], facts: Mapping[str, Any]) -> Any:
    if path.startswith("@"):
        return facts.get(path)
    found: Any = attributes
    for step in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def _text(value: Any) -> str:
    """As Terraform writes it: an attribute that is not set is false."""
    if value is None or isinstance(value, bool):
        return str(bool(value)).lower()
    return str(value)


def _number(value: Any) -> Decimal:
    if value is None or isinstance(value, bool):
        return Decimal(1)
    return Decimal(str(value))


def _cents(usd: Decimal) -> Decimal:
    return usd.quantize(Decimal("0.0001"))
