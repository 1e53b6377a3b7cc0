"""What Terraform says."""

from __future__ import annotations

import pytest

from tests.explaining import documents as d
from tests.explaining.cases.words import LOCKED, terraform

CASES = [
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
