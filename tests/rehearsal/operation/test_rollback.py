"""Going back on a stand-in for AWS: to the release before, over steps of the schema, and what is refused.

The flows, the blocks, Terraform, PostgreSQL, Redis and the registry are real; AWS's API is a stand-in.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import psycopg
import pytest
from rich.console import Console

from app.settings import settings
from blocks.environment import Environment
from blocks.record_store import records_of
from blocks.terraform import Outputs
from commands.deployment import deploy, looking
from commands.deployment.looking import environment_outputs
from commands.deployment.rehearse import OPTIONS, Rehearsal, rehearsal
from commands.deployment.showing import watcher
from commands.deployments import CHECKOUT
from commands.rollback import state
from flows.deployment import journal
from flows.deployment.release import Release
from flows.rolling_back.options import RollbackOptions
from sandbox.rehearsal.checkout import Change, replaced
from sandbox.rehearsal.scenarios import SCENARIOS, Scenario
from sandbox.rehearsal.traffic import Traffic

pytestmark = pytest.mark.timeout(1500)

QUICKLY = RollbackOptions.model_validate(
    OPTIONS.model_dump(exclude={"ignore_alarms"}) | {"generation": False, "bake_s": 2.0}
)
STATE_KEY = "sandbox/terraform.tfstate"
LONGER_DAYS = 3
LOGS_LONGER = f"log_retention_days  = {LONGER_DAYS}"
STEP = '''"""{words}."""

from alembic import op

revision = "{revision}"
down_revision = "{before}"
phase = "{phase}"
reversible = {reversible}


def upgrade() -> None:
    op.execute("{up}")


def downgrade() -> None:
    op.execute("{down}")
'''


def _step(words: str, phase: str, up: str, down: str = "", *, reversible: bool = True) -> Change:
    """Adds a step after the newest one, whichever that is."""

    def change(checkout: Path) -> None:
        versions = checkout / "migrations" / "versions"
        before = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
        revision = f"{int(before) + 1:04d}"
        text = STEP.format(
            revision=revision,
            before=before,
            phase=phase,
            words=words,
            up=up,
            down=down,
            reversible=reversible,
        )
        (versions / f"{revision}_rehearsal.py").write_text(text)

    return change


def _together(*changes: Change) -> Change:
    def change(checkout: Path) -> None:
        for one in changes:
            one(checkout)

    return change


FIRST, CODE = SCENARIOS[:2]
CONTRACTED = Scenario(
    "contracted",
    "a column, after the roll-out a rule on it, and logs that are kept for longer",
    _together(
        _step(
            "A column",
            "expand",
            "ALTER TABLE job_metrics ADD COLUMN rehearsal text",
            "ALTER TABLE job_metrics DROP COLUMN rehearsal",
        ),
        _step(
            "A rule",
            "contract",
            "ALTER TABLE job_metrics ADD CONSTRAINT ck_rehearsal CHECK (rehearsal <> '')",
            "ALTER TABLE job_metrics DROP CONSTRAINT ck_rehearsal",
        ),
        replaced("app/main.py", "Turns prompts into finished videos.", "Turns prompts into videos."),
        replaced("infra/terraform/environments/sandbox.tfvars", "log_retention_days  = 1", LOGS_LONGER),
    ),
)
ONE_WAY = Scenario(
    "one way",
    "a view that the code before needs is gone for good",
    _step("Forgets why", "contract", "ALTER TABLE job_metrics DROP COLUMN rehearsal", reversible=False),
)


@dataclass
class Seen:
    """A rollback, and what was seen of the world after it.

    Attributes:
        version: of the schema, as the database says.
        logs_days: how long the API's log is kept: what stands for the infrastructure.
    """

    document: dict[str, Any]
    used: Traffic
    version: str
    logs_days: int


@dataclass
class Story:
    """What was done one after the other, and what was seen of it."""

    stage: Rehearsal
    deployed: dict[str, Release] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)

    def play(self, scenario: Scenario) -> None:
        # The film of the first is enough: what these show is another thing.
        options = OPTIONS.model_copy(update={"generation": scenario is FIRST, "bake_s": 2.0})
        document = self.stage.play(scenario, options)
        assert document["verdict"] == "passed", document
        self.deployed[scenario.name] = self.release(document["serving_release"])

    def go_back(self, name: str, **options: Any) -> None:
        environment = self.stage.environment(CHECKOUT)
        with self.stage.used() as used:
            document = deploy.run(
                environment,
                QUICKLY.model_copy(update=options),
                watcher(self.stage.console, environment=environment.name, wait=False),
                self.stage.api,
                flow="rollback",
            )
        self.seen[name] = Seen(document, used, *asyncio.run(self._look()))

    def release(self, release_id: str) -> Release:
        """A release's record."""
        environment = self.stage.environment(CHECKOUT)
        found = journal.read(records_of(environment), environment.name, release_id)
        assert found is not None
        return found

    async def _look(self) -> tuple[str, int]:
        environment = self.stage.environment(CHECKOUT)
        outputs = await environment_outputs(environment)
        # The one before this may be asked about by code that does not know it: the database itself knows.
        with psycopg.connect(database_url(outputs)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        assert found is not None
        group = outputs.services["backend"].log_group
        logs = boto3.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
        return found[0], logs["retentionInDays"]


def database_url(outputs: Outputs) -> str:
    """Where the database is, with the password that RDS keeps."""
    manager = boto3.client("secretsmanager")
    secret = json.loads(manager.get_secret_value(SecretId=outputs.database_secret_arn)["SecretString"])
    return (
        f"postgresql://{secret['username']}:{quote(secret['password'])}@{outputs.database_endpoint}/reelflow"
        "?sslmode=require"
    )


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
    # Nobody may look at the alarms just once: what was rolled back is rolled forward again.
    stage.aws.faults.on("cloudwatch", "DescribeAlarms", error="AccessDeniedException", times=1)
    story.go_back("failing")
    story.go_back("to first")
    # Without the steps that the schema is ahead by.
    stage.good = [FIRST]
    story.play(CODE)
    story.go_back("schema too", take_schema_back=True)
    stage.good = [FIRST, CONTRACTED]
    story.play(ONE_WAY)
    story.go_back("refused")
    return story


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
    assert {name: dict(seen.used.failures) for name, seen in story.seen.items()} == {
        name: {} for name in story.seen
    }
    assert all(seen.used.requests > 100 for seen in story.seen.values())


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


# Terraform's state


@pytest.fixture
def last(story: Story) -> Environment:
    """The environment as it was deployed last."""
    return story.stage.environment(story.stage.scratch / ONE_WAY.name)


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
    types = {address.rpartition("module.")[2].split(".")[1] for address in done["adopted"]}
    assert types == set(forgotten)
    assert asyncio.run(looking.plan(last))["empty"]
    assert _newest(last)["resources"] == good["resources"]
    assert asyncio.run(state.adopt(last, lambda _: True))["adopted"] == {}
