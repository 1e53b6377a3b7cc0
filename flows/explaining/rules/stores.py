"""Causes in the database and the cache, and in the way to them."""

from __future__ import annotations

from collections.abc import Callable

from flows.explaining.failing import failing
from flows.explaining.findings import Evidence, Findings, StoreFacts
from flows.explaining.reach import blocked
from flows.explaining.rule import Find, Match, Rule, both, either, failed_with, said
from flows.explaining.rules.network import groups_of

Store = Callable[[Findings], StoreFacts | None]

_TIMED_OUT = r"timeout expired|timed? ?out|ETIMEDOUT|i/o timeout"
_POSTGRES = r"postgres|\b5432\b|psycopg|libpq|connect(?:ion)? to server|could not connect to server|database"
_REDIS = r"redis|\b6379\b"


def _database(findings: Findings) -> StoreFacts | None:
    return findings.database


def _cache(findings: Findings) -> StoreFacts | None:
    return findings.cache


def _blocked(store: Store, name: str) -> Find:
    """Security groups keep tasks from it, and tasks have failed or a check has found it so."""

    def find(findings: Findings) -> Match | None:
        found = store(findings)
        if found is None:
            return None
        theirs = [group for group in findings.security_groups if group.id in found.security_groups]
        for task in findings.tasks:
            if why := blocked(groups_of(findings, task), theirs, found.port):
                told = said(_TIMED_OUT, "log", "fault")(findings)
                evidence = (*(told.evidence if told else ()), Evidence(source="security groups", text=why))
                return Match(evidence, {"why": why, "port": str(found.port), "name": found.identifier})
        return None

    def only_if_something_failed(findings: Findings) -> Match | None:
        spoken = said(rf"{_POSTGRES}|{_REDIS}", "log", "fault")(findings)
        if spoken is None and not any(True for _ in failing(findings)):
            return None
        return find(findings)

    del name
    return only_if_something_failed


def _not_usable(store: Store, service: str) -> Find:
    def find(findings: Findings) -> Match | None:
        found = store(findings)
        if found is None or found.usable or found.status == "storage-full":
            return None
        told = Evidence(source=service, text=f"{found.identifier} is {found.status}")
        return Match((told,), {"name": found.identifier, "status": found.status})

    return find


def _full(findings: Findings) -> Match | None:
    if (found := findings.database) and found.status == "storage-full":
        told = Evidence(source="RDS", text=f"{found.identifier} is {found.status}")
        return Match((told,), {"name": found.identifier})
    return said(
        r"could not (?:extend|write)[^\"]* No space left on device|DiskFull|storage-full",
        "log",
        "fault",
        "run",
    )(findings)


RULES = (
    Rule(
        kind="database_full",
        title="The database's disk is full",
        looks_like="could not extend file … No space left on device; RDS says storage-full",
        find=_full,
        message="The database has no room left, and takes no more writes",
        remedy="Raise db_storage_gb in infra/terraform/environments/{environment}.tfvars and run "
        "`reelflow deploy {environment}`; by hand: `aws rds modify-db-instance --db-instance-identifier "
        "{name} --allocated-storage GB --apply-immediately`",
    ),
    Rule(
        kind="cache_blocked",
        title="The security groups keep tasks from the cache",
        looks_like="Redis can't be used: Timeout connecting to server",
        find=both(said(_REDIS, "log", "fault", "run"), _blocked(_cache, "cache")),
        message="Tasks can't reach port {port} of {name}: {why}",
        remedy="Allow it in infra/terraform/modules/network/security_groups.tf (tasks_to_store, "
        "store_from_tasks); `reelflow plan {environment}` shows what was changed by hand; `reelflow "
        "deploy {environment}` puts it right",
    ),
    Rule(
        kind="database_blocked",
        title="The security groups keep tasks from the database",
        looks_like="connection to server … failed: timeout expired, and the task ends",
        find=_blocked(_database, "database"),
        message="Tasks can't reach port {port} of {name}: {why}",
        remedy="Allow it in infra/terraform/modules/network/security_groups.tf (tasks_to_store, "
        "store_from_tasks); `reelflow plan {environment}` shows what was changed by hand; `reelflow "
        "deploy {environment}` puts it right",
    ),
    Rule(
        kind="snapshot_refused",
        title="A snapshot was asked for while the database is busy",
        looks_like="InvalidDBInstanceState: … not currently in the available state",
        find=either(
            said(
                r"InvalidDBInstanceState|not (?:currently )?in (?:the )?available state",
                "fault",
                "terraform",
                "run",
            ),
            failed_with("database_deadline", "snapshot_failed"),
        ),
        message="RDS makes snapshots of a database that is available only, and this one was not in time: "
        "{fault}",
        remedy="Wait until `aws rds describe-db-instances` says available, and run `reelflow deploy "
        "{environment}`: a snapshot that was begun is waited for, not made twice",
    ),
    Rule(
        kind="database_not_available",
        title="The database is not available",
        looks_like="RDS says stopped, creating, rebooting, failed, inaccessible-encryption-credentials",
        find=_not_usable(_database, "RDS"),
        message="The database {name} is {status}, so that nothing can connect to it",
        remedy="`aws rds start-db-instance --db-instance-identifier {name}` when it is stopped; else "
        "wait, and see `aws rds describe-events --source-type db-instance --source-identifier {name}`. "
        "Then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="cache_not_available",
        title="The cache is not available",
        looks_like="ElastiCache says creating, modifying, snapshotting, deleting",
        find=both(said(_REDIS, "log", "fault", "run"), _not_usable(_cache, "ElastiCache")),
        message="The cache {name} is {status}, so that nothing can connect to it",
        remedy="Wait until `aws elasticache describe-replication-groups` says available; what is missing "
        "is made by `reelflow deploy {environment}`",
    ),
    Rule(
        kind="database_password",
        title="The database refuses the password",
        looks_like="password authentication failed for user",
        find=said(r"password authentication failed|no pg_hba\.conf entry", "log", "fault", "run"),
        message="The tasks hold another password than the database: it was changed since they were "
        "started, or they connect without TLS",
        remedy="Start the tasks anew, so that they read the secret again: `aws ecs update-service "
        "--force-new-deployment`, or `reelflow deploy {environment}`; `reelflow doctor {environment}` "
        "shows whether the secret is there",
    ),
    Rule(
        kind="migration_lock_timeout",
        title="A migration did not get its lock",
        looks_like="a table was in use at each of 12 attempts; canceling statement due to lock timeout",
        find=said(
            r"a table was in use at each of|lock timeout|LockNotAvailable|another runner was at it",
            "fault",
            "log",
            "run",
        ),
        message="A long transaction, or another migration, holds a table that a step of the schema needs; "
        "rather than have everybody wait behind it, the step gave up",
        remedy="End the long transaction: `SELECT pid, state, xact_start, query FROM pg_stat_activity "
        "ORDER BY xact_start` shows it, `SELECT pg_terminate_backend(PID)` ends it. Then `reelflow deploy "
        "{environment}`",
    ),
    Rule(
        kind="database_timeout_outside",
        title="The database can't be reached from here",
        looks_like="Could not connect to server: Connection timed out, from a machine outside of the VPC",
        find=both(
            said(
                rf"(?:{_POSTGRES}).*(?:{_TIMED_OUT})|(?:{_TIMED_OUT}).*(?:{_POSTGRES})"
                "|connection timeout expired",
                "fault",
                "run",
            ),
            lambda findings: None if findings.tasks else Match(()),
        ),
        message="The database is in private subnets of the VPC, where nothing outside has a way to it",
        remedy="Run it inside: `reelflow run {environment} -- migrate local status`, or `reelflow migrate "
        "{environment} status`",
    ),
    Rule(
        kind="database_unreachable",
        title="Tasks can't connect to the database",
        looks_like="connection to server … failed: timeout expired, Connection refused, could not "
        "translate host name",
        find=said(
            rf"(?:{_POSTGRES}).{{0,200}}(?:{_TIMED_OUT}|connection refused|could not translate host|"
            r"server closed the connection)|PostgreSQL at \S+ can't be used|"
            r'database "[^"]+" does not exist',
            "log",
            "fault",
        ),
        message="The container started, and got no connection to the database; RDS and the security "
        "groups are as they should be, as far as could be seen",
        remedy="Compare DATABASE_URL (infra/terraform/main.tf, local.database_url) with `aws rds "
        "describe-db-instances`; try from inside: `reelflow run {environment} -- migrate local status`",
    ),
    Rule(
        kind="cache_unreachable",
        title="Tasks can't connect to the cache",
        looks_like="Redis can't be used; Error connecting to …:6379",
        find=said(
            r"Redis can't be used|No Redis|error \d* ?connecting to .*6379|WRONGPASS|NOAUTH|redis failed",
            "log",
            "fault",
        ),
        message="The container started, and can't use the cache",
        remedy="Compare REDIS_URL and REDIS_PASSWORD with ElastiCache: `reelflow bootstrap {environment}` "
        "keeps the password, `reelflow deploy {environment}` tells it to both sides",
    ),
)
