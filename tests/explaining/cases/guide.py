"""The guide's troubleshooting chapter, in its order."""

from __future__ import annotations

import pytest

from flows.explaining.findings import ImageFacts
from tests.explaining import documents as d
from tests.explaining.cases.words import STUCK, TIMED_OUT, crashed, terraform

CASES = [
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
