"""Prefect, and AWS's denials."""

from __future__ import annotations

import pytest

from flows.explaining.findings import PoolFacts, RunFacts
from tests.explaining import documents as d
from tests.explaining.cases.words import terraform

CASES = [
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
