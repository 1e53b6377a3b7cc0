"""The whole deployment on a stand-in for AWS: first, again, and a release that crashes; and no secret leaks.

The flow, the blocks, Terraform, PostgreSQL, Redis and the registry are real; AWS's API is a stand-in.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from rich.console import Console

from app.settings import settings
from blocks.record_store import records_of
from commands.deployment import looking
from commands.deployment.rehearse import Rehearsal, rehearsal
from commands.deployments import CHECKOUT
from commands.explain.explain import explain
from flows.deployment import journal
from sandbox.rehearsal.scenarios import SCENARIOS

pytestmark = pytest.mark.timeout(1500)

CANARY = "r8_canary-f1b0c5d2e94a"
PLAYED = ("first", "nothing", "crash")


@dataclass
class Played:
    """A rehearsal that has been played and still runs."""

    stage: Rehearsal
    documents: dict[str, dict[str, Any]]
    said: io.StringIO
    home: Path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    home = tmp_path_factory.mktemp("home")
    before = dict(os.environ)
    said = io.StringIO()
    os.environ.update({"REELFLOW_HOME": str(home), "REPLICATE_API_TOKEN": CANARY})
    settings.cache_clear()
    try:
        with rehearsal(Console(file=said, width=200), engine="process") as stage:
            documents = {each.name: stage.play(each) for each in SCENARIOS if each.name in PLAYED}
            yield Played(stage, documents, said, home)
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


@pytest.mark.parametrize("name", PLAYED)
def test_it_ends_as_it_must(played: Played, name: str) -> None:
    document = played.documents[name]
    assert document["faults"] == []
    assert document["verdict"] == "passed"


def test_people_were_served_all_the_time(played: Played) -> None:
    used = [document for name, document in played.documents.items() if name != "first"]
    assert all(document["requests"] > 100 for document in used)
    assert {document["failed_requests"] for document in used} == {0}


def test_nothing_was_restarted_for_nothing(played: Played) -> None:
    first, again = played.documents["first"], played.documents["nothing"]
    assert again["serving_release"] != first["serving_release"]
    assert {s["verdict"] for s in again["stages"] if s["name"] in ("build", "push", "roll_out")} == {
        "skipped"
    }


def test_the_bad_release_has_one_cause_and_the_good_one_serves(played: Played) -> None:
    crash = played.documents["crash"]
    assert crash["cause"].startswith("roll_out: crashed: ")
    assert "exit code 3" in crash["cause"]
    assert crash["serving_release"] == played.documents["nothing"]["serving_release"]
    assert httpx.get(f"{played.stage.url}/health", trust_env=False).is_success


def test_the_bad_release_is_explained(played: Played) -> None:
    explained = explain("sandbox")
    assert explained["ok"] is False
    assert explained["cause"]["kind"] == "crashed"
    told = " ".join(line["text"] for line in explained["evidence"])
    assert "exit code 3" in told
    assert "could not be looked at" not in told
    assert explain(explained["release"]) == explained

    environment = played.stage.environment(CHECKOUT)
    newest = journal.newest(records_of(environment), environment.name)
    assert newest is not None
    assert newest.cause is not None
    assert explain(str(newest.flow_runs[-1])) == explained
    assert newest.cause.remedy == explained["cause"]["remedy"]
    assert any("exit code 3" in line for line in newest.cause.evidence)


def test_what_the_commands_see(played: Played) -> None:
    environment = played.stage.environment(CHECKOUT)
    releases, serving = looking.releases(environment, most=10)
    assert serving == played.documents["nothing"]["serving_release"]
    assert [str(release.status) for release in releases] == ["failed", "completed", "completed"]

    status = asyncio.run(looking.status(environment))
    assert status["last_verified"] == serving
    assert status["health"] in ("healthy", "degraded")
    assert all(service["steady"] for service in status["services"].values())

    findings = asyncio.run(looking.findings(environment))
    assert [finding.name for finding in findings if finding.verdict == "NG"] == []
    planned = asyncio.run(looking.plan(environment))
    assert planned["empty"]

    lines: list[str] = []
    asyncio.run(
        looking.logs(
            environment, "backend", since_s=3600, follow=False, tell=lambda line: lines.append(line.text)
        )
    )
    assert any("/health" in line or "Started" in line or "request" in line for line in lines)


def test_the_record_says_it_all(played: Played) -> None:
    environment = played.stage.environment(CHECKOUT)
    newest = journal.newest(records_of(environment), environment.name)
    assert newest is not None
    assert newest.cause is not None
    assert newest.open_branches == ()
    assert newest.serving["backend"].desired_count == 1


def test_no_secret_is_written_anywhere(played: Played) -> None:
    secrets = _secrets()
    assert CANARY in secrets
    assert len(secrets) >= 4
    found = [
        f"{place}: …{text[max(0, at - 40) : at]}"
        for place, text in _written(played)
        for secret in secrets
        if (at := text.find(secret)) >= 0
    ]
    assert found == []


def _secrets() -> list[str]:
    """Every value that Secrets Manager holds."""
    manager = boto3.client("secretsmanager")
    values: list[str] = []
    for entry in manager.list_secrets()["SecretList"]:
        held = json.loads(manager.get_secret_value(SecretId=entry["ARN"])["SecretString"])
        values += [value for key, value in held.items() if key != "username" and len(str(value)) >= 8]
    return values


def _written(played: Played) -> Iterator[tuple[str, str]]:
    """Everything that a person, a log or a store could show afterwards."""
    yield "terminal", played.said.getvalue()
    for log in (played.home / "rehearsal" / "logs").iterdir():
        yield str(log), log.read_text(errors="replace")
    yield "sandbox.log", played.stage.aws.log.read_text(errors="replace")
    with closing(sqlite3.connect(played.home / "rehearsal" / "prefect" / "prefect.db")) as prefect:
        yield "Prefect's database", "\n".join(prefect.iterdump())
    logs = boto3.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            yield group["logGroupName"], "\n".join(event["message"] for event in page["events"])
    s3 = boto3.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        for entry in s3.list_objects_v2(Bucket=name).get("Contents", []):
            body = s3.get_object(Bucket=name, Key=entry["Key"])["Body"].read()
            yield f"s3://{name}/{entry['Key']}", body.decode("utf-8", errors="replace")
