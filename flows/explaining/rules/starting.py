"""Causes for which ECS does not place a task, or can't start its container."""

from __future__ import annotations

from flows.explaining.failing import ended, starting
from flows.explaining.findings import Evidence, Findings
from flows.explaining.rule import Match, Rule, either, said

# Memory in GiB that Fargate takes for CPU units: least, most.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
SIZES = {
    256: (0.5, 2), 512: (1, 4), 1024: (2, 8), 2048: (4, 16), 4096: (8, 30), 8192: (16, 60), 16384: (32, 120)
}  # fmt: skip


GIB = 1024


def _size(findings: Findings) -> Match | None:
    if match := said(r"no fargate configuration exists|invalid cpu or memory value")(findings):
        return Match(match.evidence, {"size": "the CPU and memory that it asks for"})
    for definition in findings.definitions:
        cpu, memory = _number(definition.cpu), _number(definition.memory)
        if not cpu or not memory or not any(True for _ in starting(findings)):
            continue
        least, most = SIZES.get(cpu, (0, 0))
        if not least <= memory / GIB <= most:
            text = f"cpu {cpu}, memory {memory} MiB"
            return Match((Evidence(source=_short(definition.arn), text=text),), {"size": text})
    return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _short(arn: str) -> str:
    return f"task definition {arn.rpartition('/')[2]}"


RULES = (
    Rule(
        kind="revision_inactive",
        title="The task definition was retired",
        looks_like="ClientException: TaskDefinition is inactive",
        find=said(r"task ?definition is inactive", "fault", "terraform", "event", "run"),
        message="An inactive revision can't be rolled out, nor gone back to",
        remedy="Run `reelflow deploy {environment}`, which registers a new one; `reelflow releases "
        "{environment}` lists what can be gone back to",
    ),
    Rule(
        kind="no_container_instances",
        title="The launch type is not Fargate",
        looks_like="No Container Instances were found in your cluster",
        find=said(r"no container instances?\b", "fault", "terraform", "event", "task", "run"),
        message="ECS looks for machines of our own to run the task on, and there are none: its launch "
        "type is EC2, not Fargate",
        remedy="Set the capacity provider to FARGATE in infra/terraform/modules/service/main.tf (a "
        "service), or --launch-type FARGATE (`aws ecs run-task`); then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="cpu_memory",
        title="Fargate has no task of that size",
        looks_like="No Fargate configuration exists for given values; or a task that stays PENDING",
        find=_size,
        message="Fargate knows only certain pairs of CPU and memory, and not {size}",
        remedy="Set task_cpu and task_memory (worker_cpu, worker_memory) in "
        "infra/terraform/environments/{environment}.tfvars to a pair of AWS's table, 1024 with 2048 to "
        "8192 say; then `reelflow deploy {environment}`",
    ),
)


LAST = (
    Rule(
        kind="capacity",
        title="Fargate has no room for the task",
        looks_like="Capacity is unavailable at this time; RESOURCE:MEMORY",
        find=either(
            ended("capacity"),
            said(r"capacity is unavailable|unable to place a task|(?-i:RESOURCE:)", "event", "fault"),
        ),
        message="AWS has no room for the task just now, in the zones of its subnets",
        remedy="Run `reelflow deploy {environment}` again in some minutes; for spare capacity set "
        "worker_spot = false, or add availability_zones, in "
        "infra/terraform/environments/{environment}.tfvars",
    ),
    Rule(
        kind="cannot_start_container",
        title="The container can't be started",
        looks_like="CannotStartContainerError, CannotCreateContainerError",
        find=said(r"Cannot(?:Start|Create|Inspect)Container(?:Error)?: (?P<error>.+)", "task"),
        message="The image was pulled, and its command can't be run: {error}",
        remedy="Compare the command of the task definition (infra/terraform/main.tf) with the image: "
        "`docker run IMAGE COMMAND`; then `reelflow deploy {environment}`",
    ),
)
