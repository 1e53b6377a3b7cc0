"""What ECS says of tasks and services."""

from __future__ import annotations

import pytest

from flows.explaining.findings import SecretFacts, TargetFacts
from tests.explaining import documents as d
from tests.explaining.cases.words import (
    DENIED,
    EXITED,
    NO_KEY,
    NO_ROUTE,
    NO_SECRET,
    STORES,
    STUCK,
    TASKS,
    crashed,
    terraform,
)

CASES = [
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
