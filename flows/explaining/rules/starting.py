"""Causes for which a task does not start, or stays PENDING."""

from __future__ import annotations

from collections.abc import Iterator

from blocks.ecs.facts import TaskFacts
from blocks.network import SecurityGroup, Subnet
from flows.explaining.failing import ended, starting, task_match
from flows.explaining.findings import Evidence, Findings
from flows.explaining.reach import HTTPS, lets_out, missing_endpoints, no_way_out
from flows.explaining.rule import Match, Rule, either, said

# Memory in GiB that Fargate takes for CPU units: least, most.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
SIZES = {
    256: (0.5, 2), 512: (1, 4), 1024: (2, 8), 2048: (4, 16), 4096: (8, 30), 8192: (16, 60), 16384: (32, 120)
}  # fmt: skip
GIB = 1024
_NO_ANSWER = (
    r"i/o timeout|context deadline exceeded|request canceled|network is unreachable|no such host"
    r"|send request failed|connection timed out|check your task network configuration"
)
_PULL = r"(?:CannotPull|pull image|image manifest)"


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


def _unanswered(findings: Findings) -> Iterator[TaskFacts]:
    """Tasks that wait for, or gave up on, what they have to fetch over the network."""
    silent = said(_NO_ANSWER, "task")
    for task in starting(findings):
        if task.status != "STOPPED" or silent(findings.model_copy(update={"tasks": (task,)})):
            yield task


def _subnet_of(findings: Findings, task: TaskFacts) -> Subnet | None:
    return next((subnet for subnet in findings.subnets if subnet.id == task.subnet), None)


def _public(findings: Findings, task: TaskFacts) -> bool:
    name = task.group.partition(":")[2]
    service = next((s for s in findings.services if not task.one_off and s.service == name), None)
    return service.public_ip if service else findings.public_ip


def groups_of(findings: Findings, task: TaskFacts) -> list[SecurityGroup]:
    """The security groups of a task, as its service or its run has them."""
    name = task.group.partition(":")[2]
    service = next((s for s in findings.services if not task.one_off and s.service == name), None)
    ids = service.security_groups if service else findings.own_groups
    return [group for group in findings.security_groups if group.id in ids]


def _no_route(findings: Findings) -> Match | None:
    for task in _unanswered(findings):
        subnet = _subnet_of(findings, task)
        why = no_way_out(subnet, public_ip=_public(findings, task)) if subnet else None
        if subnet is None or why is None:
            continue
        missing = missing_endpoints(subnet, findings.endpoints)
        # With some of them the way was to be by endpoints, which is another cause.
        if not missing or any(e.kind == "Interface" and e.vpc == subnet.vpc for e in findings.endpoints):
            continue
        told = (*task_match(task).evidence, Evidence(source="route table", text=why))
        return Match(told, {"why": why, "task": task.id[:8], "subnet": subnet.id})
    return None


def _endpoints(findings: Findings) -> Match | None:
    for task in _unanswered(findings):
        subnet = _subnet_of(findings, task)
        if subnet is None or no_way_out(subnet, public_ip=_public(findings, task)) is None:
            continue
        if missing := missing_endpoints(subnet, findings.endpoints):
            there = sorted(e.service for e in findings.endpoints if e.vpc == subnet.vpc)
            text = f"{subnet.vpc} has {', '.join(there) or 'none'}; missing: {', '.join(missing)}"
            told = (*task_match(task).evidence, Evidence(source="VPC endpoints", text=text))
            return Match(told, {"missing": ", ".join(missing), "subnet": subnet.id, "vpc": subnet.vpc})
    return None


def _https(findings: Findings) -> Match | None:
    for task in _unanswered(findings):
        groups = groups_of(findings, task)
        if groups and not lets_out(groups, HTTPS):
            named = " and ".join(map(str, groups))
            told = Evidence(source="security groups", text=f"{named} lets nothing out on port {HTTPS}")
            return Match((*task_match(task).evidence, told), {"groups": named, "task": task.id[:8]})
    return None


def _secret(findings: Findings) -> Match | None:
    missing = [secret for secret in findings.secrets if secret.exists is False]
    if not missing:
        return said(
            r"(?:failed to fetch secret (?P<name>\S+) from secrets manager.*?)?"
            r"(?:ResourceNotFoundException: secrets manager can't find|SecretNotFound|ParameterNotFound)",
            "task",
        )(findings)
    first = missing[0]
    told = [
        Evidence(source=f"secret {s.name}", text=f"does not exist; {s.variable} needs it") for s in missing
    ]
    spoken = said(r"unable to (?:pull|retrieve) secret", "task")(findings)
    evidence = (*(spoken.evidence if spoken else ()), *told)
    return Match(evidence, {"name": first.name, "variable": f", from which {first.variable} is read,"})


def _secret_key(findings: Findings) -> Match | None:
    spoken = said(r"did not contain json key (?P<key>[\w.-]+)|the secret (?P<name>\S+) is not JSON", "task")(
        findings
    )
    spoken = spoken or said(r"(?P<name>\S+) has no (?P<key>(?-i:[A-Z0-9_, ]+)): ", "fault")(findings)
    lacking = [s for s in findings.secrets if s.has_key is False]
    if spoken is None and not lacking:
        return None
    told = [
        Evidence(source=f"secret {s.name}", text=f"has no key {s.key}, which {s.variable} needs")
        for s in lacking
    ]
    values = {"key": lacking[0].key, "name": lacking[0].name} if lacking else {}
    return Match(
        (*(spoken.evidence if spoken else ()), *told), {**(spoken.values if spoken else {}), **values}
    )


def _image_missing(findings: Findings) -> Match | None:
    gone = [image for image in findings.images if image.exists is False]
    spoken = said(
        _PULL + r".*?(?P<image>[\w.:-]+\.amazonaws\.com/\S+|[\w.:/-]+(?:@sha256:\w+|:[\w.-]+))?.*?"
        r"(?:not found|manifest unknown|does not exist|ImageNotFound)",
        "task",
        "event",
    )(findings)
    if spoken is None and not (gone and any(True for _ in starting(findings))):
        return None
    told = [Evidence(source="ECR", text=f"{image.reference} is not there") for image in gone]
    values = {"image": gone[0].reference} if gone else {}
    return Match(
        (*(spoken.evidence if spoken else ()), *told), {**(spoken.values if spoken else {}), **values}
    )


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
    Rule(
        kind="https_blocked",
        title="The security group lets nothing out on port 443",
        looks_like="A task that stays PENDING, then ResourceInitializationError: … i/o timeout",
        find=_https,
        message="The task can't fetch its image and its secrets: {groups} lets nothing out on port 443",
        remedy="Allow it in infra/terraform/modules/network/security_groups.tf (tasks_to_https); "
        "`reelflow plan {environment}` shows whether it was changed by hand; then `reelflow deploy "
        "{environment}`",
    ),
    Rule(
        kind="no_route",
        title="The subnet has no way to the registry",
        looks_like="A task that stays PENDING, then ResourceInitializationError or "
        "CannotPullContainerError: … i/o timeout",
        find=_no_route,
        message="The task can't fetch its image and its secrets: {why}",
        remedy="Run it in a public subnet with assign_public_ip = true, or give the subnet a NAT gateway "
        "or the VPC endpoints (ecr.api, ecr.dkr, logs, s3, secretsmanager) in "
        "infra/terraform/modules/network/main.tf; then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="endpoint_missing",
        title="A VPC endpoint is missing",
        looks_like="A task without a way to the internet that stays PENDING, though there are endpoints",
        find=_endpoints,
        message="Tasks in {subnet} reach AWS by endpoints only, and {vpc} lacks: {missing}",
        remedy="Add aws_vpc_endpoint for each of them in infra/terraform/modules/network/main.tf; then "
        "`reelflow deploy {environment}`",
    ),
    Rule(
        kind="secret_key_missing",
        title="A secret lacks a key",
        looks_like="ResourceInitializationError: … did not contain json key …",
        find=_secret_key,
        message="A container reads {key} from the secret {name}, which has no such key",
        remedy="Run `reelflow bootstrap {environment}`, which fills in what the application's secret "
        "lacks; then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="secret_missing",
        title="A secret is missing",
        looks_like="ResourceInitializationError: unable to pull secrets or registry auth: … can't find "
        "the specified secret",
        find=_secret,
        message="The secret {name}{variable} does not exist, so that ECS can't start the container",
        remedy="Make it with `reelflow bootstrap {environment}`, or correct its name in "
        "infra/terraform/main.tf (local.secrets); then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="log_group_missing",
        title="The log group is missing",
        looks_like="ResourceInitializationError: failed to validate logger args: … The specified log "
        "group does not exist",
        find=said(r"the specified log group does not exist", "task"),
        message="The container is to write to a log group that does not exist, so that ECS does not start it",
        remedy="`reelflow deploy {environment}` makes it again (aws_cloudwatch_log_group in "
        "infra/terraform/modules/service)",
    ),
    Rule(
        kind="image_platform",
        title="The image is for another processor",
        looks_like="exec format error; image Manifest does not contain descriptor matching platform",
        find=said(r"exec format error|does not contain descriptor matching platform", "task", "log", "event"),
        message="The image was built for another processor than the task runs on",
        remedy="Set cpu_architecture in infra/terraform/environments/{environment}.tfvars to that of the "
        "image (X86_64 or ARM64), or build on such a machine; then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="image_rate_limit",
        title="The registry allows no more pulls for now",
        looks_like="CannotPullContainerError: … toomanyrequests: You have reached your pull rate limit",
        find=said(r"toomanyrequests|pull rate limit", "task", "event"),
        message="The image comes from a registry that counts pulls, such as Docker Hub, and no more are "
        "allowed",
        remedy="Run images from the environment's own ECR only, as `reelflow deploy {environment}` does; "
        "or wait an hour",
    ),
    Rule(
        kind="image_too_large",
        title="The image does not fit on the task's disk",
        looks_like="CannotPullContainerError: … no space left on device",
        find=said(_PULL + r".*no space left on device", "task", "event"),
        message="The task has 20 GiB for its image and its files, and they do not suffice",
        remedy="Make the image smaller, or add ephemeral_storage to aws_ecs_task_definition in "
        "infra/terraform/modules/service/main.tf; then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="image_missing",
        title="The image is not in the registry",
        looks_like="CannotPullContainerError: … manifest unknown, not found; or a task that stays PENDING",
        find=_image_missing,
        message="The task definition names an image that the registry does not have: {image}",
        remedy="Run `reelflow deploy {environment}`, which builds and pushes it; never deploy a task "
        "definition that names :unreleased. `aws ecr describe-images --repository-name REPOSITORY` lists "
        "what is there",
    ),
    Rule(
        kind="image_denied",
        title="The registry does not give the image out",
        looks_like="CannotPullContainerError: … 403 Forbidden, pull access denied",
        find=said(_PULL + r".*(?:403|forbidden|access denied|denied:|unauthorized)", "task", "event"),
        message="ECR refuses the image to the role that starts tasks, or it is another account's",
        remedy="Compare the execution role in infra/terraform/modules/iam/main.tf (ecr:BatchGetImage, "
        "ecr:GetDownloadUrlForLayer) with `reelflow plan {environment}`; then `reelflow deploy "
        "{environment}`",
    ),
    Rule(
        kind="image_pull_failed",
        title="The image can't be pulled",
        looks_like="CannotPullContainerError: …",
        find=ended("image"),
        message="ECS can't pull the image: {reason}",
        remedy="Look whether the registry has it (`reelflow doctor {environment}`), and run `reelflow "
        "deploy {environment}`",
    ),
    Rule(
        kind="secrets_unreachable",
        title="The secrets can't be read",
        looks_like="ResourceInitializationError: unable to pull secrets or registry auth",
        find=ended("secrets"),
        message="ECS can't read what the containers are to be given: {reason}",
        remedy="See with `reelflow doctor {environment}` whether the secrets are there; compare the "
        "execution role and the network with `reelflow plan {environment}`",
    ),
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
