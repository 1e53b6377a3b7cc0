"""The price table covers what the configuration uses."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest

from tests.infra.hcl import INFRA, blocks

PRICES: dict[str, Any] = tomllib.loads((INFRA / "prices.toml").read_text())
USED = {labels[1] for labels in blocks("resource")}


def test_every_type_is_priced_or_free() -> None:
    known = {item["type"] for item in PRICES["item"]} | set(PRICES["free"]["types"])
    assert known >= USED, "What would these cost? Say so in infra/prices.toml."


def test_nothing_is_listed_that_is_not_used() -> None:
    priced = {entry["type"] for entry in [*PRICES["item"], *PRICES["usage"]] if "type" in entry}
    assert priced | set(PRICES["free"]["types"]) <= USED


@pytest.mark.parametrize("entry", [*PRICES["item"], *PRICES["usage"]], ids=lambda entry: entry["name"])
def test_every_price_has_its_source_and_date(entry: dict[str, Any]) -> None:
    page, day = entry["source"].split(":", 2)[1].split(", ")[0], entry["source"]
    assert page.startswith("//aws.amazon.com/")
    assert f"{PRICES['about']['as_of']:%Y-%m}" in day
    assert entry["usd"] >= 0


def test_names_of_prices_differ() -> None:
    names = [entry["name"] for entry in [*PRICES["item"], *PRICES["usage"]]]
    assert len(names) == len(set(names))


def test_it_is_of_the_region_that_is_the_default() -> None:
    body = blocks("variable", INFRA / "terraform")["terraform/variables.tf", "aws_region"]
    assert f'"{PRICES["about"]["region"]}"' in body
    assert isinstance(PRICES["about"]["as_of"], date)
