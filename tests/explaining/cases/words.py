"""What AWS, Terraform and containers say, and findings that several cases begin with."""

from __future__ import annotations

from typing import Any

from flows.explaining.findings import Findings
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
