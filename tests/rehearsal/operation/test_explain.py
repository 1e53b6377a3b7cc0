"""Failures made for real in a sandbox of AWS, each explained by one cause, its evidence and the next step.

The tasks run a tiny image; what is wrong with them is the case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from prefect_aws import AwsCredentials

from blocks.environment import Environment
from flows.explaining.findings import Fault
from flows.explaining.rules import RULES
from tests.rehearsal.blocks import conftest as blocks
from tests.rehearsal.operation import failing_calls as calls
from tests.rehearsal.operation import failing_tasks as tasks
from tests.rehearsal.operation.failing_stage import STORES, Stage, make_cache, make_database
from tests.rehearsal.sandbox import conftest as theirs
from tests.rehearsal.sandbox.conftest import Account

cloud, account, credentials = theirs.cloud, theirs.account, blocks.credentials


@pytest.fixture(scope="module")
def stores(account: Account) -> None:
    """A database and a cache that are as they should be."""
    make_cache(account, STORES)
    make_database(account, STORES)


@pytest.fixture
def stage(account: Account, credentials: AwsCredentials, stores: None, tmp_path: Path) -> Iterator[Stage]:
    name = f"explain-{uuid4().hex[:8]}"
    environment = Environment.from_checkout(
        "dev", tmp_path, region=account.cloud.region, account="123456789012", credentials=credentials
    )
    made = Stage(account, environment, name, datetime.now(UTC))
    yield made
    account.cloud.faults.off()
    if account.ecs.describe_services(cluster=account.cluster, services=[name])["services"]:
        account.ecs.delete_service(cluster=account.cluster, service=name, force=True)
    if "database" in made.stores:
        rds = account.client("rds")
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


Make = Callable[[Stage], Fault | None]


MADE: list[tuple[Make, str, tuple[str, ...]]] = [
    (tasks.crashes, "crashed", ("exit code 3", "no such table: films", "reelflow deploy dev")),
    (tasks.killed, "out_of_memory", ("137", "512 MiB")),
    (tasks.missing_variable, "missing_variable", ("KeyError: 'SECRET_KEY'", "exit code 1")),
    (
        tasks.secret_that_is_not_there,
        "secret_missing",
        ("does not exist; SECRET_KEY needs it", "reelflow bootstrap dev"),
    ),
    (tasks.secret_without_the_key, "secret_key_missing", ("SECRET_KEY", "reelflow bootstrap dev")),
    (
        tasks.role_without_the_right,
        "not_authorized",
        ("secretsmanager:GetSecretValue", "modules/iam/main.tf"),
    ),
    (tasks.image_that_was_never_pushed, "image_missing", ("unreleased is not there",)),
    (tasks.no_log_group, "log_group_missing", ("log group",)),
    (tasks.command_that_is_not_there, "cannot_start_container", ("no-such-program",)),
    (tasks.never_healthy, "unhealthy", ("container health checks",)),
    (tasks.no_capacity, "capacity", ("no room",)),
    (tasks.stuck_without_a_route, "no_route", ("lead nowhere", "NAT gateway")),
    (tasks.given_up_without_a_route, "no_route", ("lead nowhere", "i/o timeout")),
    (tasks.no_public_address, "no_route", ("without a public address",)),
    (tasks.endpoint_that_is_missing, "endpoint_missing", ("lacks: ecr.dkr, secretsmanager",)),
    (tasks.https_that_is_blocked, "https_blocked", ("lets nothing out on port 443",)),
    (tasks.database_that_is_blocked, "database_blocked", ("lets nothing out to port 5432", "TimeoutError")),
    (tasks.database_that_is_stopped, "database_not_available", ("is stopped", "start-db-instance")),
    (calls.alarm_that_rings, "alarm", ("is in ALARM", "--ignore-alarms")),
    (calls.fargate_size, "cpu_memory", ("No Fargate configuration exists", "task_memory")),
    (calls.launch_type, "no_container_instances", ("launch type is EC2",)),
    (calls.credentials_that_have_expired, "expired_credentials", ("aws sts get-caller-identity",)),
    (calls.throttled, "throttled", ("Rate exceeded",)),
    (calls.registry_login, "registry_login_expired", ("reelflow deploy dev",)),
    (calls.docker_daemon, "docker_unreachable", ("systemctl start docker",)),
    (calls.database_exists, "database_exists", ("module.database.aws_db_instance.this",)),
    (calls.bucket_exists, "bucket_exists", ("module.storage.aws_s3_bucket.this",)),
    (calls.snapshot_of_a_stopped_database, "snapshot_refused", ("not currently in the available state",)),
    (calls.state_that_is_locked, "state_locked", ("root@build-7", "force-unlock 3f0a")),
    (tasks.cache_that_is_blocked, "cache_blocked", ("lets nothing out to port 6379",)),
    (tasks.cache_that_is_gone, "cache_not_available", ("is missing",)),
    (tasks.image_that_is_not_pulled, "image_pull_failed", ("no reason",)),
    (tasks.secrets_that_are_not_read, "secrets_unreachable", ("no reason",)),
    (tasks.first_deployment_of_which_nothing_is_left, "first_deployment_stalled", ("nothing ran before",)),
    (calls.denied_without_a_name, "access_denied", ("does not say which",)),
    (calls.quota_that_is_used_up, "quota", ("reached the limit",)),
    (calls.no_way_to_aws, "unreachable", ("reelflow status dev",)),
    (calls.push_that_breaks_off, "push_broken_off", ("not sent again",)),
    (calls.revision_that_is_inactive, "revision_inactive", ("TaskDefinition is inactive",)),
    (calls.password_that_is_wrong, "database_password", ("password authentication failed",)),
    (calls.database_that_listens_elsewhere, "database_unreachable", ("Connection refused",)),
    (calls.database_seen_from_outside, "database_timeout_outside", ("reelflow run dev",)),
    (calls.migration_without_its_lock, "migration_lock_timeout", ("pg_stat_activity",)),
    (calls.lock_that_is_held, "lock_held", ("build-7",)),
]


# What can't be made here is told in tests/explaining from documents of AWS's API, or is made elsewhere.
REPLAYED = {
    "no_worker": "made on a Prefect server: tests/deployment/test_waiting_runs.py",
    "not_bootstrapped": "the lock's bucket is there: the record's kind is replayed",
    "provider_unavailable": "the sandbox brings the provider with it",
    "plan_stale": "made in the failure matrix (apply.plan-gone-stale)",
    "state_not_saved": "no bucket of the sandbox fails in that very moment",
    "bucket_taken": "the sandbox has one account",
    "resource_exists": "one rule with the database and the bucket, by another code",
    "disk_full": "this machine's disk is not to be filled",
    "database_full": "this machine's disk is not to be filled",
    "image_too_large": "this machine's disk is not to be filled",
    "build_failed": "made in the failure matrix (build.build-failure)",
    "tag_taken": "the sandbox's tags are made of the content",
    "image_platform": "all containers run on this machine's processor",
    "image_rate_limit": "the sandbox's registry counts no pulls",
    "image_denied": "the sandbox names the right that is missing",
    "cache_unreachable": "the cache of these tests has no password",
    "replicate_token": "Replicate is not part of the sandbox",
    "target_unreachable": "the sandbox's balancer reaches every task",
    "died_later": "made in the failure matrix (bake); its task tells more",
    "never_ran": "ECS always gives a reason here",
    "circuit_breaker": "the stopped tasks tell more here",
    "film_failed": "made by the rehearsal's scenario unverified",
    "logged_errors": "made in the failure matrix (verify)",
    "superseded": "made in tests/rehearsal/blocks/test_ecs.py",
    "migration_failed": "the one-off task tells more here",
    "terraform_failed": "made in tests/rehearsal/blocks/test_terraform.py",
    "killed": "made in the failure matrix (process killed)",
    "deadline": "made in tests/deployment/test_ending.py",
}


def test_every_cause_is_made_here_or_it_is_said_why_not() -> None:
    made = {kind for _, kind, _ in MADE}
    assert made | REPLAYED.keys() == {rule.kind for rule in RULES}
    assert not made & REPLAYED.keys()


@pytest.mark.parametrize(("make", "kind", "says"), MADE, ids=[case[0].__name__ for case in MADE])
def test_a_failure_that_is_made_has_one_cause(
    stage: Stage, make: Make, kind: str, says: tuple[str, ...]
) -> None:
    found = stage.explained(make(stage))
    assert found.cause is not None
    assert found.cause.kind == kind, found
    told = f"{found.cause.message} {found.cause.remedy} {' '.join(map(str, found.evidence))}"
    for words in says:
        assert words in told
