"""Causes in what runs: it ends, it runs out of memory, it never becomes healthy."""

from __future__ import annotations

from flows.explaining.failing import ended, failing, task_match
from flows.explaining.findings import Evidence, Findings
from flows.explaining.rule import UNKNOWN, Match, Rule, both, either, failed_with, said, shortened

KILLED = 137
SHOWN_ERRORS = 4


def _out_of_memory(findings: Findings) -> Match | None:
    for task, failed in failing(findings):
        main = task.main
        if failed.kind == "out_of_memory" or (main and main.exit_code == KILLED):
            match = task_match(task)
            size = next((d for d in findings.definitions if d.arn == task.task_definition), None)
            memory = f" of {size.memory} MiB" if size and size.memory else ""
            return Match(match.evidence, {**match.values, "memory": memory})
    return None


def _health(findings: Findings) -> Match | None:
    # Beside a program that ends, a busy machine lets even a good task's check fail; its exit code says more.
    if any(failed.kind == "crashed" for _, failed in failing(findings)):
        return None
    match = ended("unhealthy")(findings) or failed_with("unhealthy")(findings)
    if match is None:
        return None
    told = [
        Evidence(source="target group", text=f"{t.target} is {t.state}: {t.reason} {t.description}".strip())
        for t in findings.targets
        if t.state not in ("healthy", "initial")
    ]
    return Match((*match.evidence, *told), {"reason": UNKNOWN, "last": UNKNOWN, **match.values})


def _target_silent(findings: Findings) -> Match | None:
    silent = [t for t in findings.targets if t.reason == "Target.Timeout"]
    if not silent:
        return None
    told = [Evidence(source="target group", text=f"{t.target}: {t.description or t.reason}") for t in silent]
    return Match(tuple(told), {"target": silent[0].target})


def _first_stalled(findings: Findings) -> Match | None:
    for service in findings.services:
        if any(d.rollout_state == "COMPLETED" for d in service.deployments) or service.running:
            continue
        stalled = [d for d in service.deployments if d.failed]
        if len(service.deployments) == 1 and stalled:
            text = f"{stalled[0].failed} tasks failed, none runs, and there is no earlier deployment"
            task = next((task_match(task) for task, _ in failing(findings)), Match(()))
            return Match(
                (Evidence(source=f"service {service.name}", text=text), *task.evidence),
                {
                    "failed": str(stalled[0].failed),
                    "service": service.name,
                    "last": task.values.get("last", UNKNOWN),
                },
            )
    return None


def _alarm(findings: Findings) -> Match | None:
    match = failed_with("alarm", "alarms")(findings)
    ringing = tuple(Evidence(source="CloudWatch", text=f"{name} is in ALARM") for name in findings.alarms)
    if match is None:
        # An alarm that rings is no cause of a failure that has another name.
        return Match(ringing, {"alarm": findings.alarms[0]}) if ringing and findings.fault is None else None
    values = {"alarm": findings.alarms[0]} if findings.alarms else {"alarm": "An alarm"}
    return Match((*match.evidence, *ringing), values)


def _no_exit_code(findings: Findings) -> Match | None:
    for task, _ in failing(findings):
        if task.main and task.main.exit_code is None:
            return task_match(task)
    return None


def _film(findings: Findings) -> Match | None:
    match = failed_with("film_failed", "film")(findings)
    if match is None:
        return None
    return Match((*match.evidence, *findings.errors[:SHOWN_ERRORS]), match.values)


def _logged_errors(findings: Findings) -> Match | None:
    match = failed_with("logs", "health", "detailed_health")(findings)
    if match is None:
        return None
    return Match((*match.evidence, *map(shortened, findings.errors[:SHOWN_ERRORS])), match.values)


FIRST = (
    Rule(
        kind="out_of_memory",
        title="The container ran out of memory",
        looks_like="OutOfMemoryError: Container killed due to memory usage; exit code 137",
        find=_out_of_memory,
        message="The container was killed for using more than its memory{memory} (exit code {exit_code})",
        remedy="Raise task_memory (worker_memory) in infra/terraform/environments/{environment}.tfvars, "
        "or see what takes it: `reelflow logs {environment}`; then `reelflow deploy {environment}`",
    ),
)

RULES = (
    Rule(
        kind="missing_variable",
        title="An environment variable is missing",
        looks_like="The task ends at once; its log says that a variable is not set, or not as it must be",
        find=both(
            ended("crashed", "circuit_breaker"),
            said(
                r"(?-i:(?P<variable>[A-Z][A-Z0-9_]{2,})(?: and [A-Z][A-Z0-9_]+)* (?:is|are) not set"
                r"|KeyError: '(?P<key>[A-Z][A-Z0-9_]{2,})'"
                r"|(?P<short>[A-Z][A-Z0-9_]{2,}) must be )"
                r"|validation errors? for Settings|(?P<named>[A-Z_]{3,}) environment variable",
                "log",
            ),
        ),
        message="The program ends as soon as it starts (exit code {exit_code}), since a variable is "
        "missing or wrong: {line}",
        remedy="Set it in infra/terraform/main.tf (local.environment, or local.secrets for what is "
        "secret; `reelflow bootstrap {environment}` fills the application's keys); then `reelflow deploy "
        "{environment}`",
    ),
    Rule(
        kind="replicate_token",
        title="Replicate does not accept the token",
        looks_like="401 Unauthenticated from api.replicate.com; replicate_api failed in /health/detailed",
        find=said(
            r"replicate.{0,160}(?:\b401\b|unauthenticated|invalid (?:api )?token|refuses the token)"
            r"|(?:\b401\b|invalid (?:api )?token|unauthenticated).{0,160}replicate",
            "log",
            "fault",
            "run",
        ),
        message="REPLICATE_API_TOKEN is not one that Replicate accepts",
        remedy="Put a valid one (https://replicate.com/account/api-tokens) into the secret: "
        "`REPLICATE_API_TOKEN=… reelflow bootstrap {environment}`; then start the tasks anew: `reelflow "
        "deploy {environment}`",
    ),
)

LAST = (
    Rule(
        kind="target_unreachable",
        title="The load balancer does not reach the task",
        looks_like="Target.Timeout: Request timed out",
        find=_target_silent,
        message="The task runs, and the load balancer gets no answer from {target}: a security group is "
        "between them, or it listens elsewhere",
        remedy="Compare load_balancer_to_api and api_from_load_balancer in "
        "infra/terraform/modules/network/security_groups.tf with `reelflow plan {environment}`; then "
        "`reelflow deploy {environment}`",
    ),
    Rule(
        kind="unhealthy",
        title="The container never becomes healthy",
        looks_like="Task failed container health checks; Task failed ELB health checks",
        find=_health,
        message="The container runs, and its health check fails: {reason}. Its log ends with: {last}",
        remedy="See why it does not answer /health: `reelflow logs {environment}`; if it only starts "
        "slowly, raise health_check.start_period in infra/terraform/environments/{environment}.tfvars; "
        "then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="alarm",
        title="An alarm rings",
        looks_like="ALARM in CloudWatch; the deployment is rolled back, or does not begin",
        find=_alarm,
        message="{alarm} is in ALARM",
        remedy="See what it watches: `aws cloudwatch describe-alarms --alarm-names {alarm}`, `reelflow "
        "status {environment}`. A release that is to put it right: `reelflow deploy {environment} "
        "--ignore-alarms`",
    ),
    Rule(
        kind="first_deployment_stalled",
        title="The first deployment does not get on",
        looks_like="No task runs, failedTasks grows, and the circuit breaker has nothing to go back to",
        find=_first_stalled,
        message="{failed} tasks of {service} have failed, and ECS can't go back, since nothing ran "
        "before; the last one has said: {last}",
        remedy="See `reelflow logs {environment} --service {service}`; correct the release and run "
        "`reelflow deploy {environment}`",
    ),
    Rule(
        kind="crashed",
        title="The program ends",
        looks_like="Essential container in task exited, with an exit code",
        find=ended("crashed"),
        message="The {kind_of_task} of {service} ended with exit code {exit_code}; its last words: {last}",
        remedy="Correct the release and run `reelflow deploy {environment}`; the whole log: `reelflow "
        "logs {environment} --since 60`",
    ),
    Rule(
        kind="died_later",
        title="A task died after it had been healthy",
        looks_like="died, in bake; the circuit breaker does not see it",
        find=failed_with("died"),
        message="The release was healthy and did not stay so: {fault}",
        remedy="See its last lines: `reelflow logs {environment} --since 60`; correct the release and run "
        "`reelflow deploy {environment}`",
    ),
    Rule(
        kind="never_ran",
        title="A task ended without an exit code",
        looks_like="exitCode null",
        find=_no_exit_code,
        message="The container of {service} never ran to an end of its own: {reason}",
        remedy="That is a failure, not a success: look at the reason, and run `reelflow deploy "
        "{environment}` when it is put right",
    ),
    Rule(
        kind="circuit_breaker",
        title="ECS has rolled the deployment back",
        looks_like="ECS deployment circuit breaker: tasks failed to start",
        find=either(
            failed_with("circuit_breaker"),
            said(r"circuit breaker|deployment failed: tasks failed", "event", "fault"),
        ),
        message="Tasks of the new revision failed again and again, and none has left a reason: {fault}",
        remedy="See `reelflow logs {environment} --since 60` and the events: `reelflow explain "
        "{environment} --json`; correct the release and run `reelflow deploy {environment}`",
    ),
    Rule(
        kind="film_failed",
        title="The release makes no film",
        looks_like="The film was not made, in verify",
        find=_film,
        message="Everything runs, and a film that was ordered did not come: {fault}",
        remedy="See the worker's log: `reelflow logs {environment} --service worker --since 60`; correct "
        "the release and run `reelflow deploy {environment}`",
    ),
    Rule(
        kind="logged_errors",
        title="The release logs errors, or a part of it is not well",
        looks_like="… has logged an error; … failed, in verify",
        find=_logged_errors,
        message="Everything runs, and the verification finds it not well: {fault}",
        remedy="See `reelflow status {environment}` and `reelflow logs {environment} --since 60`; correct "
        "the release and run `reelflow deploy {environment}`",
    ),
    Rule(
        kind="superseded",
        title="Another deployment took its place",
        looks_like="superseded; the service runs another revision all of a sudden",
        find=failed_with("superseded"),
        message="Somebody has changed the service past this deployment: {fault}",
        remedy="Find out who: `aws cloudtrail lookup-events --lookup-attributes "
        "AttributeKey=EventName,AttributeValue=UpdateService`; then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="migration_failed",
        title="A migration failed",
        looks_like="`migrate up` failed, in expand or contract",
        find=failed_with("migration_failed"),
        message="A step of the schema could not be run, and those before it stay: {fault}",
        remedy="Correct the step in migrations/versions, try it with `reelflow migrate local up`, and run "
        "`reelflow deploy {environment}`",
    ),
)
