"""What the database refuses, whoever writes: one bad value at a time in an otherwise good row."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

SHA = "ab" * 32
SESSION, JOB, OTHER = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 4))

GOOD: dict[str, dict[str, Any]] = {
    "user_sessions": {"id": SESSION, "token_hash": SHA},
    "brand_assets": {
        "session_id": SESSION,
        "kind": "logo",
        "filename": "logo.png",
        "content_type": "image/png",
        "size_bytes": 1000,
        "sha256": SHA,
        "storage_key": "uploads/1/2/original.png",
        "width": 64,
        "height": 64,
        "duration_seconds": None,
    },
    "generation_jobs": {
        "id": JOB,
        "session_id": SESSION,
        "job_type": "ad_creative",
        "prompt": "A red kettle",
        "parameters": "{}",
        "duration_seconds": 30,
        "aspect_ratio": "16:9",
        "seed": 7,
        "fingerprint": SHA,
    },
    "clips": {
        "job_id": JOB,
        "number": 1,
        "description": "A kettle on a stove",
        "frames": 180,
        "address": "abc",
        "source": "drawn",
    },
    "compositions": {"id": OTHER, "job_id": JOB},
    "task_queue": {"job_id": JOB, "deployment": "generate/film", "idempotency_key": "k"},
    "job_metrics": {"job_id": JOB, "name": "seconds", "value": 1.5, "unit": "s"},
    "predictions": {
        "job_id": JOB,
        "purpose": "clip",
        "address": "abc/0",
        "attempt": 1,
        "model": "maker/model",
        "input_sha256": SHA,
        "estimated_usd": "0.18",
        "prediction_id": "p",
    },
    "webhook_deliveries": {
        "job_id": JOB,
        "session_id": SESSION,
        "event": "generation.completed",
        "url": "https://shop.example.com/",
        "payload": "{}",
    },
    "system_config": {"key": "k", "value": "1", "description": "A key"},
    "schema_migrations": {"version": "9", "description": "d", "direction": "up", "duration_seconds": 1},
}
COMPLETE = {
    "status": "completed",
    "storage_key": "k",
    "width": 1280,
    "height": 720,
    "frames": 900,
    "duration_seconds": 30,
    "size_bytes": 1000,
    "sha256": SHA,
}
AUDIO = {
    "kind": "music",
    "content_type": "audio/mpeg",
    "width": None,
    "height": None,
    "duration_seconds": 12.5,
}

BAD: list[tuple[str, dict[str, Any], str]] = [
    ("user_sessions", {"token_hash": "the token itself"}, "token_hash_sha256"),
    ("user_sessions", {"expires_at": "2001-01-01"}, "expires_after_created"),
    ("brand_assets", {"kind": "video"}, "kind"),
    ("brand_assets", {"filename": ""}, "filename_length"),
    ("brand_assets", {"filename": "x" * 256}, "filename_length"),
    ("brand_assets", {"size_bytes": 0}, "size_by_kind"),
    ("brand_assets", {"size_bytes": 50 * 2**20 + 1}, "size_by_kind"),
    ("brand_assets", AUDIO | {"size_bytes": 100 * 2**20 + 1}, "size_by_kind"),
    ("brand_assets", {"content_type": "image/gif"}, "content_type_by_kind"),
    ("brand_assets", {"content_type": "audio/mpeg"}, "content_type_by_kind"),
    ("brand_assets", AUDIO | {"content_type": "image/png"}, "content_type_by_kind"),
    ("brand_assets", {"width": 0}, "measured_by_kind"),
    ("brand_assets", {"height": None}, "measured_by_kind"),
    ("brand_assets", AUDIO | {"duration_seconds": None}, "measured_by_kind"),
    ("brand_assets", {"duration_seconds": 3}, "measured_by_kind"),
    ("brand_assets", AUDIO | {"width": 3}, "measured_by_kind"),
    ("brand_assets", AUDIO | {"duration_seconds": 0}, "measured_by_kind"),
    ("brand_assets", {"sha256": "AB" * 32}, "sha256_hex"),
    ("brand_assets", {"expires_at": "2001-01-01"}, "expires_after_created"),
    ("brand_assets", {"session_id": OTHER}, "fk_brand_assets_session_id"),
    ("generation_jobs", {"job_type": "film"}, "job_type"),
    ("generation_jobs", {"status": "running"}, "status"),
    ("generation_jobs", {"aspect_ratio": "4:3"}, "aspect_ratio"),
    ("generation_jobs", {"prompt": ""}, "prompt_length"),
    ("generation_jobs", {"prompt": "x" * 2001}, "prompt_length"),
    ("generation_jobs", {"duration_seconds": 14}, "duration_by_type"),
    ("generation_jobs", {"duration_seconds": 61}, "duration_by_type"),
    ("generation_jobs", {"job_type": "music_video", "duration_seconds": 59}, "duration_by_type"),
    ("generation_jobs", {"job_type": "music_video", "duration_seconds": 181}, "duration_by_type"),
    ("generation_jobs", {"seed": -1}, "seed_not_negative"),
    ("generation_jobs", {"title": ""}, "title_length"),
    ("generation_jobs", {"title": "x" * 201}, "title_length"),
    ("generation_jobs", {"fingerprint": "abc"}, "fingerprint_sha256"),
    ("generation_jobs", {"parameters": "[]"}, "parameters_object"),
    ("generation_jobs", {"idempotency_key": ""}, "idempotency_key_length"),
    ("generation_jobs", {"idempotency_key": "x" * 256}, "idempotency_key_length"),
    ("generation_jobs", {"webhook_url": ""}, "webhook_url_length"),
    ("generation_jobs", {"webhook_url": "x" * 2001}, "webhook_url_length"),
    ("generation_jobs", {"progress": -1}, "progress_percent"),
    ("generation_jobs", {"progress": 101}, "progress_percent"),
    ("generation_jobs", {"estimated_cost_usd": "-0.0001"}, "costs_not_negative"),
    ("generation_jobs", {"actual_cost_usd": "-0.0001"}, "costs_not_negative"),
    ("generation_jobs", {"status": "failed"}, "error_when_failed"),
    ("generation_jobs", {"error_code": "disk_full"}, "error_when_failed"),
    (
        "generation_jobs",
        {"status": "completed", "started_at": "2026-01-02", "completed_at": "2026-01-01"},
        "completed_after_started",
    ),
    ("generation_jobs", {"session_id": OTHER}, "fk_generation_jobs_session_id"),
    ("clips", {"status": "drawing"}, "status"),
    ("clips", {"number": 0}, "number_range"),
    ("clips", {"number": 21}, "number_range"),
    ("clips", {"frames": 0}, "frames_positive"),
    ("clips", {"description": ""}, "description_length"),
    ("clips", {"description": "x" * 4001}, "description_length"),
    ("clips", {"attempts": -1}, "attempts_not_negative"),
    ("clips", {"estimated_cost_usd": "-1"}, "costs_not_negative"),
    ("clips", {"actual_cost_usd": "-1"}, "costs_not_negative"),
    ("clips", {"status": "completed"}, "stored_when_completed"),
    (
        "clips",
        {"status": "failed", "started_at": "2026-01-02", "completed_at": "2026-01-01"},
        "completed_after_started",
    ),
    ("clips", {"job_id": OTHER}, "fk_clips_job_id"),
    ("compositions", {"status": "done"}, "status"),
    ("compositions", {"version": 0}, "version_positive"),
    ("compositions", {"parent_id": OTHER}, "not_its_own_parent"),
    ("compositions", {"parent_id": JOB}, "fk_compositions_parent_id"),
    ("compositions", {"timeline": "[]"}, "timeline_object"),
    ("compositions", {"cut_list": "[]"}, "cut_list_object"),
    ("compositions", {"width": 0}, "size_positive"),
    ("compositions", {"height": 0}, "size_positive"),
    ("compositions", {"frames": 0}, "size_positive"),
    ("compositions", {"duration_seconds": 0}, "size_positive"),
    ("compositions", {"renditions": "{}"}, "renditions_array"),
    ("compositions", {"size_bytes": 0}, "size_bytes_positive"),
    ("compositions", {"sha256": "abc"}, "sha256_hex"),
    *(("compositions", COMPLETE | {lacking: None}, "whole_when_completed") for lacking in list(COMPLETE)[1:]),
    (
        "compositions",
        {"status": "failed", "started_at": "2026-01-02", "completed_at": "2026-01-01"},
        "completed_after_started",
    ),
    ("compositions", {"job_id": OTHER}, "fk_compositions_job_id"),
    ("clips", {"quality": "[]"}, "quality_object"),
    ("task_queue", {"status": "sent"}, "status"),
    ("task_queue", {"attempts": -1}, "attempts_not_negative"),
    ("task_queue", {"parameters": "[]"}, "parameters_object"),
    ("task_queue", {"status": "dispatched"}, "linked_when_dispatched"),
    ("task_queue", {"job_id": OTHER}, "fk_task_queue_job_id"),
    ("predictions", {"purpose": "film"}, "purpose"),
    ("predictions", {"state": "lost", "prediction_id": "p", "cost_usd": 0}, "state"),
    ("predictions", {"attempt": 0}, "attempt_positive"),
    ("predictions", {"input_sha256": "abc"}, "input_sha256_hex"),
    ("predictions", {"estimated_usd": "-1"}, "costs_not_negative"),
    ("predictions", {"state": "accepted", "prediction_id": None}, "known_when_accepted"),
    ("predictions", {"state": "failed"}, "cost_when_ended"),
    ("predictions", {"cost_usd": "0.18"}, "cost_when_ended"),
    ("predictions", {"job_id": OTHER}, "fk_predictions_job_id"),
    ("webhook_deliveries", {"url": ""}, "url_length"),
    ("webhook_deliveries", {"url": "x" * 2001}, "url_length"),
    ("webhook_deliveries", {"payload": "[]"}, "payload_object"),
    ("webhook_deliveries", {"attempts": -1}, "attempts_not_negative"),
    ("webhook_deliveries", {"status": "lost"}, "status"),
    ("webhook_deliveries", {"status": "delivered"}, "stamped_when_delivered"),
    ("webhook_deliveries", {"delivered_at": "2026-01-01"}, "stamped_when_delivered"),
    ("webhook_deliveries", {"job_id": OTHER}, "fk_webhook_deliveries_job_id"),
    ("job_metrics", {"name": ""}, "name_length"),
    ("job_metrics", {"name": "x" * 101}, "name_length"),
    ("job_metrics", {"job_id": OTHER}, "fk_job_metrics_job_id"),
    ("schema_migrations", {"direction": "sideways"}, "direction"),
]

EDGES: list[tuple[str, dict[str, Any]]] = [
    ("generation_jobs", {"duration_seconds": 15}),
    ("generation_jobs", {"duration_seconds": 60}),
    ("generation_jobs", {"job_type": "music_video", "duration_seconds": 60}),
    ("generation_jobs", {"job_type": "music_video", "duration_seconds": 180}),
    ("generation_jobs", {"prompt": "🫖" * 2000, "progress": 100, "seed": 2**63 - 1}),
    ("brand_assets", {"size_bytes": 50 * 2**20}),
    ("brand_assets", AUDIO | {"size_bytes": 100 * 2**20}),
    ("compositions", COMPLETE),
    ("clips", {"number": 20}),
]

UNIQUE = [
    ("user_sessions", {"id": OTHER}, "uq_user_sessions_token_hash"),
    ("clips", {}, "uq_clips_job_id_number"),
    ("compositions", {"id": JOB}, "uq_compositions_job_id_version"),
    ("task_queue", {}, "uq_task_queue_idempotency_key"),
    ("predictions", {"attempt": 2}, "uq_predictions_prediction_id"),
    ("predictions", {"prediction_id": "q"}, "uq_predictions_job_id_address_attempt"),
    ("system_config", {}, "pk_system_config"),
]


def _insert(connection: Connection, table: str, changes: dict[str, Any]) -> None:
    row = GOOD[table] | changes
    names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def _constraint(error: IntegrityError) -> str | None:
    assert isinstance(error.orig, psycopg.Error)
    return error.orig.diag.constraint_name


def _insert_what_it_refers_to(connection: Connection, table: str) -> None:
    for other in ("user_sessions", "generation_jobs"):
        if other == table:
            return
        _insert(connection, other, {})


@pytest.mark.parametrize(("table", "changes", "constraint"), BAD)
def test_a_bad_row_is_refused(engine: Engine, table: str, changes: dict[str, Any], constraint: str) -> None:
    with engine.connect() as connection:
        _insert_what_it_refers_to(connection, table)
        with pytest.raises(IntegrityError) as refused:
            _insert(connection, table, changes)
    assert _constraint(refused.value) in (constraint, f"ck_{table}_{constraint}")


@pytest.mark.parametrize(("table", "changes"), [*((table, {}) for table in GOOD), *EDGES])
def test_a_good_row_is_taken(engine: Engine, table: str, changes: dict[str, Any]) -> None:
    with engine.connect() as connection:
        _insert_what_it_refers_to(connection, table)
        _insert(connection, table, changes)


@pytest.mark.parametrize(("table", "changes", "constraint"), UNIQUE)
def test_the_same_again_is_refused(
    engine: Engine, table: str, changes: dict[str, Any], constraint: str
) -> None:
    with engine.connect() as connection:
        _insert_what_it_refers_to(connection, table)
        _insert(connection, table, {})
        with pytest.raises(IntegrityError) as refused:
            _insert(connection, table, changes)
    assert _constraint(refused.value) == constraint


def test_every_check_has_a_bad_row(engine: Engine) -> None:
    with engine.connect() as connection:
        checks = connection.scalars(
            text(
                "SELECT conname FROM pg_constraint WHERE contype IN ('c', 'f', 'u')"
                " AND connamespace = 'public'::regnamespace"
            )
        ).all()
    refused = [(table, name) for table, _, name in [*BAD, *UNIQUE]]
    assert [
        check for check in checks if not any(check in (name, f"ck_{table}_{name}") for table, name in refused)
    ] == []


def test_deleting_a_job_deletes_what_belongs_to_it(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in (
            "user_sessions",
            "generation_jobs",
            "clips",
            "compositions",
            "task_queue",
            "job_metrics",
            "webhook_deliveries",
        ):
            _insert(connection, table, {})
        connection.execute(text("DELETE FROM generation_jobs"))
        for table in ("clips", "compositions", "task_queue", "job_metrics", "webhook_deliveries"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_jobs_and_assets_outlive_their_session(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in ("user_sessions", "generation_jobs", "brand_assets"):
            _insert(connection, table, {})
        connection.execute(text("DELETE FROM user_sessions"))
        for table in ("generation_jobs", "brand_assets"):
            assert connection.execute(text(f"SELECT session_id FROM {table}")).all() == [(None,)]


def test_an_edit_outlives_its_parent(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in ("user_sessions", "generation_jobs", "compositions"):
            _insert(connection, table, {})
        _insert(connection, "compositions", {"id": JOB, "version": 2, "parent_id": OTHER})
        connection.execute(text("DELETE FROM compositions WHERE version = 1"))
        assert connection.execute(text("SELECT parent_id FROM compositions")).all() == [(None,)]
