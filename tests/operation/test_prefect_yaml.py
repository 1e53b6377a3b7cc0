"""prefect.yaml against Prefect's own schema, which ignores what it does not know; and against the flows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
import yaml
from prefect.cli.deploy._models import DeploymentConfig, PrefectYamlModel, RawScheduleConfig, WorkPoolConfig
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.flows import Flow, load_flow_from_entrypoint
from pydantic import BaseModel

from blocks.environment import EnvironmentName
from commands.deployments import CHECKOUT, Pool, deployed_in
from commands.schedules import scheduled

DOCUMENT: dict[str, Any] = yaml.safe_load((CHECKOUT / "prefect.yaml").read_text())
DEPLOYMENTS: list[dict[str, Any]] = DOCUMENT["deployments"]
WATCHING = [each for each in DEPLOYMENTS if each.get("tags") == ["operation"]]


def _name(deployment: dict[str, Any]) -> str:
    return f"{deployment['entrypoint'].rpartition(':')[2]}/{deployment['name']}"


def _unknown(document: dict[str, Any], model: type[BaseModel]) -> set[str]:
    names = set(model.model_fields)
    names |= {field.alias for field in model.model_fields.values() if field.alias}
    return set(document) - names


def _parts() -> Iterator[tuple[str, dict[str, Any], type[BaseModel]]]:
    for each in DEPLOYMENTS:
        yield _name(each), each, DeploymentConfig
        yield f"{_name(each)}: work_pool", each["work_pool"], WorkPoolConfig
        if limit := each.get("concurrency_limit"):
            yield f"{_name(each)}: concurrency_limit", limit, ConcurrencyLimitConfig
        for schedule in each.get("schedules", []):
            yield f"{_name(each)}: schedules", schedule, RawScheduleConfig


def test_prefect_knows_every_word_of_it() -> None:
    # What is defined for use below is no word of Prefect's.
    assert _unknown(DOCUMENT, PrefectYamlModel) == {"definitions"}
    PrefectYamlModel.model_validate(DOCUMENT)
    for name, document, model in _parts():
        assert _unknown(document, model) == set(), name
        model.model_validate(document)


def test_no_deployment_is_there_twice() -> None:
    names = [_name(each) for each in DEPLOYMENTS]
    assert sorted(names) == sorted(set(names))
    assert {each["work_pool"]["name"] for each in DEPLOYMENTS} == set(Pool)


@pytest.mark.parametrize("environment", get_args(EnvironmentName))
def test_a_command_applies_those_of_its_environment(environment: str) -> None:
    applied = deployed_in(Pool.DEPLOY, CHECKOUT / "prefect.yaml", environment)
    of_it = [each for each in DEPLOYMENTS if each.get("parameters", {}).get("environment") == environment]
    assert applied == [_name(each) for each in of_it]
    assert f"deploy/{environment}" in applied
    assert set(applied) < set(deployed_in(Pool.DEPLOY, CHECKOUT / "prefect.yaml", None))


@pytest.mark.parametrize("entrypoint", sorted({each["entrypoint"] for each in DEPLOYMENTS}))
def test_its_flow_takes_its_parameters(entrypoint: str) -> None:
    loaded: Flow[..., Any] = load_flow_from_entrypoint(str(CHECKOUT / entrypoint), use_placeholder_flow=False)
    # Commands and automations find a deployment by its flow's name.
    assert loaded.name.replace("-", "_") == entrypoint.rpartition(":")[2]
    # Our worker runs no hooks: see commands/flow_process.py.
    assert not loaded.on_cancellation_hooks
    assert not loaded.on_crashed_hooks
    for each in DEPLOYMENTS:
        if each["entrypoint"] == entrypoint and each.get("parameters"):
            loaded.validate_parameters(each["parameters"])


def test_what_looks_after_an_environment_never_piles_up() -> None:
    assert WATCHING
    for each in WATCHING:
        assert each["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}, _name(each)
        assert each["parameters"] == {"environment": each["name"]}


def test_each_flow_looks_after_every_environment_and_prod_and_staging_by_themselves() -> None:
    found: dict[str, dict[str, bool]] = {}
    for name, environment, active in scheduled(DOCUMENT):
        found.setdefault(name.partition("/")[0], {})[environment] = active
    assert "health-check" in found
    for flow, active in found.items():
        assert set(active) == set(get_args(EnvironmentName)), flow
        assert {name for name, on in active.items() if on} == {"prod", "staging"}, flow
