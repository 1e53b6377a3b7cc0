"""A deployed environment, looked after: it is well; somebody changes it by hand; it falls ill and recovers.

The flows, Terraform, Prefect's server with its automations, PostgreSQL and Redis are real; AWS's API is a
stand-in.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

import boto3
import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.deployments import run_deployment
from prefect.events.worker import EventsWorker
from rich.console import Console
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from app.configuration import NotConfigurable
from app.settings import settings
from blocks.ecs.definition import registerable
from blocks.environment import Environment
from blocks.record_store import records_of
from blocks.terraform.outputs import Outputs
from commands.deployment import looking as deployed
from commands.deployment.rehearse import Rehearsal, rehearsal
from commands.deployments import CHECKOUT
from commands.operation import looking
from flows.budget import budget
from flows.checklist import checklist
from flows.deployment import journal
from flows.deployment.release import Release
from flows.drift_check import drift_check
from flows.health_check import health_check
from flows.housekeeping import housekeeping
from flows.operation import automations
from sandbox.rehearsal.scenarios import SCENARIOS
from sandbox.rights import S3_RIGHTS
from tests.infra.policies import may

pytestmark = pytest.mark.timeout(1500)

NAME = "sandbox"
SETTLES_WITHIN_S = 120.0
FLOW_WITHIN_S = 400.0


# Calls whose right has another name (Service Authorization Reference).
RIGHTS = {
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
}
PREFIXES = {"elbv2": "elasticloadbalancing", "service-quotas": "servicequotas", "tagging": "tag"}


def right_of(service: str, operation: str) -> str:
    """The right that a call takes."""
    if service == "s3" and operation in S3_RIGHTS:
        return f"s3:{S3_RIGHTS[operation]}"
    right = f"{PREFIXES.get(service, service)}:{operation}"
    return RIGHTS.get(right, right)


@dataclass
class Watched:
    """A rehearsal whose first release serves."""

    stage: Rehearsal
    environment: Environment
    outputs: Outputs
    told: list[dict[str, Any]] = field(default_factory=list)

    def scale(self, service: str, count: int) -> None:
        """Sets a service's tasks by hand, and waits until so many run."""
        known = self.environment.service(self.outputs, service)
        ecs = boto3.client("ecs")
        ecs.update_service(cluster=known.cluster, service=known.service, desiredCount=count)
        until(lambda: known.running().running == count)


def until(there: Callable[[], bool], within_s: float = SETTLES_WITHIN_S) -> None:
    """Waits until something is so."""
    poll = Retrying(
        stop=stop_after_delay(within_s), wait=wait_fixed(0.2), retry=retry_if_result(lambda found: not found)
    )
    poll(there)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    before = dict(os.environ)
    os.environ["REELFLOW_HOME"] = str(tmp_path_factory.mktemp("home"))
    settings.cache_clear()
    try:
        with rehearsal(Console(quiet=True), engine="process") as stage:
            assert stage.play(SCENARIOS[0])["faults"] == []
            environment = stage.environment(CHECKOUT)
            outputs = asyncio.run(deployed.environment_outputs(environment))
            found = Watched(stage, environment, outputs)
            with _told_by_webhook(found.told):
                yield found
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


@contextmanager
def _told_by_webhook(told: list[dict[str, Any]]) -> Iterator[None]:
    """Whoever is told of incidents: a page on this machine, saved as the notification block."""

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    block = CustomWebhookNotificationBlock(
        name="page",
        url=f"http://127.0.0.1:{server.server_port}/",
        json_data={"subject": "{{subject}}", "body": "{{body}}"},
        headers=None,
        cookies=None,
    )
    block.save(automations.NOTIFICATION_BLOCK, overwrite=True)
    with get_client(sync_client=True) as client:
        automations.apply(client, [NAME])
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def ended(flow: Any, **parameters: Any) -> State:
    """How a flow ends that is run in this process."""

    async def run() -> State:
        return await flow(NAME, return_state=True, **parameters)

    state = asyncio.run(run())
    # What it has sent is what automations wait for.
    EventsWorker.drain_all(timeout=10)
    return state


def check() -> str | None:
    """The name of the end of a health check."""
    return ended(health_check, film="never").name


def artifact(key: str) -> Any:
    """The newest artifact of a key."""
    with get_client(sync_client=True) as client:
        return client.request("GET", "/artifacts/{key}/latest", path_params={"key": key}).json()


def test_a_new_environment_is_well_by_the_schedules_own_deployment(watched: Watched) -> None:
    run = run_deployment(f"health-check/{NAME}", timeout=FLOW_WITHIN_S, poll_interval=1, as_subflow=False)
    assert isinstance(run, FlowRun)
    assert run.state is not None
    assert run.state.name == "Healthy", run.state.message
    table = json.loads(artifact(f"health-check-{NAME}")["data"])
    seen = {row["Check"]: row for row in table}
    # A film was due, since none was made yet.
    assert {
        seen[name]["State"] for name in ("Health", "Database", "Cache", "Service worker", "Film", "Lifecycle")
    } == {"good"}
    assert artifact(f"health-check-history-{NAME}")["data"].startswith("data:image/svg+xml;base64,")


def test_nothing_was_changed_by_hand(watched: Watched) -> None:
    state = ended(drift_check)
    assert state.is_completed(), state.message


def test_what_is_changed_by_hand_is_named(watched: Watched) -> None:
    s3, ec2 = boto3.client("s3"), boto3.client("ec2")
    bucket = watched.outputs.media_bucket
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    [group] = ec2.describe_security_groups(
        Filters=[{"Name": "group-name", "Values": [f"{watched.environment.prefix}-database"]}]
    )["SecurityGroups"]
    opened = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
    }
    watched.scale("worker", 0)
    s3.delete_bucket_lifecycle(Bucket=bucket)
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[opened])
    try:
        health = asyncio.run(looking.check(watched.environment, "never"))
        assert {"Service worker", "Lifecycle"} <= _bad(health)
        assert health["verdict"] == "degraded"
        state = ended(drift_check)
        assert state.is_failed()
        table = json.loads(artifact(f"drift-check-{NAME}")["data"])
        wrong = {row["Check"]: row["Evidence"] for row in table if row["State"] == "wrong"}
        # Beside the checks, each thing that Terraform has found changed by hand.
        lifecycle = "module.storage.aws_s3_bucket_lifecycle_configuration.this"
        assert set(wrong) == {
            "Terraform", "Configuration", "Rules made by hand", "Service worker", "Open ports", lifecycle,
        }  # fmt: skip
        assert "aws_s3_bucket_lifecycle_configuration" in wrong["Terraform"]
        assert "0.0.0.0/0" in wrong["Rules made by hand"]
        assert "is set to 0 tasks in place of 1" in wrong["Service worker"]
    finally:
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[opened])
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
        watched.scale("worker", 1)


def test_the_guides_checklist_is_good_with_evidence(watched: Watched) -> None:
    state = ended(checklist)
    table = json.loads(artifact(f"checklist-{NAME}")["data"])
    seen = {row["Check"]: row for row in table}
    assert {name for name, row in seen.items() if row["State"] == "wrong"} == set(), state.message
    assert "load-balancer: tcp 80" in seen["Open ports"]["Evidence"]
    assert "rds.force_ssl" in seen["Database over TLS"]["Evidence"]
    assert "$60" in seen["Budget alerts"]["Evidence"]
    assert "Film of" in seen["Final composition downloadable"]["Evidence"]
    assert seen["Replicate usage"]["State"] == "good"


def test_the_budget_is_counted(watched: Watched) -> None:
    ended(budget)
    table = {row["Check"]: row for row in json.loads(artifact(f"budget-{NAME}")["data"])}
    # With a load balancer and processors as the sandbox has them it would cost more than it may.
    assert table["AWS this month"]["State"] == "wrong"
    assert "forecast, of $60" in table["AWS this month"]["Evidence"]
    assert table["Replicate this month"]["State"] == "good"
    assert "$0.00 for 0 clips" in table["Replicate this month"]["Evidence"]


def test_what_films_may_take_is_set_where_the_database_is(watched: Watched) -> None:
    def configuration(key: str | None = None, text: str | None = None) -> list[dict[str, Any]]:
        asked = looking.configuration(watched.environment, key, text, tell=lambda _: None)
        return asyncio.run(asked)["configuration"]

    [changed] = configuration("cleanup_jobs_after_days", "9")
    assert (changed["value"], changed["default"]) == (9, 7)
    values = {each["key"]: each["value"] for each in configuration()}
    assert values["cleanup_jobs_after_days"] == 9
    assert values["month_budget_usd"] == 200.0
    with pytest.raises(NotConfigurable):
        configuration("cleanup_jobs_after_days", "soon")


def test_housekeeping_removes_what_nobody_needs_and_keeps_the_rest(watched: Watched) -> None:
    s3, ecs, ecr = boto3.client("s3"), boto3.client("ecs"), boto3.client("ecr")
    bucket, repository = watched.outputs.media_bucket, watched.outputs.ecr_repository_url.partition("/")[2]

    def there() -> tuple[set[str], ...]:
        objects = s3.list_objects_v2(Bucket=bucket)["Contents"]
        images = ecr.describe_images(repositoryName=repository)["imageDetails"]
        return (
            {each["Key"] for each in objects},
            set(ecs.list_task_definitions()["taskDefinitionArns"]),
            {each["imageDigest"] for each in images},
        )

    needed = there()
    assert all(needed)
    s3.put_object(Bucket=bucket, Key=f"generations/{uuid4()}/clips/clip_001.mp4", Body=b"lost")
    served = ecs.describe_task_definition(taskDefinition=watched.outputs.services["backend"].task_definition)
    ecs.register_task_definition(**registerable(served["taskDefinition"]))
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "layers": [],
        "config": {"size": 2, "digest": f"sha256:{64 * 'a'}"},
    }
    ecr.put_image(repositoryName=repository, imageManifest=json.dumps(manifest), imageTag="lost")
    more = there()
    assert [len(now - then) for now, then in zip(more, needed, strict=True)] == [1, 1, 1]

    # All of it is new: a film or a deployment may be about to use it.
    assert ended(housekeeping).is_completed()
    assert there() == more
    listed = asyncio.run(looking.tidied(watched.environment, dry_run=True, at_once=True))
    assert listed["ok"], listed
    assert {name: listed["figures"][name] for name in ("Objects", "Task definitions", "Images")} == {
        "Objects": 1, "Task definitions": 1, "Images": 1,
    }  # fmt: skip
    assert there() == more
    state = ended(housekeeping, at_once=True)
    assert state.is_completed(), state.message
    assert there() == needed


def test_three_failures_are_one_incident_which_recovery_closes(watched: Watched) -> None:
    # Workers and their links are there again.
    until(lambda: check() == "Healthy")
    watched.scale("backend", 0)
    try:
        ends = [check() for _ in range(3)]
        assert ends == ["Failed"] * 3
        [incident] = asyncio.run(looking.incidents(watched.environment))
        assert incident.closed is None
        assert "Health" in incident.failed
        # There is nothing yet that could be gone back to.
        assert incident.rollback is None
        assert check() == "Failed"
        until(lambda: len(watched.told) == 1)
        assert watched.told[0]["subject"] == f"Reelflow: incident in {NAME}"
        assert "Health" in watched.told[0]["body"]
    finally:
        watched.scale("backend", 1)
    until(lambda: asyncio.run(looking.check(watched.environment, "never"))["verdict"] == "healthy")
    assert check() == "Healthy"
    [incident] = asyncio.run(looking.incidents(watched.environment))
    assert incident.closed is None
    assert check() == "Healthy"
    [incident] = asyncio.run(looking.incidents(watched.environment))
    assert incident.closed is not None
    assert "closed" in artifact(f"incident-{NAME}")["data"]
    assert len(watched.told) == 1


def test_the_deployers_role_may_do_all_of_it(watched: Watched) -> None:
    where, iam = watched.environment, boto3.client("iam")
    watched.stage.aws.forget_calls()
    for look in (
        looking.check(where, "never"),
        looking.drifted(where),
        looking.checklist(where),
        looking.budget(where),
        looking.tidied(where, dry_run=False, at_once=True),
    ):
        asyncio.run(look)
    # Tasks have keys of their own.
    ours = [
        call for call in watched.stage.aws.calls() if call["access_key"] == os.environ["AWS_ACCESS_KEY_ID"]
    ]
    needed = {right_of(call["service"], call["operation"]) for call in ours} - {"sts:GetCallerIdentity"}
    attached = iam.list_attached_role_policies(RoleName=f"{where.prefix}-deployer")["AttachedPolicies"]
    statements = [
        statement
        for policy in attached
        for statement in iam.get_policy_version(
            PolicyArn=policy["PolicyArn"],
            VersionId=iam.get_policy(PolicyArn=policy["PolicyArn"])["Policy"]["DefaultVersionId"],
        )["PolicyVersion"]["Document"]["Statement"]
    ]
    assert {"ce:GetCostAndUsage", "tag:GetResources", "ecs:RunTask", "iam:GetRolePolicy"} <= needed
    assert sorted(right for right in needed if not may(statements, right)) == []


def test_a_young_release_that_makes_it_ill_is_taken_back(watched: Watched) -> None:
    first, records = watched.stage.last_good, records_of(watched.environment)
    until(lambda: check() == "Healthy")
    assert watched.stage.play(SCENARIOS[1])["faults"] == []
    young = watched.stage.last_good
    assert young != first
    watched.scale("backend", 0)
    assert [check() for _ in range(3)] == ["Failed"] * 3
    incident, *_ = asyncio.run(looking.incidents(watched.environment))
    assert incident.release == young
    assert incident.rollback is not None

    def newest() -> Release:
        found = journal.newest(records, NAME)
        assert found is not None
        return found

    # Nobody has started it but the automation.
    until(lambda: newest().kind == "rollback" and newest().ended is not None, FLOW_WITHIN_S)
    assert newest().verified, newest().cause
    assert newest().goal == first
    until(lambda: check() == "Healthy")
    assert check() == "Healthy"
    incident, *_ = asyncio.run(looking.incidents(watched.environment))
    assert incident.closed is not None
    until(lambda: len(watched.told) == 2)


def _bad(document: dict[str, Any]) -> set[str]:
    return {check["name"] for check in document["checks"] if check["good"] is False}
