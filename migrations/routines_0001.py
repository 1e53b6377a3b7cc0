"""The triggers, functions and views of step 0001, as it made them."""

TRIGGERS = (
    """
    CREATE FUNCTION stamp_updated() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.updated_at := clock_timestamp();
        RETURN NEW;
    END $$
    """,
    # A clock that is set back must not keep a job from ending, hence greatest().
    """
    CREATE FUNCTION stamp_status() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND NEW.status = OLD.status THEN
            RETURN NEW;
        ELSIF NEW.status = 'pending' THEN
            NEW.started_at := NULL;
            NEW.completed_at := NULL;
        ELSIF NEW.status IN ('completed', 'failed', 'cancelled') THEN
            NEW.completed_at := coalesce(NEW.completed_at, greatest(clock_timestamp(), NEW.started_at));
        ELSE
            NEW.started_at := coalesce(NEW.started_at, clock_timestamp());
            NEW.completed_at := NULL;
        END IF;
        RETURN NEW;
    END $$
    """,
    *(
        f"CREATE TRIGGER stamp_updated BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION stamp_updated()"
        for table in ("generation_jobs", "clips", "compositions", "system_config")
    ),
    *(
        f"CREATE TRIGGER stamp_status BEFORE INSERT OR UPDATE OF status ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION stamp_status()"
        for table in ("generation_jobs", "clips", "compositions")
    ),
)

FUNCTIONS = (
    """
    CREATE FUNCTION cleanup_expired_sessions() RETURNS integer LANGUAGE sql AS $$
        WITH gone AS (DELETE FROM user_sessions WHERE expires_at <= now() RETURNING id)
        SELECT count(*)::integer FROM gone
    $$
    """,
    """
    CREATE FUNCTION cleanup_old_jobs(days integer) RETURNS integer LANGUAGE plpgsql AS $$
    DECLARE
        gone integer;
    BEGIN
        IF days IS NULL OR days < 0 THEN
            RAISE EXCEPTION 'cleanup_old_jobs needs a number of days of 0 or more, not %',
                coalesce(days::text, 'NULL') USING ERRCODE = 'invalid_parameter_value';
        END IF;
        DELETE FROM generation_jobs
            WHERE status IN ('completed', 'failed', 'cancelled')
            AND completed_at < now() - make_interval(days => days);
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN gone;
    END $$
    """,
)

VIEWS = (
    """
    CREATE VIEW job_summary AS
        SELECT job.id, job.session_id, job.job_type, job.status, job.title, job.progress,
               job.duration_seconds, job.aspect_ratio, job.estimated_cost_usd, job.actual_cost_usd,
               job.error_code, job.cancel_requested_at, job.created_at, job.started_at, job.completed_at,
               extract(epoch FROM coalesce(job.completed_at, clock_timestamp()) - job.started_at)
                   ::double precision AS running_seconds,
               shots.clips_total, shots.clips_completed, shots.clips_failed,
               film.id AS composition_id, film.version AS composition_version
        FROM generation_jobs AS job
        CROSS JOIN LATERAL (
            SELECT count(*) AS clips_total,
                   count(*) FILTER (WHERE clips.status = 'completed') AS clips_completed,
                   count(*) FILTER (WHERE clips.status = 'failed') AS clips_failed
            FROM clips WHERE clips.job_id = job.id
        ) AS shots
        LEFT JOIN LATERAL (
            SELECT compositions.id, compositions.version FROM compositions
            WHERE compositions.job_id = job.id AND compositions.status = 'completed'
            ORDER BY compositions.version DESC LIMIT 1
        ) AS film ON true
    """,
    """
    CREATE VIEW active_jobs AS
        SELECT * FROM job_summary WHERE status IN ('pending', 'planning', 'generating', 'composing')
    """,
)
