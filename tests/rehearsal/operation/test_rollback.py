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

import pytest
from rich.console import Console

from app.settings import settings
from blocks.record_store import records_of
from commands.deployment import deploy
from commands.deployment.looking import environment_outputs
from commands.deployment.rehearse import OPTIONS, Rehearsal, rehearsal
from commands.deployment.showing import watcher
from commands.deployments import CHECKOUT
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
EXPANDED_AND_CONTRACTED = Scenario(
    "contracted",
    "a column, and after the roll-out a rule on it",
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
        replaced("app/main.py", "Turns a prompt into a finished film.", "Turns a prompt into a film."),
    ),
)


@dataclass
class Story:
    """What was done one after the other, and what was seen of it."""

    stage: Rehearsal
    deployed: dict[str, dict[str, Any]] = field(default_factory=dict)
    rolled_back: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: dict[str, Traffic] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def play(self, scenario: Scenario) -> None:
        # The film of the first is enough: what these show is another thing.
        options = OPTIONS.model_copy(update={"generation": scenario is FIRST, "bake_s": 2.0})
        document = self.stage.play(scenario, options)
        assert document["verdict"] == "passed", document
        self.deployed[scenario.name] = document

    def go_back(self, name: str, options: RollbackOptions) -> None:
        with self.stage.used() as used:
            self.rolled_back[name] = deploy.run(
                self.stage.environment(CHECKOUT),
                options,
                watcher(self.stage.console, environment="sandbox", wait=False),
                self.stage.api,
                flow="rollback",
            )
        self.used[name] = used
        self.versions[name] = self.schema_version()

    def release(self, name: str) -> Release:
        """The record of what was deployed, or gone back to."""
        document = self.rolled_back.get(name) or self.deployed[name]
        environment = self.stage.environment(CHECKOUT)
        found = journal.read(
            records_of(environment), environment.name, document.get("release") or document["serving_release"]
        )
        assert found is not None
        return found

    def schema_version(self) -> str:
        """What the database itself says, asked by the image that serves."""
        environment = self.stage.environment(CHECKOUT)

        async def ask() -> str:
            outputs = await environment_outputs(environment)
            service = environment.service(outputs, "backend")
            result = await service.run_task(
                ["migrate", "local", "status", "--json"],
                outputs.network,
                task_definition=service.running().task_definition,
                deadline_s=120,
            )
            assert result.succeeded, result.cause
            return json.loads(result.log[-1])["current"]

        return asyncio.run(ask())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    before = dict(os.environ)
    os.environ["REELFLOW_HOME"] = str(tmp_path_factory.mktemp("home"))
    settings.cache_clear()
    said = io.StringIO()
    try:
        with rehearsal(Console(file=said, width=200), engine="process") as stage:
            story = Story(stage)
            for scenario in (FIRST, CODE, EXPANDED_AND_CONTRACTED):
                story.play(scenario)
            story.go_back("to code", QUICKLY)
            story.go_back("to first", QUICKLY.model_copy(update={"take_schema_back": True}))
            yield story
    finally:
        print(said.getvalue())  # noqa: T201 - shown when a test fails
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


@pytest.mark.parametrize(("name", "goal"), [("to code", "code"), ("to first", "first")])
def test_the_earlier_release_serves_again(story: Story, name: str, goal: str) -> None:
    document, wanted, found = story.rolled_back[name], story.release(goal), story.release(name)
    assert (document["verdict"], document["goal"]) == ("verified", wanted.id)
    assert document["serving_release"] == document["release"] == found.id
    assert (found.kind, found.image, found.services) == ("rollback", wanted.image, wanted.services)


def test_nobody_noticed(story: Story) -> None:
    assert {name: used.failures for name, used in story.used.items()} == {
        name: {} for name in story.rolled_back
    }
    assert all(used.requests > 100 for used in story.used.values())


def test_what_the_code_before_cannot_run_on_is_undone_after_a_snapshot(story: Story) -> None:
    deployed, found = story.release("contracted").db_schema, story.release("to code").db_schema
    assert deployed is not None
    assert found is not None
    expanded = f"{int(deployed.after or 0) - 1:04d}"
    assert (found.before, found.after) == (deployed.after, expanded)
    assert found.ahead
    assert story.versions["to code"] == expanded
    environment = story.stage.environment(CHECKOUT)
    database = environment.database(asyncio.run(environment_outputs(environment)))
    assert found.snapshot
    taken = database.find_snapshot(found.snapshot)
    assert taken is not None
    assert taken.status == "available"


def test_what_it_can_run_on_is_undone_when_that_is_asked_for(story: Story) -> None:
    found, first = story.release("to first").db_schema, story.release("first").db_schema
    assert found is not None
    assert first is not None
    assert (found.after, found.ahead) == (first.head, False)
    assert story.versions["to first"] == first.head
