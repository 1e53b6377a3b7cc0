"""The schema of a deployed environment: moved by command, backed up, restored, and changes of it proved.

PostgreSQL, pg_dump, the flows and the image are real; AWS's API is a stand-in.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from rich.console import Console

from app import migrate
from app.settings import settings
from blocks.record_store import records_of
from commands.deployment.looking import environment_outputs
from commands.deployment.rehearse import OPTIONS, Rehearsal, rehearsal
from commands.deployments import CHECKOUT
from commands.schema import remote
from flows.deployment import journal, lock
from flows.schema.proofs import Proof
from sandbox.rehearsal import changes
from sandbox.rehearsal.harm import Scene
from sandbox.rehearsal.harm.parts import connected
from sandbox.rehearsal.scenarios import SCENARIOS, Scenario

pytestmark = pytest.mark.timeout(1500)

HEAD = migrate.steps()[-1].version
FIRST = SCENARIOS[0]
BAD = Scenario(
    "other_units",
    "a rule that the release before breaks",
    changes.other_units,
    failure=frozenset({"prove.previous_image"}),
)
LOCKING = Scenario(
    "locking",
    "an index that keeps writers out",
    changes.step(up="CREATE INDEX rehearsed ON clips (frames)", down="DROP INDEX rehearsed"),
    failure=frozenset({"prove.lint"}),
)
GOOD = Scenario("column", "a new column", changes.step())
QUICKLY = OPTIONS.model_copy(update={"bake_s": 2.0, "generation": False})


@dataclass
class Story:
    """What was done one after the other, and what was seen of it."""

    stage: Rehearsal
    played: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def play(self, scenario: Scenario) -> None:
        # The film of the first is enough: what these show is another thing.
        options = OPTIONS if scenario is FIRST else QUICKLY
        self.played[scenario.name] = self.stage.play(scenario, options)
        self.versions[scenario.name] = self.version()

    def command(self, name: str, *arguments: str) -> None:
        """Runs a command of the terminal, and keeps what it has said."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments, "--json"],
            cwd=CHECKOUT,
            env=os.environ | self.stage.aws.environment() | {"PREFECT_API_URL": self.stage.api},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        self.versions[name] = self.version()
        if done.returncode:
            self.refused[name] = done
        else:
            self.said[name] = json.loads(done.stdout)

    def flow(self, flow: str, **parameters: Any) -> None:
        self.said[flow] = remote.run(self.stage.environment(CHECKOUT), flow, parameters)

    def scene(self) -> Scene:
        environment = self.stage.environment(CHECKOUT)
        outputs = asyncio.run(environment_outputs(environment))
        return Scene(self.stage.aws, environment, outputs, None)

    def version(self) -> str:
        with connected(self.scene()) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        assert row
        return row[0]

    def proof(self, scenario: Scenario) -> Proof:
        """The proof that the release of a scenario remembers."""
        environment = self.stage.environment(CHECKOUT)
        records = records_of(environment)
        release_id = self.played[scenario.name]["serving_release"]
        release = journal.read(records, environment.name, release_id)
        assert release
        assert release.proof
        found = records.read(release.proof)
        assert found
        return Proof.model_validate_json(found.content)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    before = dict(os.environ)
    os.environ["REELFLOW_HOME"] = str(tmp_path_factory.mktemp("home"))
    settings.cache_clear()
    try:
        with rehearsal(Console(stderr=True, width=200), engine="process") as stage:
            told = Story(stage)
            told.play(FIRST)
            if told.stage.last_good:
                _tell(told)
            yield told
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def _tell(story: Story) -> None:
    story.command("status", "migrate", "sandbox", "status")
    story.command("down", "migrate", "sandbox", "down", "--to", "0001")
    story.command("nowhere", "migrate", "sandbox", "down", "--to", "0003")
    story.command("up", "migrate", "sandbox", "up")
    story.flow("backup", snapshot=True)
    story.flow("restore-drill")
    story.command("backups", "backups", "sandbox")
    story.play(LOCKING)
    story.play(BAD)
    story.play(GOOD)
    story.command("after", "migrate", "sandbox", "status")


def test_the_first_has_nothing_to_prove(story: Story) -> None:
    first = story.played["first"]
    assert first["faults"] == []
    assert {s["name"]: s["verdict"] for s in first["stages"]}["prove"] == "skipped"


def test_the_schema_is_moved_by_command(story: Story) -> None:
    assert (story.said["status"]["current"], story.said["status"]["pending"]) == (HEAD, [])
    down, up = story.said["down"], story.said["up"]
    assert (down["from"], down["to"], story.versions["down"]) == (HEAD, "0001", "0001")
    assert (up["from"], up["to"], story.versions["up"]) == ("0001", HEAD, HEAD)
    assert "has no step '0003'" in story.refused["nowhere"].stderr
    assert story.versions["nowhere"] == "0001"
    assert lock.holder(story.scene().records, "sandbox") is None


def test_a_snapshot_is_kept_of_what_is_lost(story: Story) -> None:
    # The second step's way back drops columns; the third's only an index.
    name = story.said["down"]["snapshot"]
    snapshots = boto3.client("rds").describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
    assert [found["Status"] for found in snapshots] == ["available"]
    assert story.said["up"]["snapshot"] is None


def test_the_backup_is_in_the_media_bucket(story: Story) -> None:
    made = story.said["backup"]
    assert made["ok"], made["message"]
    backup, scene = made["record"]["backup"], story.scene()
    assert backup["schema_version"] == HEAD
    with connected(scene) as connection:
        row = connection.execute("SELECT count(*) FROM generation_jobs").fetchone()
    # The films that verified the release.
    assert backup["tables"]["generation_jobs"]["rows"] == (row and row[0]) == 1
    head = boto3.client("s3").head_object(
        Bucket=scene.outputs.media_bucket, Key=f"backups/{backup['id']}/database.dump"
    )
    assert head["ContentLength"] == backup["size_bytes"]
    assert head["ServerSideEncryption"] == "AES256"
    assert made["record"]["snapshot"].startswith("sandbox-backup-")


def test_it_was_restored_and_is_the_same(story: Story) -> None:
    tried = story.said["restore-drill"]
    assert tried["ok"], tried["message"]
    drill, backup = tried["record"]["drill"], story.said["backup"]["record"]["backup"]
    assert drill["backup"] == backup["id"]
    assert drill["rows"] == sum(table["rows"] for table in backup["tables"].values()) > 10
    listed = story.said["backups"]
    assert [each["backup"]["id"] for each in listed["backups"]] == [backup["id"]]
    assert [each["drill"]["backup"] for each in listed["drills"]] == [backup["id"]]


@pytest.mark.parametrize("scenario", [LOCKING, BAD], ids=lambda scenario: scenario.name)
def test_a_bad_step_is_refused_with_nothing_changed(story: Story, scenario: Scenario) -> None:
    played = story.played[scenario.name]
    assert played["faults"] == []
    assert story.versions[scenario.name] == HEAD
    assert played["serving_release"] == story.played["first"]["serving_release"]
    assert played["requests"] > 100
    assert played["failed_requests"] == 0
    stages = {stage["name"] for stage in played["stages"]}
    assert not stages & {"expand", "roll_out"}


def test_the_cause_says_what_the_release_before_can_not_do(story: Story) -> None:
    cause = story.played["other_units"]["cause"]
    assert cause.startswith("prove: previous_image: Worker: ")
    assert "rehearsed" in cause
    assert "expand so that the release before can live with it" in cause


def test_a_good_step_is_proved_on_the_backup(story: Story) -> None:
    assert story.played["column"]["faults"] == []
    assert int(story.versions["column"]) == int(HEAD) + 1
    proof = story.proof(GOOD)
    (part,) = proof.parts
    assert part.source == f"backup {story.said['backup']['record']['backup']['id']}"
    assert [(lock.table, lock.blocks) for lock in proof.locks] == [("job_metrics", "reads and writes")]
    assert 0 < proof.locks[0].seconds < 5
    assert [look.name for look in part.looks if look.good] == ["Tables", "API", "Worker"]
    assert [look.name for look in proof.lived if look.good] == ["Tables", "API", "Worker"]
    assert part.down_to == HEAD


def test_no_copy_is_left(story: Story) -> None:
    with connected(story.scene()) as connection:
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
    assert not {name for name in names if name.startswith("reelflow_")}


def test_no_film_of_the_copy_was_made(story: Story) -> None:
    """What is tried on a copy reaches neither Prefect nor the media."""
    with connected(story.scene()) as connection:
        prompts = {row[0] for row in connection.execute("SELECT prompt FROM generation_jobs")}
    assert not any("red kettle" in prompt for prompt in prompts)


def test_a_service_sees_no_backup(story: Story) -> None:
    """The rights of the API's role are those of its policies: it can't read what it must not have."""
    scene = story.scene()

    async def read() -> str:
        service = scene.environment.service(scene.outputs, "backend")
        result = await service.run_task(
            ["drill", "local", "--json"],
            scene.outputs.network,
            task_definition=service.running().task_definition,
            deadline_s=120,
        )
        assert not result.succeeded
        return "\n".join(result.log)

    said = asyncio.run(read())
    assert "AccessDenied" in said
