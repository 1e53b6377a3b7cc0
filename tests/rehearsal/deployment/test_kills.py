"""Killed in each of its stages, a deployment is finished or undone by the next, and tells no secret."""

from __future__ import annotations

import json

import boto3
import pytest

from flows.deployment.release import Status
from sandbox.rehearsal.checkout import copied, replaced
from tests.rehearsal.deployment.conftest import CHECKOUT, Deployer

pytestmark = pytest.mark.soak

STAGES = (
    "preflight",
    "plan",
    "build",
    "apply",
    "push",
    "prove",
    "expand",
    "roll_out",
    "bake",
    "verify",
    "contract",
)
CONTRACTS = '''"""A step that waits until the release is verified."""

from alembic import op

revision = "9999"
down_revision = "{before}"
phase = "contract"
reversible = True


def upgrade() -> None:
    op.execute("ALTER TABLE job_metrics ADD COLUMN rehearsal text")


def downgrade() -> None:
    op.execute("ALTER TABLE job_metrics DROP COLUMN rehearsal")
'''
BETTER = replaced(
    "app/main.py", "Turns prompts into finished videos.", "Turns a prompt into a finished film."
)


@pytest.mark.timeout(1800)
def test_killed_in_every_stage_the_next_goes_on(deployer: Deployer) -> None:
    versions = deployer.environment.source / "migrations" / "versions"
    before = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
    (versions / "9999_contracts.py").write_text(CONTRACTS.format(before=before))
    for stage in STAGES:
        deployer.kill_in(stage)
    assert deployer.deploy() == 0, deployer.written[-1][-3000:]

    # One release, taken up again and again, and everything was done once.
    assert deployer.statuses == [Status.COMPLETED]
    release = deployer.newest
    assert release is not None
    assert release.verified is not None
    assert len(release.flow_runs) == len(STAGES) + 1
    assert release.db_schema is not None
    assert (release.db_schema.before, release.db_schema.after) == (None, "9999")
    assert not release.open_branches
    assert not deployer.locked
    assert deployer.running() == {name: s.task_definition for name, s in release.services.items()}


@pytest.mark.timeout(600)
def test_afterwards_there_is_nothing_left_to_do(deployer: Deployer) -> None:
    assert deployer.deploy() == 0, deployer.written[-1][-3000:]
    release = deployer.newest
    assert release is not None
    busy = [stage.name for stage in release.stages if stage.status != "skipped"]
    assert busy == ["preflight", "verify"]


@pytest.mark.timeout(900)
def test_killed_in_its_roll_out_another_one_is_undone_first(deployer: Deployer) -> None:
    good, before = deployer.environment.source, deployer.running()
    better = copied(CHECKOUT, deployer.scratch / "better")
    (better / "migrations/versions/9999_contracts.py").write_bytes(
        (good / "migrations/versions/9999_contracts.py").read_bytes()
    )
    BETTER(better)
    deployer.ship(better)
    deployer.kill_when(lambda: deployer.running()["backend"] != before["backend"], "rolling out")
    deployer.ship(good)
    assert deployer.deploy() == 0, deployer.written[-1][-3000:]
    assert deployer.statuses[-2:] == [Status.FAILED, Status.COMPLETED]
    release = deployer.newest
    assert release is not None
    rolled = release.stage("roll_out")
    assert rolled is not None
    assert rolled.status == "skipped"
    assert deployer.running() == before
    assert not deployer.locked


def test_no_secret_was_written_anywhere(deployer: Deployer) -> None:
    secrets = _secrets()
    assert {"SECRET_KEY", "REDIS_PASSWORD", "password"} <= secrets.keys()
    written = {"output": "\n".join(deployer.written)}
    for listed in deployer.records.list(""):
        if not listed.key.endswith((".tfstate", ".tfstate.tflock")):
            written[listed.key] = deployer.records.get_bytes(listed.key).decode()
    # Prefect's logs, states, parameters and artifacts are all in here.
    for file in (deployer.scratch / "prefect").glob("prefect.db*"):
        written[file.name] = file.read_bytes().decode("latin-1")
    written |= _logs()
    assert any(name.startswith("releases/") for name in written)
    found = [
        f"{name} in {place}"
        for place, text in written.items()
        for name, secret in secrets.items()
        if secret in text
    ]
    assert not found


def _secrets() -> dict[str, str]:
    """Every secret of the environment, by its key."""
    client = boto3.client("secretsmanager")
    found: dict[str, str] = {}
    for listed in client.list_secrets()["SecretList"]:
        document = json.loads(client.get_secret_value(SecretId=listed["ARN"])["SecretString"])
        found |= {key: value for key, value in document.items() if value and key != "username"}
    return found


def _logs() -> dict[str, str]:
    """All that tasks have written, by log stream."""
    client = boto3.client("logs")
    return {
        f"{group['logGroupName']}/{stream['logStreamName']}": "\n".join(
            event["message"]
            for event in client.get_log_events(
                logGroupName=group["logGroupName"], logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
        )
        for group in client.describe_log_groups()["logGroups"]
        for stream in client.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]
    }
