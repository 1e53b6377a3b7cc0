"""Every source has its time, and one that fails is told and hides no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from blocks.environment import Environment
from blocks.terraform.errors import TerraformFailed
from blocks.terraform.events import Diagnostic
from flows.deployment.release import Cause
from flows.explaining import enrich, gather
from flows.explaining.findings import Evidence, Fault
from flows.explaining.sources import Source
from flows.explaining.subject import Subject
from tests.explaining import documents as d

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 25, tzinfo=UTC)
CAUSE = Cause(stage="apply", kind="terraform_failed", message="terraform apply failed: x", remedy="See")
EXISTS = Diagnostic("error", "creating RDS DB Instance (ai-video-db)", "DBInstanceAlreadyExists")


def environment(holder: str = "") -> Environment:
    def state_lock() -> str:
        if holder == "broken":
            raise RuntimeError("no way to S3")
        return holder

    values = SimpleNamespace(
        name="prod", region="us-east-2", credentials=None, terraform=SimpleNamespace(state_lock=state_lock)
    )
    return cast(Environment, values)


def subject(where: Environment, stage: str = "apply") -> Subject:
    fault = Fault(stage=stage, kind="terraform_failed", message="terraform apply failed")
    return Subject(environment=where, outputs=None, release=None, fault=fault, since=NOW)


@pytest.fixture
def never() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


async def test_what_was_found_is_put_together() -> None:
    told = await gather.gather(subject(environment("root@build-7")), diagnostics=[EXISTS])
    assert told.state_lock == "root@build-7"
    assert told.diagnostics == (d.diagnostic(EXISTS.summary, EXISTS.detail),)
    assert told.gaps == ()


async def test_a_source_that_fails_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    def sources(_subject: Subject) -> Iterator[Source]:
        yield Source("RDS", lambda: {}["missing"])
        yield Source("alarms", lambda: {"alarms": ("prod-5xx",)})
        yield Source("more alarms", lambda: {"alarms": ("prod-cpu",)})

    monkeypatch.setattr(gather, "first", sources)
    told = await gather.gather(subject(environment()))
    assert told.alarms == ("prod-5xx", "prod-cpu")
    assert [(gap.source, gap.why) for gap in told.gaps] == [("RDS", "'missing'")]


async def test_a_source_that_hangs_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, never: threading.Event
) -> None:
    def sources(_subject: Subject) -> Iterator[Source]:
        yield Source("RDS", lambda: {"alarms": (str(never.wait()),)})
        yield Source("alarms", lambda: {"alarms": ("prod-5xx",)})

    monkeypatch.setattr(gather, "first", sources)
    told = await gather.gather(subject(environment()), within_s=0.1)
    assert told.alarms == ("prod-5xx",)
    assert [gap.why for gap in told.gaps] == ["no answer within 0.1 s"]


# What a failed deployment makes of it


class _Records:
    """A store that remembers what was written last, or that can't be used."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.written: dict[str, bytes] = {}

    def read(self, key: str) -> None:
        if self.broken:
            raise RuntimeError("no way to S3")

    def write(self, key: str, content: bytes, *, replaces: str | None) -> None:
        self.written[key] = content


def deployment(records: _Records | None = None, holder: str = "") -> Any:
    return SimpleNamespace(
        environment=environment(holder),
        records=records or _Records(),
        release=SimpleNamespace(id="20261125T000000Z", started=NOW),
    )


async def test_a_cause_gets_its_evidence_and_a_more_exact_next_step() -> None:
    run = deployment()
    wrapped = RuntimeError("a stage")
    wrapped.__cause__ = TerraformFailed("terraform apply failed", "x", "See", (EXISTS,))
    found = await enrich.explained(run, CAUSE, wrapped)
    assert (found.stage, found.kind, found.message) == (CAUSE.stage, CAUSE.kind, CAUSE.message)
    assert "reelflow state restore prod" in found.remedy
    assert found.evidence[0].startswith("A database of that name exists already: The database ai-video-db")
    assert "Terraform: creating RDS DB Instance (ai-video-db): DBInstanceAlreadyExists" in found.evidence
    assert list(run.records.written) == ["prod/findings/20261125T000000Z.json"]


def test_a_fault_that_was_raised_from_itself_has_an_end() -> None:
    fault = RuntimeError("a stage that names its cause itself")
    fault.__cause__ = fault
    assert list(enrich.diagnostics(fault)) == []


async def test_what_no_rule_knows_stays_as_it_was() -> None:
    odd = CAUSE.model_copy(update={"kind": "odd"})
    assert await enrich.explained(deployment(), odd, None) == odd


async def test_what_is_clear_is_not_looked_into() -> None:
    clear = CAUSE.model_copy(update={"kind": "refused"})
    run = deployment()
    assert await enrich.explained(run, clear, None) == clear
    assert run.records.written == {}


async def test_a_fault_of_the_explainer_hides_nothing() -> None:
    run = deployment(_Records(broken=True), holder="broken")
    fault = TerraformFailed("terraform apply failed", "x", "See", (EXISTS,))
    found = await enrich.explained(run, CAUSE, fault)
    assert found.evidence[0].startswith("A database of that name")
    assert "Terraform's state lock: could not be looked at: no way to S3" in found.evidence


async def test_the_last_verified_release_does_not_wait_for_it(
    monkeypatch: pytest.MonkeyPatch, never: threading.Event
) -> None:
    run = deployment()
    run.environment.terraform.state_lock = never.wait
    monkeypatch.setattr(enrich, "WITHIN_S", 0.1)
    assert await enrich.explained(run, CAUSE, None) == CAUSE


async def test_a_rule_that_never_ends_ends_no_deployment(
    monkeypatch: pytest.MonkeyPatch, never: threading.Event
) -> None:
    monkeypatch.setattr(enrich, "explain", lambda _: never.wait())
    monkeypatch.setattr(enrich, "WITHIN_S", 0.1)
    assert await enrich.explained(deployment(), CAUSE, None) == CAUSE


async def test_a_rule_that_raises_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrich, "explain", lambda _: {}["missing"])
    assert await enrich.explained(deployment(), CAUSE, None) == CAUSE


def test_evidence_is_told_with_where_it_is_from() -> None:
    assert str(Evidence(source="RDS", text="x is stopped")) == "RDS: x is stopped"
