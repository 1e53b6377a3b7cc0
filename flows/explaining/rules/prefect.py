"""Causes in what runs the deployment itself."""

from __future__ import annotations

from flows.explaining.findings import Evidence, Findings
from flows.explaining.rule import Match, Rule, either, failed_with, said

_WAITING = ("Scheduled", "Late", "Pending", "AwaitingRetry", "AwaitingConcurrencySlot")


def _no_worker(findings: Findings) -> Match | None:
    run = findings.run
    empty = [pool for pool in findings.pools if not pool.workers_online]
    if run is None or run.state not in _WAITING or not empty:
        return None
    told = (
        Evidence(source="flow run", text=f"{run.name} is {run.state}"),
        Evidence(source="Prefect", text=f"no worker is online in the work pool {empty[0].name}"),
    )
    return Match(told, {"pool": empty[0].name, "state": run.state.lower()})


def _lock_held(findings: Findings) -> Match | None:
    match = either(failed_with("lock_held"), said(r"is being deployed: the lock is held by", "run"))(findings)
    if match is None:
        return None
    who = findings.lock or "another run"
    return Match((*match.evidence, Evidence(source="lock of the environment", text=who)), {"who": who})


RULES = (
    Rule(
        kind="no_worker",
        title="No worker takes the run up",
        looks_like="The flow run stays Scheduled, Late or Pending",
        find=_no_worker,
        message="The run is {state}: nobody works in the pool {pool}",
        remedy="Start a worker: `reelflow worker --pool {pool}`; or run `reelflow deploy {environment}`, "
        "which brings its own",
    ),
    Rule(
        kind="lock_held",
        title="Another deployment of the environment is at work",
        looks_like="… is being deployed: the lock is held by …",
        find=_lock_held,
        message="One deployment at a time: the environment's lock is held by {who}",
        remedy="Follow that run, or cancel it in Prefect's page; if it is dead, its lock is free when its "
        "lease is over (a minute). Then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="killed",
        title="The process that deployed was killed",
        looks_like="A release without an end; the next deployment finds it",
        find=failed_with("killed"),
        message="The process that deployed it ended without a word: by a signal, for want of memory, or "
        "with its machine",
        remedy="Nothing is left to do: the next `reelflow deploy {environment}` undoes or finishes it. "
        "See whether the machine ran out of memory: `dmesg | grep -i oom`",
    ),
)

LAST = (
    Rule(
        kind="deadline",
        title="A stage took longer than it may",
        looks_like="It did not end within … s",
        find=either(
            failed_with("deadline", "terraform_deadline", "api_deadline"),
            said(r"timed out after|did not end within", "run"),
        ),
        message="{fault}",
        remedy="See what it waited for in the stage's log in Prefect's page, and `reelflow status "
        "{environment}`; then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="unreachable",
        title="AWS, or the API, can't be reached",
        looks_like="Connection refused, could not connect to the endpoint URL, no answer",
        find=failed_with(
            "aws_unavailable", "api_unavailable", "store_unavailable", "connection_error", "timeout_error"
        ),
        message="There was no answer, again and again: {fault}",
        remedy="Check the way out of the machine that deploys, and https://health.aws.amazon.com; "
        "`reelflow status {environment}` asks again; then `reelflow deploy {environment}`",
    ),
)
