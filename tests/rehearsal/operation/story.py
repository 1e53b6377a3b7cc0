"""Releases that are gone back from, told one after the other, and what is seen of the world after each."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import psycopg
from psycopg import sql

from blocks.database import DatabaseState
from blocks.record_store import records_of
from commands.deployment import deploy
from commands.deployment.looking import environment_outputs
from commands.deployment.rehearse import OPTIONS, Rehearsal
from commands.deployment.showing import watcher
from commands.deployments import CHECKOUT
from flows.deployment import journal
from flows.deployment.release import Release
from flows.rolling_back.options import RollbackOptions
from sandbox.rehearsal.checkout import Change, replaced
from sandbox.rehearsal.scenarios import SCENARIOS, Scenario
from sandbox.rehearsal.traffic import Traffic

QUICKLY = RollbackOptions.model_validate(
    OPTIONS.model_dump(exclude={"ignore_alarms"}) | {"generation": False, "bake_s": 2.0}
)
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
            "ALTER TABLE job_metrics ADD CONSTRAINT ck_rehearsal CHECK (rehearsal <> '') NOT VALID",
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
    """What was done one after the other, and what was seen of it.

    Attributes:
        deployed: the record of each scenario's release.
        seen: each rollback.
        held: what was in the database, by moment.
    """

    stage: Rehearsal
    deployed: dict[str, Release] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    held: dict[str, dict[str, tuple[int, str]]] = field(default_factory=dict)

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
        with psycopg.connect(url_of(environment.database(outputs).describe())) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        assert found is not None
        group = outputs.services["backend"].log_group
        logs = boto3.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
        return found[0], logs["retentionInDays"]


def url_of(database: DatabaseState) -> str:
    """Where a database is, with the password that RDS keeps."""
    manager = boto3.client("secretsmanager")
    secret = json.loads(manager.get_secret_value(SecretId=database.secret_arn or "")["SecretString"])
    user, password = secret["username"], quote(secret["password"])
    return f"postgresql://{user}:{password}@{database.endpoint}:{database.port}/reelflow?sslmode=require"


def contents(database: DatabaseState) -> dict[str, tuple[int, str]]:
    """Of every table: how many rows it has, and a checksum of all that is in them."""
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    rows = "SELECT count(*), md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {} t"
    found: dict[str, tuple[int, str]] = {}
    with psycopg.connect(url_of(database)) as connection:
        for (name,) in connection.execute(tables).fetchall():
            row = connection.execute(sql.SQL(rows).format(sql.Identifier(name))).fetchone()
            assert row is not None
            found[name] = (row[0], row[1])
    return found
