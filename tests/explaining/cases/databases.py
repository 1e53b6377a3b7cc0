"""Database and cache, the schema, and the disk."""

from __future__ import annotations

import pytest

from tests.explaining import documents as d
from tests.explaining.cases.words import CACHE, DATABASE, EXITED, TASKS, TIMED_OUT, crashed

CASES = [
    pytest.param(
        crashed(TIMED_OUT, security_groups=(TASKS, d.group("sg-database"), CACHE)),
        "database_blocked",
        ("sg-database (database) lets nothing in on port 5432 from sg-tasks (tasks)", "store_from_tasks"),
        id="blocked on the database's side",
    ),
    pytest.param(
        crashed(TIMED_OUT, security_groups=(d.group("sg-tasks", out=((443, "0.0.0.0/0"),)), DATABASE, CACHE)),
        "database_blocked",
        ("lets nothing out to port 5432",),
        id="blocked on the tasks' side",
    ),
    pytest.param(
        crashed(
            "app.redis.RedisUnavailable: Redis can't be used: Timeout connecting to server",
            security_groups=(TASKS, DATABASE, d.group("sg-cache")),
        ),
        "cache_blocked",
        ("port 6379",),
        id="the cache is blocked",
    ),
    pytest.param(
        crashed(TIMED_OUT, database=d.store("database", "stopped")),
        "database_not_available",
        ("is stopped", "start-db-instance --db-instance-identifier ai-video-database"),
        id="database stopped",
    ),
    pytest.param(
        d.findings(fault=d.fault("health", stage="verify"), database=d.store("database", "missing")),
        "database_not_available",
        ("is missing",),
        id="database gone",
    ),
    pytest.param(
        crashed(
            "redis.exceptions.ConnectionError: Error 111 connecting to 10.0.1.1:6379",
            cache=d.store("cache", "deleting"),
        ),
        "cache_not_available",
        ("is deleting",),
        id="cache gone",
    ),
    pytest.param(
        crashed("Redis can't be used: WRONGPASS invalid username-password pair"),
        "cache_unreachable",
        ("REDIS_PASSWORD",),
        id="cache refuses the password",
    ),
    pytest.param(
        crashed('FATAL:  password authentication failed for user "reelflow"'),
        "database_password",
        ("force-new-deployment",),
        id="database refuses the password",
    ),
    pytest.param(
        crashed(
            'psycopg.errors.DiskFull: could not extend file "base/1/2": No space left on device',
            database=d.store("database", "storage-full"),
        ),
        "database_full",
        ("no room left", "db_storage_gb"),
        id="database disk full",
    ),
    pytest.param(
        d.findings(
            fault=d.fault(
                "aws_error",
                "Can't make the snapshot: InvalidDBInstanceState: Instance ai-video-db is not currently "
                "in the available state",
                stage="expand",
            )
        ),
        "snapshot_refused",
        ("describe-db-instances",),
        id="snapshot while not available",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.task(
                    EXITED,
                    exit_code=1,
                    group="family:ai-video-backend",
                    log=("reelflow: The schema stays at 0003: a table was in use at each of 12 attempts.",),
                ),
            ),
            fault=d.fault("migration_failed", "`migrate up` failed: exit code 1", stage="expand"),
        ),
        "migration_lock_timeout",
        ("pg_stat_activity", "pg_terminate_backend"),
        id="migration lock timeout",
    ),
    pytest.param(
        d.findings(
            fault=d.fault("migration_failed", "`migrate up` failed: it has written no result", stage="expand")
        ),
        "migration_failed",
        ("written no result",),
        id="migration failed",
    ),
]
