"""Terraform is asked for its outputs when its state has changed, and not before."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from blocks.record_store import RecordStore
from blocks.terraform.outputs import NetworkOutputs, Outputs
from flows.operation.standing import outputs_of

STATE = "dev/terraform.tfstate"


def _outputs(bucket: str) -> Outputs:
    names = {name: "x" for name, kind in Outputs.model_fields.items() if kind.is_required()}
    network = NetworkOutputs(subnet_ids=(), security_group_ids=(), assign_public_ip=False)
    return Outputs.model_validate(names | {"services": {}, "network": network, "media_bucket": bucket})


@dataclass
class Terraform:
    """Counts how often it is asked."""

    backend_config: dict[str, str] = field(default_factory=lambda: {"key": STATE})
    bucket: str = "first"
    asked: int = 0

    async def outputs(self) -> Outputs:
        self.asked += 1
        return _outputs(self.bucket)


@dataclass
class Place:
    """As much of an environment as is looked at."""

    terraform: Terraform
    name: str = "dev"


def test_outputs_are_asked_for_when_the_state_has_changed(records: RecordStore) -> None:
    terraform = Terraform()
    place: Any = Place(terraform)

    def told() -> str:
        return asyncio.run(outputs_of(place, records)).media_bucket

    # Without a state nothing is remembered.
    assert [told(), told()] == ["first", "first"]
    assert terraform.asked == 2
    version = records.write(STATE, b"{}", replaces=None)
    assert [told(), told(), told()] == ["first"] * 3
    assert terraform.asked == 3
    terraform.bucket = "second"
    records.write(STATE, b'{"serial": 2}', replaces=version)
    assert [told(), told()] == ["second"] * 2
    assert terraform.asked == 4
