"""What an operator changes while the system runs: how it is read, set, and obeyed."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app import admission, jobs
from app.configuration import (
    Configuration,
    NotConfigurable,
    configure,
    configured,
    require_known,
    settings_of,
    understood,
)
from app.database import session
from app.models import SystemConfig, UserSession
from app.requests import GenerationCreate
from commands.deployments import CHECKOUT


def test_the_table_begins_with_what_the_code_takes_for_granted(db: Session) -> None:
    rows = {row.key: row for row in db.exec(select(SystemConfig))}
    assert rows.keys() == Configuration.model_fields.keys()
    assert configured(db) == Configuration()


def test_without_rows_the_defaults_hold(db: Session) -> None:
    for row in db.exec(select(SystemConfig)):
        db.delete(row)
    assert configured(db) == Configuration()


def test_what_is_set_is_obeyed_at_once(db: Session, user: UserSession) -> None:
    for key, text in {
        "max_concurrent_jobs": "2",
        "default_clip_count_ads": "3",
        "default_clip_count_music": "11",
        "job_budget_usd": "0.10",
    }.items():
        configure(db, key, understood(key, text))
    assert jobs.most_at_once(db) == 2
    assert configured(db).job_budget_usd == Decimal("0.1")
    ad, song = (
        admission.create_job(db, GenerationCreate(prompt="A kettle", **more), user)
        for more in ({}, {"job_type": "music_video", "duration_s": 60})
    )
    assert (ad.parameters["clip_count"], song.parameters["clip_count"]) == (3, 11)
    asked = admission.create_job(db, GenerationCreate(prompt="A kettle", clip_count=4), user)
    assert asked.parameters["clip_count"] == 4


def test_how_many_scenes_are_usual_makes_no_other_request(db: Session, user: UserSession) -> None:
    request = GenerationCreate(prompt="A kettle")
    first = admission.create_job(db, request, user)
    configure(db, "default_clip_count_ads", 3)
    assert admission.create_job(db, request, user).fingerprint == first.fingerprint


def test_a_row_that_went_is_made_again(db: Session) -> None:
    db.delete(db.get_one(SystemConfig, "quality_gate"))
    db.flush()
    configure(db, "quality_gate", understood("quality_gate", '{"takes": 1, "thresholds": {"black": 1}}'))
    db.flush()
    assert configured(db).quality_gate.takes == 1
    assert configured(db).quality_gate.thresholds.black == 1.0
    assert "tried" in db.get_one(SystemConfig, "quality_gate").description


def test_a_slip_in_one_row_leaves_the_others_as_they_are(db: Session) -> None:
    db.get_one(SystemConfig, "max_concurrent_jobs").value = "many"
    db.get_one(SystemConfig, "cleanup_jobs_after_days").value = 3
    found = configured(db)
    assert (found.max_concurrent_jobs, found.cleanup_jobs_after_days) == (5, 3)


@pytest.mark.parametrize(
    ("key", "text", "kept"),
    [
        ("enable_ad_pipeline", "false", False),
        ("enable_ad_pipeline", "off", False),
        ("month_budget_usd", "12.34", 12.34),
        ("storage_quota_gb", "0.5", 0.5),
        ("max_concurrent_jobs", '"8"', 8),
    ],
)
def test_a_value_is_kept_as_its_type_has_it(key: str, text: str, kept: Any) -> None:
    assert understood(key, text) == kept
    assert type(understood(key, text)) is type(kept)


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("max_jobs", "2", "there is no such key. Choose of max_concurrent_jobs"),
        ("max_concurrent_jobs", "many", "max_concurrent_jobs was not set to many: Input should be"),
        ("max_concurrent_jobs", "0", "greater than or equal to 1"),
        ("default_clip_count_ads", "9", "less than or equal to 5"),
        ("job_budget_usd", "-1", "greater than or equal to 0"),
        ("job_budget_usd", "NaN", "finite"),
        ("storage_quota_gb", "Infinity", "finite"),
        (
            "quality_gate",
            '{"thresholds": {"sharpness": Infinity}}',
            "thresholds.sharpness: Input should be a fin",
        ),
        ("quality_gate", '{"thresholds": {"blck": 1}}', "thresholds.blck: Extra inputs are not permitted"),
    ],
)
def test_what_can_t_be_is_told_with_its_place(key: str, text: str, says: str) -> None:
    with pytest.raises(NotConfigurable) as refused:
        understood(key, text)
    assert says in str(refused.value)


def test_a_key_that_is_asked_for_must_be_one() -> None:
    require_known("job_budget_usd")
    with pytest.raises(NotConfigurable):
        require_known("job_budget")


def test_each_key_is_described() -> None:
    assert all(each.description.endswith(".") for each in settings_of(Configuration()))


def test_the_command_shows_and_sets(database_url: str, engine: Engine) -> None:
    [changed] = json.loads(_run(database_url, "job_budget_usd", "7.5", "--json").stdout)["configuration"]
    assert (changed["value"], changed["default"]) == (7.5, 20.0)
    with session(engine) as db:
        assert configured(db).job_budget_usd == Decimal("7.5")
    shown = _run(database_url).stdout
    assert all(key in shown for key in Configuration.model_fields)
    refused = _run(database_url, "job_budget_usd", "much")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
    with session(engine) as db:
        assert configured(db).job_budget_usd == Decimal("7.5")


def _run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "config", "local", *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": url, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
