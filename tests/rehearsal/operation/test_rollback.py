"""Going back on a stand-in for AWS: to the release before, over steps of the schema, and what is refused.

The flows, the blocks, Terraform, PostgreSQL, Redis and the registry are real; AWS's API is a stand-in.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from rich.console import Console

from app.settings import settings
from blocks.database import DatabaseState
from blocks.environment import Environment
from blocks.terraform.taking_over import adoptable
from commands.deployment import looking
from commands.deployment.looking import environment_outputs
from commands.deployment.rehearse import rehearsal
from commands.deployments import CHECKOUT
from commands.rollback import state
from tests.rehearsal.operation.story import (
    CODE,
    CONTRACTED,
    FIRST,
    LONGER_DAYS,
    ONE_WAY,
    Story,
    contents,
)

pytestmark = pytest.mark.timeout(1500)

STATE_KEY = "sandbox/terraform.tfstate"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    before = dict(os.environ)
    os.environ["REELFLOW_HOME"] = str(tmp_path_factory.mktemp("home"))
    settings.cache_clear()
    said = io.StringIO()
    try:
        with rehearsal(Console(file=said, width=200), engine="process") as stage:
            yield _told(Story(stage))
    finally:
        print(said.getvalue())  # noqa: T201 - shown when a test fails
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def _told(story: Story) -> Story:
    stage = story.stage
    for scenario in (FIRST, CONTRACTED):
        story.play(scenario)
    # Tasks are first listed when the roll-out bakes: what was rolled back has to be rolled forward again.
    stage.aws.faults.on("ecs", "ListTasks", error="AccessDeniedException", times=1)
    story.go_back("failing")
    story.go_back("to first")
    # Without the steps that the schema is ahead by.
    stage.good = [FIRST]
    story.play(CODE)
    story.go_back("schema too", take_schema_back=True)
    story.held["before one way"] = contents(_database(story))
    stage.good = [FIRST, CONTRACTED]
    story.play(ONE_WAY)
    story.go_back("refused")
    story.held["one way"] = contents(_database(story))
    return story


@pytest.fixture(scope="module")
def restored(story: Story) -> Story:
    """The story goes on: what was refused is done through the snapshot."""
    story.go_back("restored", restore_snapshot=True)
    story.held["restored"] = contents(_database(story))
    return story


def _database(story: Story, *, before: str = "") -> DatabaseState:
    """The database of now, or the one that a release has put aside."""
    environment = story.stage.environment(CHECKOUT)
    database = environment.database(asyncio.run(environment_outputs(environment)))
    name = f"{database.identifier}-before-{before.lower()}" if before else database.identifier
    return database.model_copy(update={"identifier": name}).describe()


def test_the_last_verified_release_before_it_serves_again(story: Story) -> None:
    first, seen = story.deployed["first"], story.seen["to first"]
    assert (seen.document["verdict"], seen.document["goal"]) == ("verified", first.id)
    found = story.release(seen.document["release"])
    assert seen.document["serving_release"] == found.id
    assert (found.kind, found.image, found.db_schema and found.db_schema.head) == (
        "rollback",
        first.image,
        first.db_schema and first.db_schema.head,
    )
    assert {record.image for record in found.serving.values()} == {first.image and first.image.reference}


def test_nobody_noticed(story: Story) -> None:
    # While databases are exchanged nothing serves.
    used = {name: seen.used for name, seen in story.seen.items() if name != "restored"}
    assert {name: dict(each.failures) for name, each in used.items()} == {name: {} for name in used}
    assert all(each.requests > 100 for each in used.values())


def test_what_the_code_before_cannot_run_on_is_undone_after_a_snapshot(story: Story) -> None:
    contracted, seen = story.deployed["contracted"].db_schema, story.seen["to first"]
    found = story.release(seen.document["release"]).db_schema
    assert contracted is not None
    assert found is not None
    expanded = contracted.steps[-2].version
    assert (found.before, found.after, found.ahead) == (contracted.after, expanded, True)
    assert seen.version == expanded
    environment = story.stage.environment(CHECKOUT)
    database = environment.database(asyncio.run(environment_outputs(environment)))
    assert found.snapshot
    taken = database.find_snapshot(found.snapshot)
    assert taken is not None
    assert taken.status == "available"


def test_the_infrastructure_is_brought_back(story: Story) -> None:
    assert story.seen["to first"].logs_days == 1
    stages = {stage["name"]: stage["status"] for stage in story.seen["to first"].document["stages"]}
    assert stages["apply"] == "done"


def test_a_rollback_that_fails_brings_back_what_served(story: Story) -> None:
    contracted, seen = story.deployed["contracted"], story.seen["failing"]
    assert (seen.document["verdict"], seen.document["serving_release"]) == ("failed", contracted.id)
    assert seen.document["cause_kind"] == "bake.aws_denied"
    assert seen.version == (contracted.db_schema and contracted.db_schema.after)
    assert seen.logs_days == LONGER_DAYS
    branches = story.release(seen.document["release"]).branches
    assert {branch.name: branch.status for branch in branches} == dict.fromkeys(
        ("infrastructure", "make_way", "roll_out"), "run"
    )


def test_code_that_can_live_with_a_schema_ahead_of_it_is_deployed(story: Story) -> None:
    schema, ahead = story.deployed["code"].db_schema, story.seen["to first"].version
    assert schema is not None
    assert (schema.after, schema.ahead) == (ahead, True)


def test_what_it_can_run_on_is_undone_when_that_is_asked_for(story: Story) -> None:
    first, seen = story.deployed["first"].db_schema, story.seen["schema too"]
    found = story.release(seen.document["release"]).db_schema
    assert first is not None
    assert found is not None
    assert (seen.document["goal"], found.after, found.ahead) == (
        story.deployed["first"].id,
        first.head,
        False,
    )
    assert seen.version == first.head


def test_a_one_way_step_is_refused_before_anything_is_touched(story: Story) -> None:
    one_way, seen = story.deployed["one way"], story.seen["refused"]
    assert (seen.document["verdict"], seen.document["serving_release"]) == ("failed", one_way.id)
    assert seen.document["cause_kind"] == "check.one_way_step"
    assert "is one-way" in seen.document["cause"]
    assert seen.version == (one_way.db_schema and one_way.db_schema.after)
    assert [stage["name"] for stage in seen.document["stages"]] == ["choose", "check"]


def test_a_snapshot_takes_the_place_of_the_data_and_nothing_is_lost(
    restored: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    story = restored
    with capsys.disabled():
        print(f"\n{json.dumps(story.held, indent=1, default=str)}")  # noqa: T201
    # What served before the one-way step had itself been taken back, to the first release.
    first, seen = story.deployed["first"], story.seen["restored"]
    assert (seen.document["verdict"], seen.document["goal"]) == ("verified", first.id), seen.document["cause"]
    found = story.release(seen.document["release"])
    assert found.plan is not None
    assert found.plan.destructive
    assert f"restores {story.deployed['one way'].db_schema.snapshot}" in found.plan.summary  # pyright: ignore
    held = story.held
    assert held["restored"] == held["before one way"]
    assert held["restored"]["generation_jobs"][0] >= 1
    # What was written since is where it was, in the instance that was put aside.
    assert contents(_database(story, before=found.id)) == held["one way"]
    assert asyncio.run(looking.plan(_last(story)))["empty"]


# Terraform's state


@pytest.fixture
def last(story: Story) -> Environment:
    """The environment with the infrastructure that it has now."""
    return _last(story)


def _last(story: Story) -> Environment:
    back = "restored" in story.seen and story.seen["restored"].document["verdict"] == "verified"
    return story.stage.environment(story.stage.scratch / (FIRST if back else ONE_WAY).name)


def _newest(environment: Environment) -> dict[str, Any]:
    return state.versions(environment, most=1)["versions"][0]


def _write(environment: Environment, content: bytes) -> None:
    """As something that breaks it would."""
    boto3.client("s3").put_object(Bucket=environment.state_bucket, Key=STATE_KEY, Body=content)


def test_every_version_of_the_state_is_told(last: Environment) -> None:
    found = state.versions(last, most=50)["versions"]
    assert [version["current"] for version in found] == [True, *[False] * (len(found) - 1)]
    serials = [version["serial"] for version in found]
    assert serials == sorted(serials, reverse=True)
    assert len({version["lineage"] for version in found}) == 1
    assert found[0]["resources"] > 70


@pytest.mark.parametrize("harm", ["deleted", "broken"])
def test_a_lost_state_is_put_back_after_its_plan_was_shown(last: Environment, harm: str) -> None:
    good = _newest(last)
    if harm == "deleted":
        boto3.client("s3").delete_object(Bucket=last.state_bucket, Key=STATE_KEY)
    else:
        _write(last, b'{"version": 4, "serial": 1')
    lost = _newest(last)
    assert lost["deleted"] if harm == "deleted" else lost["fault"] == "it is no JSON"

    shown = asyncio.run(state.restore(last, good["id"][:12], lambda _: False))
    assert shown["plan"]["empty"]
    assert _newest(last) == lost

    done = asyncio.run(state.restore(last, good["id"], lambda _: True))
    back = _newest(last)
    assert (done["done"], done["new_version"]) == (True, back["id"])
    assert (back["serial"], back["lineage"]) == (good["serial"] + 1, good["lineage"])
    assert asyncio.run(looking.plan(last))["empty"]
    assert lost["id"] in [version["id"] for version in state.versions(last, most=5)["versions"]]


def test_what_exists_and_is_in_no_state_is_taken_over(last: Environment) -> None:
    good = _newest(last)
    stored = boto3.client("s3").get_object(Bucket=last.state_bucket, Key=STATE_KEY)["Body"].read()
    document = json.loads(stored)
    forgotten = ("aws_db_instance", "aws_s3_bucket", "aws_vpc", "aws_ecs_service", "aws_cloudwatch_log_group")
    kept = [each for each in document["resources"] if each["type"] not in forgotten]
    _write(last, json.dumps(document | {"resources": kept, "serial": good["serial"] + 1}).encode())
    lacking = asyncio.run(looking.plan(last))
    assert {row["Action"] for row in lacking["changes"]} >= {"create"}

    done = asyncio.run(state.adopt(last, lambda _: True))
    assert done["done"]
    assert _types(done["adopted"]) == set(forgotten)
    assert asyncio.run(looking.plan(last))["empty"]
    assert _newest(last)["resources"] == good["resources"]
    assert asyncio.run(state.adopt(last, lambda _: True))["adopted"] == {}


def test_all_is_found_when_no_state_remembers_anything(last: Environment, tmp_path: Path) -> None:
    found = asyncio.run(adoptable(last.terraform, None, state.identifier(last, {}), tmp_path))
    left = [change for change in found.plan.changes if change.action == "create"]
    # A secret's value is not to be read, and a revision of a task definition is made anew.
    assert {change.type for change in left} <= {
        "aws_ecs_task_definition",
        "aws_secretsmanager_secret_version",
    }
    assert {"aws_vpc", "aws_route", "aws_lb_listener", "aws_vpc_security_group_ingress_rule"} <= _types(
        found.ids
    )
    assert found.plan.destructive == ()


def _types(ids: Mapping[str, str]) -> set[str]:
    """The types of resources, by their addresses."""
    return {re.sub(r"module\.[^.]+\.", "", address).split(".")[0] for address in ids}
