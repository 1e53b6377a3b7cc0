"""Tables, constraints, indexes, triggers, functions, views and default configuration."""

from alembic import op

from migrations.routines_0001 import FUNCTIONS, TRIGGERS, VIEWS

revision = "0001"
down_revision = None
phase = "expand"
reversible = True

USER_SESSIONS = (
    """
    CREATE TABLE user_sessions (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        token_hash text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL DEFAULT now() + interval '7 days',
        CONSTRAINT pk_user_sessions PRIMARY KEY (id),
        CONSTRAINT uq_user_sessions_token_hash UNIQUE (token_hash),
        CONSTRAINT ck_user_sessions_token_hash_sha256 CHECK (token_hash ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_user_sessions_expires_after_created CHECK (expires_at > created_at)
    )
    """,
    "CREATE INDEX ix_user_sessions_expires_at ON user_sessions (expires_at)",
)

BRAND_ASSETS = (
    """
    CREATE TABLE brand_assets (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        session_id uuid,
        kind varchar(16) NOT NULL,
        filename text NOT NULL,
        content_type text NOT NULL,
        size_bytes bigint NOT NULL,
        sha256 text NOT NULL,
        storage_key text NOT NULL,
        width integer,
        height integer,
        duration_seconds double precision,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL DEFAULT now() + interval '30 days',
        CONSTRAINT pk_brand_assets PRIMARY KEY (id),
        CONSTRAINT fk_brand_assets_session_id
            FOREIGN KEY (session_id) REFERENCES user_sessions (id) ON DELETE SET NULL,
        CONSTRAINT ck_brand_assets_kind CHECK (kind IN ('logo', 'image', 'music', 'audio')),
        CONSTRAINT ck_brand_assets_filename_length CHECK (char_length(filename) BETWEEN 1 AND 255),
        CONSTRAINT ck_brand_assets_size_by_kind CHECK (
            size_bytes > 0
            AND (kind NOT IN ('logo', 'image') OR size_bytes <= 52428800)
            AND (kind NOT IN ('music', 'audio') OR size_bytes <= 104857600)
        ),
        CONSTRAINT ck_brand_assets_content_type_by_kind CHECK (
            (kind NOT IN ('logo', 'image') OR content_type IN ('image/png', 'image/jpeg', 'image/webp'))
            AND (kind NOT IN ('music', 'audio')
                 OR content_type IN ('audio/mpeg', 'audio/wav', 'audio/mp4', 'audio/aac'))
        ),
        CONSTRAINT ck_brand_assets_measured_by_kind CHECK (
            CASE WHEN kind IN ('logo', 'image')
                 THEN num_nulls(width, height) = 0 AND width > 0 AND height > 0 AND duration_seconds IS NULL
                 WHEN kind IN ('music', 'audio')
                 THEN num_nonnulls(width, height) = 0
                      AND duration_seconds IS NOT NULL AND duration_seconds > 0
            END
        ),
        CONSTRAINT ck_brand_assets_sha256_hex CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_brand_assets_expires_after_created CHECK (expires_at > created_at)
    )
    """,
    "CREATE INDEX ix_brand_assets_session_id_sha256 ON brand_assets (session_id, sha256)",
    """
    CREATE INDEX ix_brand_assets_session_id_created_at_id
        ON brand_assets (session_id, created_at DESC, id DESC)
    """,
    "CREATE INDEX ix_brand_assets_expires_at ON brand_assets (expires_at)",
)

GENERATION_JOBS = (
    """
    CREATE TABLE generation_jobs (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        session_id uuid,
        job_type varchar(16) NOT NULL,
        status varchar(16) NOT NULL DEFAULT 'pending',
        prompt text NOT NULL,
        parameters jsonb NOT NULL,
        duration_seconds smallint NOT NULL,
        aspect_ratio varchar(16) NOT NULL,
        seed bigint NOT NULL,
        title text,
        storyboard jsonb,
        fingerprint text NOT NULL,
        progress smallint NOT NULL DEFAULT 0,
        error_code text,
        error_message text,
        error_remedy text,
        estimated_cost_usd numeric(10, 4) NOT NULL DEFAULT 0,
        actual_cost_usd numeric(10, 4) NOT NULL DEFAULT 0,
        cancel_requested_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        completed_at timestamptz,
        CONSTRAINT pk_generation_jobs PRIMARY KEY (id),
        CONSTRAINT fk_generation_jobs_session_id
            FOREIGN KEY (session_id) REFERENCES user_sessions (id) ON DELETE SET NULL,
        CONSTRAINT ck_generation_jobs_job_type CHECK (job_type IN ('ad_creative', 'music_video')),
        CONSTRAINT ck_generation_jobs_status CHECK (
            status IN ('pending', 'planning', 'generating', 'composing', 'completed', 'failed', 'cancelled')
        ),
        CONSTRAINT ck_generation_jobs_aspect_ratio CHECK (aspect_ratio IN ('16:9', '9:16', '1:1')),
        CONSTRAINT ck_generation_jobs_prompt_length CHECK (char_length(prompt) BETWEEN 1 AND 2000),
        CONSTRAINT ck_generation_jobs_duration_by_type CHECK (
            (job_type <> 'ad_creative' OR duration_seconds BETWEEN 15 AND 60)
            AND (job_type <> 'music_video' OR duration_seconds BETWEEN 60 AND 180)
        ),
        CONSTRAINT ck_generation_jobs_seed_not_negative CHECK (seed >= 0),
        CONSTRAINT ck_generation_jobs_title_length CHECK (char_length(title) BETWEEN 1 AND 200),
        CONSTRAINT ck_generation_jobs_fingerprint_sha256 CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_generation_jobs_parameters_object CHECK (jsonb_typeof(parameters) = 'object'),
        CONSTRAINT ck_generation_jobs_progress_percent CHECK (progress BETWEEN 0 AND 100),
        CONSTRAINT ck_generation_jobs_costs_not_negative
            CHECK (estimated_cost_usd >= 0 AND actual_cost_usd >= 0),
        CONSTRAINT ck_generation_jobs_error_when_failed
            CHECK ((status = 'failed') = (error_code IS NOT NULL)),
        CONSTRAINT ck_generation_jobs_completed_after_started CHECK (completed_at >= started_at)
    )
    """,
    """
    CREATE INDEX ix_generation_jobs_session_id_created_at_id
        ON generation_jobs (session_id, created_at DESC, id DESC)
    """,
    """
    CREATE INDEX ix_generation_jobs_active ON generation_jobs (status, created_at)
        WHERE status IN ('pending', 'planning', 'generating', 'composing')
    """,
    "CREATE INDEX ix_generation_jobs_fingerprint ON generation_jobs (fingerprint, created_at DESC)",
    """
    CREATE INDEX ix_generation_jobs_completed_at ON generation_jobs (completed_at)
        WHERE completed_at IS NOT NULL
    """,
)

CLIPS = (
    """
    CREATE TABLE clips (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        job_id uuid NOT NULL,
        number smallint NOT NULL,
        status varchar(16) NOT NULL DEFAULT 'pending',
        description text NOT NULL,
        frames integer NOT NULL,
        address text NOT NULL,
        storage_key text,
        thumbnail_key text,
        source text NOT NULL,
        external_id text,
        attempts smallint NOT NULL DEFAULT 0,
        error_message text,
        estimated_cost_usd numeric(10, 4) NOT NULL DEFAULT 0,
        actual_cost_usd numeric(10, 4) NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        completed_at timestamptz,
        CONSTRAINT pk_clips PRIMARY KEY (id),
        CONSTRAINT uq_clips_job_id_number UNIQUE (job_id, number),
        CONSTRAINT fk_clips_job_id FOREIGN KEY (job_id) REFERENCES generation_jobs (id) ON DELETE CASCADE,
        CONSTRAINT ck_clips_status
            CHECK (status IN ('pending', 'generating', 'completed', 'failed', 'cancelled')),
        CONSTRAINT ck_clips_number_range CHECK (number BETWEEN 1 AND 20),
        CONSTRAINT ck_clips_frames_positive CHECK (frames > 0),
        CONSTRAINT ck_clips_description_length CHECK (char_length(description) BETWEEN 1 AND 4000),
        CONSTRAINT ck_clips_attempts_not_negative CHECK (attempts >= 0),
        CONSTRAINT ck_clips_costs_not_negative CHECK (estimated_cost_usd >= 0 AND actual_cost_usd >= 0),
        CONSTRAINT ck_clips_stored_when_completed CHECK (status <> 'completed' OR storage_key IS NOT NULL),
        CONSTRAINT ck_clips_completed_after_started CHECK (completed_at >= started_at)
    )
    """,
    "CREATE INDEX ix_clips_address ON clips (address)",
    "CREATE INDEX ix_clips_external_id ON clips (external_id) WHERE external_id IS NOT NULL",
)

COMPOSITIONS = (
    """
    CREATE TABLE compositions (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        job_id uuid NOT NULL,
        version smallint NOT NULL DEFAULT 1,
        parent_id uuid,
        status varchar(16) NOT NULL DEFAULT 'pending',
        storage_key text,
        thumbnail_key text,
        contact_sheet_key text,
        timeline jsonb NOT NULL DEFAULT '{}'::jsonb,
        width smallint,
        height smallint,
        frames integer,
        duration_seconds double precision,
        loudness_lufs double precision,
        true_peak_dbtp double precision,
        size_bytes bigint,
        sha256 text,
        error_message text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        completed_at timestamptz,
        CONSTRAINT pk_compositions PRIMARY KEY (id),
        CONSTRAINT uq_compositions_job_id_version UNIQUE (job_id, version),
        CONSTRAINT fk_compositions_job_id
            FOREIGN KEY (job_id) REFERENCES generation_jobs (id) ON DELETE CASCADE,
        CONSTRAINT fk_compositions_parent_id
            FOREIGN KEY (parent_id) REFERENCES compositions (id) ON DELETE SET NULL,
        CONSTRAINT ck_compositions_status
            CHECK (status IN ('pending', 'composing', 'completed', 'failed', 'cancelled')),
        CONSTRAINT ck_compositions_version_positive CHECK (version > 0),
        CONSTRAINT ck_compositions_not_its_own_parent CHECK (parent_id <> id),
        CONSTRAINT ck_compositions_timeline_object CHECK (jsonb_typeof(timeline) = 'object'),
        CONSTRAINT ck_compositions_size_positive
            CHECK (width > 0 AND height > 0 AND frames > 0 AND duration_seconds > 0),
        CONSTRAINT ck_compositions_size_bytes_positive CHECK (size_bytes > 0),
        CONSTRAINT ck_compositions_sha256_hex CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_compositions_whole_when_completed CHECK (
            status <> 'completed'
            OR num_nulls(storage_key, width, height, frames, duration_seconds, size_bytes, sha256) = 0
        ),
        CONSTRAINT ck_compositions_completed_after_started CHECK (completed_at >= started_at)
    )
    """,
    "CREATE INDEX ix_compositions_parent_id ON compositions (parent_id) WHERE parent_id IS NOT NULL",
)

TASK_QUEUE = (
    """
    CREATE TABLE task_queue (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        job_id uuid NOT NULL,
        deployment text NOT NULL,
        parameters jsonb NOT NULL DEFAULT '{}'::jsonb,
        idempotency_key text NOT NULL,
        status varchar(16) NOT NULL DEFAULT 'pending',
        attempts smallint NOT NULL DEFAULT 0,
        available_at timestamptz NOT NULL DEFAULT now(),
        flow_run_id uuid,
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        dispatched_at timestamptz,
        CONSTRAINT pk_task_queue PRIMARY KEY (id),
        CONSTRAINT uq_task_queue_idempotency_key UNIQUE (idempotency_key),
        CONSTRAINT fk_task_queue_job_id
            FOREIGN KEY (job_id) REFERENCES generation_jobs (id) ON DELETE CASCADE,
        CONSTRAINT ck_task_queue_status CHECK (status IN ('pending', 'dispatched', 'failed', 'cancelled')),
        CONSTRAINT ck_task_queue_attempts_not_negative CHECK (attempts >= 0),
        CONSTRAINT ck_task_queue_parameters_object CHECK (jsonb_typeof(parameters) = 'object'),
        CONSTRAINT ck_task_queue_linked_when_dispatched
            CHECK (status <> 'dispatched' OR num_nulls(flow_run_id, dispatched_at) = 0)
    )
    """,
    "CREATE INDEX ix_task_queue_job_id ON task_queue (job_id)",
    "CREATE INDEX ix_task_queue_due ON task_queue (available_at) WHERE status = 'pending'",
    "CREATE INDEX ix_task_queue_flow_run_id ON task_queue (flow_run_id) WHERE flow_run_id IS NOT NULL",
)

JOB_METRICS = (
    """
    CREATE TABLE job_metrics (
        id bigint GENERATED ALWAYS AS IDENTITY,
        job_id uuid NOT NULL,
        name text NOT NULL,
        value double precision NOT NULL,
        unit text NOT NULL,
        labels jsonb NOT NULL DEFAULT '{}'::jsonb,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_job_metrics PRIMARY KEY (id),
        CONSTRAINT fk_job_metrics_job_id
            FOREIGN KEY (job_id) REFERENCES generation_jobs (id) ON DELETE CASCADE,
        CONSTRAINT ck_job_metrics_name_length CHECK (char_length(name) BETWEEN 1 AND 100)
    )
    """,
    "CREATE INDEX ix_job_metrics_job_id_name ON job_metrics (job_id, name)",
    "CREATE INDEX ix_job_metrics_name_recorded_at ON job_metrics (name, recorded_at)",
)

SYSTEM_CONFIG = (
    """
    CREATE TABLE system_config (
        key text NOT NULL,
        value jsonb NOT NULL,
        description text NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_system_config PRIMARY KEY (key)
    )
    """,
    """
    INSERT INTO system_config (key, value, description) VALUES
        ('max_concurrent_jobs', '5', 'Jobs that run at the same time.'),
        ('default_clip_count_ads', '5', 'Clips of an ad whose request names no number.'),
        ('default_clip_count_music', '15', 'Clips of a music video whose request names no number.'),
        ('cleanup_jobs_after_days', '7', 'Days after which a finished job is deleted.'),
        ('enable_ad_pipeline', 'true', 'Whether new ads are accepted.'),
        ('enable_music_pipeline', 'true', 'Whether new music videos are accepted.'),
        ('cost_alert_threshold_usd', '10.00', 'Cost of one job, in US dollars, that raises an alert.'),
        ('storage_quota_gb', '100', 'Media that may be stored, in gigabytes.')
    """,
)

UP = (
    *USER_SESSIONS,
    *BRAND_ASSETS,
    *GENERATION_JOBS,
    *CLIPS,
    *COMPOSITIONS,
    *TASK_QUEUE,
    *JOB_METRICS,
    *SYSTEM_CONFIG,
    *TRIGGERS,
    *FUNCTIONS,
    *VIEWS,
)

DOWN = (
    "DROP VIEW active_jobs, job_summary",
    "DROP TABLE system_config, job_metrics, task_queue, compositions, clips, generation_jobs",
    "DROP TABLE brand_assets, user_sessions",
    "DROP FUNCTION cleanup_old_jobs, cleanup_expired_sessions, stamp_status, stamp_updated",
)


def upgrade() -> None:
    """Makes everything, in the order in which one part needs the other."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Removes everything that ``upgrade`` made; the migration history stays."""
    for statement in DOWN:
        op.execute(statement)
