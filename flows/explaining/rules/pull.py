"""Causes for which ECS can't pull the image, or the task can't run it."""

from __future__ import annotations

from flows.explaining.failing import ended, starting
from flows.explaining.findings import Evidence, Findings
from flows.explaining.rule import Match, Rule, said

_PULL = r"(?:CannotPull|pull image|image manifest)"


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


RULES = (
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
        find=said(_PULL + r".*(?:\b403\b|forbidden|access denied|denied:|unauthorized)", "task", "event"),
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
)
