"""Fills the tables with jobs as years of use would leave them, in SQL: a million take minutes.

The last jobs are ten seconds apart. All but a few are completed; every tenth has five clips and a film, and
each has its dispatch. Constraints count; triggers and foreign keys would take most of the time, and don't.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Engine, text

# Of the session that is measured, at its far end: a page of this status is found last.
RARE = 20
WAITING = 10

_JOBS = """
INSERT INTO generation_jobs (
    session_id, job_type, status, prompt, parameters, duration_seconds, aspect_ratio, seed, title, storyboard,
    fingerprint, progress, error_code, error_message, error_remedy, created_at, started_at, completed_at
)
SELECT
    CASE WHEN i % (:jobs / :own) = 0 THEN CAST(:session_id AS uuid) END,
    'ad_creative', status, sample.prompt, sample.parameters, 30, '16:9', i, sample.title, sample.storyboard,
    md5(i::text) || md5(i::text), CASE status WHEN 'completed' THEN 100 ELSE 0 END,
    CASE status WHEN 'failed' THEN 'disk_full' END,
    CASE status WHEN 'failed' THEN 'The disk is full' END,
    CASE status WHEN 'failed' THEN 'Free some space' END,
    made, CASE WHEN status <> 'pending' THEN made END,
    CASE WHEN status <> 'pending' THEN made + interval '55 s' END
FROM (
    SELECT i, now() - i * interval '10 s' AS made,
        CASE
            WHEN i <= :waiting THEN 'pending'
            WHEN i % (:jobs / :own) = 0 AND i > :jobs - :rare * (:jobs / :own) THEN 'failed'
            WHEN i % 50 = 1 THEN 'cancelled'
            ELSE 'completed'
        END AS status
    FROM generate_series(1, :jobs) AS i
) AS job, (
    SELECT prompt, parameters, title, storyboard FROM generation_jobs WHERE id = :sample
) AS sample
"""
_DISPATCHES = """
INSERT INTO task_queue (job_id, deployment, parameters, idempotency_key, status, flow_run_id, created_at,
    dispatched_at)
SELECT id, 'generate/film', '{}', id::text, CASE status WHEN 'pending' THEN 'pending' ELSE 'dispatched' END,
    CASE WHEN status <> 'pending' THEN id END, created_at, CASE WHEN status <> 'pending' THEN created_at END
FROM generation_jobs AS job WHERE job.id <> :sample
    AND NOT EXISTS (SELECT FROM task_queue WHERE job_id = job.id)
"""
_CLIPS = """
INSERT INTO clips (job_id, number, status, description, frames, address, storage_key, thumbnail_key, source)
SELECT job.id, clip.number, clip.status, clip.description, clip.frames, md5(job.seed::text) || clip.number,
    clip.storage_key, clip.thumbnail_key, clip.source
FROM generation_jobs AS job, clips AS clip
WHERE clip.job_id = :sample AND job.id <> :sample AND job.status = 'completed' AND job.seed % 10 = 0
    AND NOT EXISTS (SELECT FROM clips WHERE job_id = job.id)
"""
_FILMS = """
INSERT INTO compositions (job_id, version, status, storage_key, thumbnail_key, contact_sheet_key, timeline,
    cut_list, width, height, frames, duration_seconds, size_bytes, sha256)
SELECT job.id, 1, film.status, film.storage_key, film.thumbnail_key, film.contact_sheet_key, film.timeline,
    film.cut_list, film.width, film.height, film.frames, film.duration_seconds, film.size_bytes, film.sha256
FROM generation_jobs AS job, compositions AS film
WHERE film.job_id = :sample AND job.id <> :sample AND job.status = 'completed' AND job.seed % 10 = 0
    AND NOT EXISTS (SELECT FROM compositions WHERE job_id = job.id)
"""


def fill(engine: Engine, *, jobs: int, own: int, session_id: UUID, sample: UUID) -> None:
    """Replaces all jobs but one by this many.

    Args:
        engine: the database.
        jobs: how many; every `jobs`/`own`-th belongs to the session, `own` in all.
        own: see there.
        session_id: the session.
        sample: the job of a finished film, whose prompt, storyboard, clips and film are given to the others.
    """
    values = {
        "jobs": jobs,
        "own": own,
        "session_id": session_id,
        "sample": sample,
        "rare": RARE,
        "waiting": WAITING,
    }
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        connection.execute(text("DELETE FROM generation_jobs WHERE id <> :sample"), values)
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in (_JOBS, _DISPATCHES, _CLIPS, _FILMS):
            connection.execute(text(statement), values)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for table in ("generation_jobs", "task_queue", "clips", "compositions"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))
        connection.execute(text("RESET statement_timeout"))
