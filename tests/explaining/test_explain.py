"""One cause from all that was found: every case of the guide's troubleshooting chapter, and of the pitfalls.

A row is what AWS, Terraform, the logs or the deployment's record say, in their own words; the documents are
checked against botocore's models. Which of the cases are made for real in a sandbox is told by
tests/rehearsal/operation/test_explain.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.explaining.explain import explain
from flows.explaining.findings import (
    Findings,
    Gap,
    ImageFacts,
    PoolFacts,
    RunFacts,
    SecretFacts,
    TargetFacts,
)
from flows.explaining.rules import RULES
from tests.explaining import documents as d

INITIALISING = (
    "ResourceInitializationError: unable to pull secrets or registry auth: "
    "execution resource retrieval failed: "
)
NO_ROUTE = (
    f"{INITIALISING}unable to retrieve ecr registry auth: service call has been retried 3 time(s): "
    'RequestError: send request failed caused by: Post "https://api.ecr.us-east-2.amazonaws.com/": '
    "dial tcp 198.51.100.7:443: i/o timeout. Please check your task network configuration."
)
FETCHING = f"{INITIALISING}unable to retrieve secret from asm: "
NO_SECRET = (
    f"{FETCHING}service call has been retried 1 time(s): "
    f"failed to fetch secret {d.SECRET} from secrets manager: "
    "ResourceNotFoundException: Secrets Manager can't find the specified secret."
)
NO_KEY = f"{FETCHING}retrieved secret from Secrets Manager did not contain json key SECRET_KEY"
DENIED = (
    f"{FETCHING}service call has been retried 1 time(s): failed to fetch secret: AccessDeniedException: "
    "User: arn:aws:sts::123456789012:assumed-role/ai-video-execution/1a2b is not authorized to perform: "
    f"secretsmanager:GetSecretValue on resource: {d.SECRET} "
    "because no identity-based policy allows the secretsmanager:GetSecretValue action"
)
LOCKED = """Error message: operation error S3: PutObject, https response error StatusCode: 412
Lock Info:
  ID:        3f0a
  Path:      ai-video-terraform-state/prod/terraform.tfstate
  Operation: OperationTypeApply
  Who:       root@build-7
  Version:   1.11.4
  Created:   2026-11-24 23:00:01.123456789 +0000 UTC
  Info:"""
TIMED_OUT = (
    'connection failed: connection to server at "10.0.128.5", port 5432 failed: timeout expired: '
    "psycopg.OperationalError"
)
EXITED = "Essential container in task exited"
TASKS = d.group("sg-tasks", out=((443, "0.0.0.0/0"), (5432, "sg-database"), (6379, "sg-cache")))
DATABASE = d.group("sg-database", into=((5432, "sg-tasks"),))
CACHE = d.group("sg-cache", into=((6379, "sg-tasks"),))
STORES = {"database": d.store("database"), "cache": d.store("cache")}
OPEN = {**STORES, "security_groups": (TASKS, DATABASE, CACHE), "services": (d.service(),)}
STUCK = d.task(status="PENDING")


def crashed(*log: str, exit_code: int = 1, **fields: Any) -> Findings:
    """A release whose tasks end at once."""
    ended = d.task(EXITED, exit_code=exit_code, log=log)
    return d.findings(
        **({"tasks": (ended,), "fault": d.fault("crashed", "backend: it ended")} | OPEN | fields)
    )


def terraform(summary: str, detail: str = "", address: str = "", **fields: Any) -> Findings:
    """A release whose apply failed."""
    told = d.diagnostic(summary, detail, address)
    known = d.fault("terraform_failed", f"terraform apply failed: {summary}", stage="apply")
    return d.findings(**({"diagnostics": (told,), "fault": known} | fields))


# The guide's troubleshooting chapter, in its order.
GUIDE = [
    pytest.param(
        terraform(
            "creating RDS DB Instance (ai-video-db)",
            "DBInstanceAlreadyExists: DB instance already exists",
            "module.database.aws_db_instance.this",
        ),
        "database_exists",
        ("reelflow state restore prod", "import module.database.aws_db_instance.this"),
        id="DBInstanceAlreadyExists",
    ),
    pytest.param(
        terraform("creating S3 Bucket (films)", "BucketAlreadyExists", "module.storage.aws_s3_bucket.this"),
        "bucket_taken",
        ("another account's", "environments/prod.tfvars"),
        id="BucketAlreadyExists",
    ),
    pytest.param(
        d.findings(
            fault=d.fault(
                "aws_error",
                "Can't start a task: No Container Instances were found in your cluster",
                stage="expand",
            )
        ),
        "no_container_instances",
        ("launch type is EC2", "FARGATE"),
        id="No Container Instances",
    ),
    pytest.param(
        d.findings(
            fault=d.fault(
                "push_failed",
                "Can't push: denied: Your authorization token has expired. Reauthenticate and try again.",
                stage="push",
            )
        ),
        "registry_login_expired",
        ("twelve hours", "reelflow deploy prod"),
        id="ECR token expired",
    ),
    pytest.param(
        d.findings(
            fault=d.fault(
                "builder_unavailable",
                "The Docker engine does not answer: Cannot connect to the Docker daemon at "
                "unix:///var/run/docker.sock",
                stage="build",
            )
        ),
        "docker_unreachable",
        ("systemctl start docker",),
        id="Docker daemon not reachable",
    ),
    pytest.param(
        d.findings(
            fault=d.fault(
                "app_error", "Could not connect to server: Connection timed out (port 5432)", stage="expand"
            )
        ),
        "database_timeout_outside",
        ("private subnets", "reelflow run prod -- migrate local status"),
        id="database connection timed out, from outside",
    ),
    pytest.param(
        crashed(
            "reelflow: This can't start: DATABASE_URL is not set, and this command starts no embedded server"
        ),
        "missing_variable",
        ("DATABASE_URL is not set", "exit code 1", "infra/terraform/main.tf"),
        id="stops at once: missing variable",
    ),
    pytest.param(
        crashed("pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings"),
        "missing_variable",
        ("validation error",),
        id="stops at once: wrong variable",
    ),
    pytest.param(
        crashed("KeyError: 'SECRET_KEY'"),
        "missing_variable",
        ("SECRET_KEY",),
        id="stops at once: variable that a program takes for granted",
    ),
    pytest.param(
        crashed(TIMED_OUT),
        "database_unreachable",
        ("no connection to the database", "reelflow run prod"),
        id="stops at once: database connection failed",
    ),
    pytest.param(
        crashed("replicate.exceptions.ReplicateError: 401 Unauthenticated: You did not pass a valid token"),
        "replicate_token",
        ("REPLICATE_API_TOKEN", "reelflow bootstrap prod"),
        id="stops at once: invalid Replicate token",
    ),
    pytest.param(
        d.findings(tasks=(STUCK,), definitions=(d.definition(cpu="256", memory="4096"),)),
        "cpu_memory",
        ("cpu 256, memory 4096 MiB", "task_memory"),
        id="PENDING: CPU and memory",
    ),
    pytest.param(
        terraform(
            "creating ECS Task Definition (ai-video-backend)",
            "ClientException: No Fargate configuration exists for given values.",
        ),
        "cpu_memory",
        ("pairs of CPU and memory",),
        id="CPU and memory, refused at once",
    ),
    pytest.param(
        d.findings(tasks=(STUCK,), services=(d.service(public_ip=False),), subnets=(d.subnet(),)),
        "no_route",
        ("lead nowhere", "NAT gateway"),
        id="PENDING: no route",
    ),
    pytest.param(
        d.findings(tasks=(STUCK,), images=(ImageFacts(reference=d.IMAGE, exists=False),)),
        "image_missing",
        (d.IMAGE, "reelflow deploy prod"),
        id="PENDING: image missing",
    ),
    pytest.param(
        d.findings(
            fault=d.fault(
                "aws_denied",
                "Can't update the service: User: arn:aws:iam::123456789012:user/ai-video-deployer is not "
                "authorized to perform: ecs:UpdateService on resource: "
                "arn:aws:ecs:us-east-2:123456789012:service/ai-video/api because no identity-based policy "
                "allows the ecs:UpdateService action",
            )
        ),
        "not_authorized",
        (
            "ecs:UpdateService",
            "list-attached-user-policies --user-name ai-video-deployer",
            "infra/bootstrap/services.tf",
        ),
        id="not authorized: a user",
    ),
]

ECS = [
    pytest.param(
        d.findings(
            fault=d.fault("circuit_breaker", "ECS rolled it back: tasks failed to start"),
            services=(
                d.service(
                    d.deployment("COMPLETED", definition=d.BEFORE),
                    d.deployment("FAILED", failed=3, status="ACTIVE"),
                    events=("(service ai-video-backend) deployment failed: tasks failed to start.",),
                    running=1,
                ),
            ),
        ),
        "circuit_breaker",
        ("again and again",),
        id="circuit breaker rolled back",
    ),
    pytest.param(
        d.findings(
            services=(d.service(d.deployment("IN_PROGRESS", failed=10)),),
            tasks=(d.task("Task stopped", code="UserInitiated"),),
        ),
        "first_deployment_stalled",
        ("10 tasks of backend", "nothing ran before"),
        id="first deployment stalled",
    ),
    pytest.param(
        d.findings(tasks=(d.task("Task stopped for an unknown reason", code="TaskFailedToStart"),)),
        "never_ran",
        ("never ran", "a failure, not a success"),
        id="exitCode null",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.task(
                    EXITED, exit_code=137, container="OutOfMemoryError: Container killed due to memory usage"
                ),
            ),
            definitions=(d.definition(),),
        ),
        "out_of_memory",
        ("2048 MiB", "137", "task_memory"),
        id="out of memory",
    ),
    pytest.param(
        d.findings(tasks=(d.task(EXITED, exit_code=137),)),
        "out_of_memory",
        ("137",),
        id="137 alone",
    ),
    pytest.param(
        d.findings(tasks=(d.not_started(NO_SECRET),)),
        "secret_missing",
        (d.SECRET, "reelflow bootstrap prod"),
        id="secret missing, by what ECS says",
    ),
    pytest.param(
        d.findings(
            tasks=(STUCK,),
            secrets=(
                SecretFacts(name="ai-video/app", variable="SECRET_KEY", key="SECRET_KEY", exists=False),
            ),
        ),
        "secret_missing",
        ("ai-video/app", "SECRET_KEY"),
        id="secret missing, by Secrets Manager",
    ),
    pytest.param(
        d.findings(tasks=(d.not_started(NO_KEY),)),
        "secret_key_missing",
        ("reads SECRET_KEY", "reelflow bootstrap prod"),
        id="secret without the key",
    ),
    pytest.param(
        d.findings(tasks=(d.not_started(DENIED),)),
        "not_authorized",
        ("ai-video-execution", "secretsmanager:GetSecretValue", "infra/terraform/modules/iam/main.tf"),
        id="not authorized: the execution role",
    ),
    pytest.param(
        terraform(
            "creating ECS Cluster (ai-video)",
            "AccessDeniedException: User: "
            "arn:aws:sts::123456789012:assumed-role/ai-video-deployer/reelflow is not authorized to "
            "perform: ecs:CreateCluster on resource: * with an explicit deny in an identity-based policy",
        ),
        "not_authorized",
        ("denies ecs:CreateCluster", "on purpose"),
        id="not authorized: an explicit deny",
    ),
    pytest.param(
        crashed(
            "botocore.exceptions.ClientError: An error occurred (AccessDenied): User: "
            "arn:aws:sts::123456789012:assumed-role/ai-video-worker/1 is not authorized to perform: "
            "s3:PutObject on resource: arn:aws:s3:::films/x because no permissions boundary allows the "
            "s3:PutObject action"
        ),
        "not_authorized",
        ("s3:PutObject", "infra/bootstrap/boundary.tf"),
        id="not authorized: the boundary",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.not_started(
                    "ResourceInitializationError: failed to validate logger args: create stream has been "
                    "retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: "
                    "The specified log group does not exist."
                ),
            )
        ),
        "log_group_missing",
        ("log group",),
        id="log group missing",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.not_started(
                    f"CannotPullContainerError: pull image manifest has been retried 1 time(s): "
                    f"failed to resolve ref {d.REPOSITORY}:unreleased: {d.REPOSITORY}:unreleased: not found"
                ),
            )
        ),
        "image_missing",
        ("unreleased",),
        id="CannotPull: not found",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.not_started(
                    "CannotPullContainerError: image Manifest does not contain descriptor matching "
                    "platform 'linux/arm64'"
                ),
            )
        ),
        "image_platform",
        ("cpu_architecture",),
        id="CannotPull: another processor",
    ),
    pytest.param(
        crashed("exec /usr/local/bin/reelflow: exec format error"),
        "image_platform",
        ("another processor",),
        id="exec format error",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.not_started(
                    "CannotPullContainerError: inspect image has been retried 5 time(s): httpReadSeeker: "
                    "failed open: unexpected status code: 429 Too Many Requests - Server message: "
                    "toomanyrequests: You have reached your pull rate limit"
                ),
            )
        ),
        "image_rate_limit",
        ("ECR",),
        id="CannotPull: rate limit",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.not_started(
                    "CannotPullContainerError: ref pull has been retried 1 time(s): failed to extract "
                    "layer sha256:aa: write /usr/lib/x: no space left on device"
                ),
            )
        ),
        "image_too_large",
        ("20 GiB", "ephemeral_storage"),
        id="CannotPull: no space",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.not_started(
                    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
                    "resolve reference: unexpected status from HEAD request: 403 Forbidden"
                ),
            )
        ),
        "image_denied",
        ("ecr:BatchGetImage",),
        id="CannotPull: forbidden",
    ),
    pytest.param(
        d.findings(tasks=(d.not_started("CannotPullContainerError: failed to copy: something else"),)),
        "image_pull_failed",
        ("something else",),
        id="CannotPull: anything else",
    ),
    pytest.param(
        d.findings(
            tasks=(d.not_started(NO_ROUTE),),
            services=(d.service(public_ip=False),),
            subnets=(d.subnet(d.way("igw-1")),),
            security_groups=(TASKS,),
        ),
        "no_route",
        ("igw-1", "without a public address"),
        id="no public address, and no NAT",
    ),
    pytest.param(
        d.findings(
            tasks=(d.not_started(NO_ROUTE),),
            services=(d.service(public_ip=False),),
            subnets=(d.subnet(d.way("nat-1", state="blackhole")),),
            security_groups=(TASKS,),
        ),
        "no_route",
        ("nat-1, which is gone",),
        id="the NAT gateway is gone",
    ),
    pytest.param(
        d.findings(
            tasks=(d.not_started(NO_ROUTE),),
            services=(d.service(public_ip=False),),
            subnets=(d.subnet(),),
            endpoints=(d.endpoint("ecr.dkr"), d.endpoint("logs"), d.endpoint("s3", kind="Gateway")),
            security_groups=(TASKS,),
        ),
        "endpoint_missing",
        ("lacks: ecr.api, secretsmanager",),
        id="an endpoint is missing",
    ),
    pytest.param(
        d.findings(
            tasks=(STUCK,),
            services=(d.service(),),
            subnets=(d.subnet(d.way("igw-1")),),
            security_groups=(d.group("sg-tasks", out=((5432, "sg-database"),)),),
        ),
        "https_blocked",
        ("sg-tasks (tasks)", "443"),
        id="443 is blocked",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.not_started(
                    "ResourceInitializationError: unable to pull secrets or registry auth: pull command "
                    "failed: : signal: killed"
                ),
            )
        ),
        "secrets_unreachable",
        ("signal: killed",),
        id="secrets, for an unknown reason",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.not_started(
                    "Capacity is unavailable at this time. Please try again later or in a different "
                    "availability zone"
                ),
            )
        ),
        "capacity",
        ("no room",),
        id="no capacity",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.not_started(
                    'CannotStartContainerError: exec: "reelflow": executable file not found in $PATH'
                ),
            )
        ),
        "cannot_start_container",
        ("executable file not found",),
        id="the command can't be run",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.task(
                    "Task failed container health checks",
                    code="ServiceSchedulerInitiated",
                    exit_code=0,
                    log=("INFO started", "RuntimeError: a rehearsed fault"),
                ),
            ),
            fault=d.fault("unhealthy"),
            **STORES,
        ),
        "unhealthy",
        ("container health checks", "a rehearsed fault"),
        id="container health check",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.task(
                    "Task failed ELB health checks in (target-group arn:…)",
                    code="ServiceSchedulerInitiated",
                    exit_code=0,
                ),
            ),
            targets=(
                TargetFacts(
                    target="10.0.0.9:8000",
                    state="unhealthy",
                    reason="Target.ResponseCodeMismatch",
                    description="Health checks failed with these codes: [500]",
                ),
            ),
        ),
        "unhealthy",
        ("[500]",),
        id="ELB health check",
    ),
    pytest.param(
        d.findings(
            targets=(
                TargetFacts(
                    target="10.0.0.9:8000",
                    state="unhealthy",
                    reason="Target.Timeout",
                    description="Request timed out",
                ),
            )
        ),
        "target_unreachable",
        ("10.0.0.9:8000", "api_from_load_balancer"),
        id="the load balancer gets no answer",
    ),
    pytest.param(
        d.findings(fault=d.fault("alarm", "The alarm prod-5xx rings", stage="bake"), alarms=("prod-5xx",)),
        "alarm",
        ("prod-5xx is in ALARM", "--ignore-alarms"),
        id="alarm in ALARM",
    ),
    pytest.param(
        d.findings(
            fault=d.fault("alarms", "Alarms: ringing already: prod-5xx", stage="preflight"),
            alarms=("prod-5xx",),
        ),
        "alarm",
        ("prod-5xx",),
        id="alarm in ALARM before it began",
    ),
    pytest.param(
        crashed('File "/images/2ef53100d61225f5432/app/cli.py"', "no such table: films", exit_code=3),
        "crashed",
        ("exit code 3",),
        id="digits of a digest are no code of an error",
    ),
    pytest.param(
        crashed("no such table: films", exit_code=3),
        "crashed",
        ("exit code 3", "no such table: films"),
        id="crash",
    ),
    pytest.param(
        d.findings(
            tasks=(
                d.task(
                    EXITED,
                    exit_code=1,
                    group="family:ai-video-backend",
                    log=("ProgrammingError: no such column",),
                ),
            ),
            fault=d.fault(
                "migration_failed", "`migrate up` failed: it ended with exit code 1", stage="expand"
            ),
        ),
        "crashed",
        ("one-off task", "no such column"),
        id="one-off task",
    ),
    pytest.param(
        d.findings(fault=d.fault("died", "backend: task 1 ended with exit code 1", stage="bake")),
        "died_later",
        ("did not stay so",),
        id="healthy, then dead, with nothing left to see",
    ),
    pytest.param(
        crashed("MemoryError", fault=d.fault("died", "backend: task 1 ended", stage="bake")),
        "crashed",
        ("MemoryError",),
        id="healthy, then dead",
    ),
    pytest.param(
        d.findings(fault=d.fault("aws_error", "Can't update the service: TaskDefinition is inactive")),
        "revision_inactive",
        ("registers a new one",),
        id="inactive revision",
    ),
    pytest.param(
        d.findings(
            fault=d.fault(
                "application_secret",
                "Application secret: ai-video/app has no SECRET_KEY: the tasks could not start",
                stage="preflight",
            )
        ),
        "secret_key_missing",
        ("reads SECRET_KEY from the secret ai-video/app",),
        id="secret without the key, found beforehand",
    ),
    pytest.param(
        crashed('psycopg.errors.UndefinedTable: relation "films" does not exist', exit_code=1),
        "crashed",
        ("UndefinedTable",),
        id="a missing table is no missing database",
    ),
    pytest.param(
        d.findings(fault=d.fault("superseded", "backend: another deployment took its place")),
        "superseded",
        ("cloudtrail",),
        id="superseded",
    ),
]

TERRAFORM = [
    pytest.param(
        terraform(
            "Error acquiring the state lock", LOCKED, fault=d.fault("state_locked", "locked", stage="plan")
        ),
        "state_locked",
        ("root@build-7", "force-unlock 3f0a"),
        id="state lock held",
    ),
    pytest.param(
        d.findings(
            fault=d.fault("state_locked", "the state is locked", stage="apply"),
            state_lock="root@build-8 since 2026-11-25 02:00:00 UTC (plan, lock 77aa)",
        ),
        "state_locked",
        ("root@build-8", "force-unlock 77aa"),
        id="state lock held, by the bucket",
    ),
    pytest.param(
        terraform("Saved plan is stale", fault=d.fault("plan_stale", stage="apply")),
        "plan_stale",
        ("plans again",),
        id="stale plan",
    ),
    pytest.param(
        d.findings(fault=d.fault("state_not_saved", "errored.tfstate", stage="apply")),
        "state_not_saved",
        ("state push", "reelflow state list prod"),
        id="state not saved",
    ),
    pytest.param(
        terraform("creating S3 Bucket (films)", "BucketAlreadyOwnedByYou"),
        "bucket_exists",
        ("this account's",),
        id="our own bucket exists",
    ),
    pytest.param(
        terraform(
            "creating IAM Role (ai-video-execution)", "EntityAlreadyExists: Role with name … already exists."
        ),
        "resource_exists",
        ("reelflow state restore prod",),
        id="something else exists",
    ),
    pytest.param(
        d.findings(
            fault=d.fault(
                "names", "Names: taken, and not in Terraform's state: database ai-video-db", stage="preflight"
            )
        ),
        "database_exists",
        ("The database ai-video-db",),
        id="the database exists, found beforehand",
    ),
    pytest.param(
        terraform("creating EC2 VPC", "VpcLimitExceeded: The maximum number of VPCs has been reached."),
        "quota",
        ("service-quotas",),
        id="quota",
    ),
    pytest.param(
        terraform(
            "reading ECS Service",
            "ExpiredTokenException: The security token included in the request is expired",
        ),
        "expired_credentials",
        ("aws sso login", "aws sts get-caller-identity"),
        id="expired credentials",
    ),
    pytest.param(
        terraform("reading ECS Service", "ThrottlingException: Rate exceeded"),
        "throttled",
        ("too many",),
        id="throttling",
    ),
    pytest.param(
        d.findings(fault=d.fault("not_bootstrapped", "prod can't be deployed to", stage="deploy")),
        "not_bootstrapped",
        ("reelflow bootstrap prod",),
        id="no state bucket",
    ),
    pytest.param(
        terraform(
            "Failed to query available provider packages", "could not connect to registry.terraform.io"
        ),
        "provider_unavailable",
        ("registry.terraform.io",),
        id="no provider",
    ),
    pytest.param(
        terraform("Invalid value for variable", "task_cpu must be one of …", "module.backend"),
        "terraform_failed",
        ("at module.backend", "task_cpu must be one of", "reelflow plan prod"),
        id="any other error",
    ),
]

BUILD = [
    pytest.param(
        d.findings(
            fault=d.fault(
                "build_failed", "Can't build the image: write /x: no space left on device", stage="build"
            )
        ),
        "disk_full",
        ("docker system prune",),
        id="disk full",
    ),
    pytest.param(
        d.findings(fault=d.fault("build_failed", "Can't build the image: pip returned 1", stage="build")),
        "build_failed",
        ("pip returned 1", "make image"),
        id="build failure",
    ),
    pytest.param(
        d.findings(
            fault=d.fault("image", "Image: tag a1 is sha256:1, and sha256:2 was pushed", stage="verify")
        ),
        "tag_taken",
        ("immutable",),
        id="the tag is another image's",
    ),
    pytest.param(
        d.findings(fault=d.fault("push_broken_off", "Can't push: connection reset by peer", stage="push")),
        "push_broken_off",
        ("not sent again",),
        id="push broken off",
    ),
]

DATABASES = [
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

PREFECT = [
    pytest.param(
        d.findings(
            run=RunFacts(name="deploy prod", state="Late"),
            pools=(PoolFacts(name="deploy", workers_online=0),),
        ),
        "no_worker",
        ("pool deploy", "reelflow worker --pool deploy"),
        id="no worker",
    ),
    pytest.param(
        d.findings(
            fault=d.fault(
                "lock_held", "prod is being deployed: the lock is held by flow run 1", stage="deploy"
            ),
            lock="flow run 1, process 7 on build-7",
        ),
        "lock_held",
        ("process 7 on build-7",),
        id="environment's lock held",
    ),
    pytest.param(d.findings(fault=d.fault("killed", stage="apply")), "killed", ("oom",), id="killed"),
    pytest.param(
        d.findings(fault=d.fault("deadline", "It did not end within 60 s")),
        "deadline",
        ("within 60 s",),
        id="deadline",
    ),
    pytest.param(
        d.findings(fault=d.fault("aws_unavailable", "Can't look: could not connect")),
        "unreachable",
        ("could not connect",),
        id="AWS can't be reached",
    ),
    pytest.param(
        d.findings(fault=d.fault("film_failed", "Film: it was not made", stage="verify")),
        "film_failed",
        ("--service worker",),
        id="no film",
    ),
    pytest.param(
        d.findings(fault=d.fault("logs", "backend has logged an error: boom", stage="verify")),
        "logged_errors",
        ("boom",),
        id="errors in the log",
    ),
    pytest.param(
        terraform("", fault=d.fault("aws_denied", "Can't look: AccessDenied", stage="preflight")),
        "access_denied",
        ("does not say which",),
        id="access denied, without a name",
    ),
]

CASES = [*GUIDE, *ECS, *TERRAFORM, *BUILD, *DATABASES, *PREFECT]


@pytest.mark.parametrize(("found", "kind", "says"), CASES)
def test_the_one_cause(found: Findings, kind: str, says: tuple[str, ...]) -> None:
    explanation = explain(found)
    cause = explanation.cause
    assert cause is not None
    assert cause.kind == kind, cause
    told = f"{cause.message} {cause.remedy} {' '.join(map(str, explanation.evidence))}"
    for words in says:
        assert words in told
    assert "{" not in cause.remedy + cause.message
    assert explanation.evidence


def test_every_rule_has_a_case() -> None:
    assert {case.values[1] for case in CASES} == {rule.kind for rule in RULES}
    assert len({rule.kind for rule in RULES}) == len(RULES)


def test_every_next_step_has_a_command() -> None:
    assert [rule.kind for rule in RULES if "`" not in rule.remedy and rule.kind != "not_authorized"] == []


@pytest.mark.parametrize("found", [case.values[0] for case in CASES], ids=[str(case.id) for case in CASES])
def test_findings_are_explained_the_same_after_they_were_kept(found: Any) -> None:
    kept = Findings.model_validate_json(found.model_dump_json())
    assert kept == found
    assert explain(kept) == explain(found)


def test_what_nobody_knows_is_told_as_the_stage_told_it() -> None:
    found = explain(d.findings(fault=d.fault("odd", "it is odd", stage="verify")))
    assert found.cause is not None
    assert (found.cause.kind, found.cause.message, found.cause.remedy) == ("odd", "it is odd", "See")
    assert not found.by_rule


def test_where_nothing_is_wrong_there_is_no_cause() -> None:
    found = explain(d.findings(services=(d.service(d.deployment("COMPLETED"), running=1),), **STORES))
    assert found.cause is None
    assert found.evidence == ()


def test_what_could_not_be_looked_at_is_told_and_hides_nothing() -> None:
    gap = Gap(source="RDS", why="no answer within 4 s")
    found = explain(crashed("no such table", exit_code=3, gaps=(gap,)))
    assert found.cause is not None
    assert found.cause.kind == "crashed"
    assert str(found.evidence[-1]) == "RDS: could not be looked at: no answer within 4 s"


def test_a_one_off_task_that_went_well_is_no_cause() -> None:
    assert explain(d.findings(tasks=(d.task(EXITED, exit_code=0, group="family:x"),))).cause is None


def test_an_explanation_is_a_document() -> None:
    document = json.loads(explain(crashed("no such table", exit_code=3)).model_dump_json())
    assert document.keys() == {"environment", "release", "cause", "evidence"}
    assert document["cause"].keys() == {"kind", "title", "message", "remedy"}
    assert document["evidence"][0].keys() == {"source", "text"}
