"""Causes in building and pushing the image."""

from __future__ import annotations

from flows.explaining.rule import Rule, both, either, failed_with, said

RULES = (
    Rule(
        kind="docker_unreachable",
        title="The Docker daemon does not answer",
        looks_like="Cannot connect to the Docker daemon",
        find=either(
            said(r"cannot connect to the docker daemon|docker engine does not answer", "fault", "run"),
            failed_with("builder_unavailable"),
        ),
        message="The image is built by a Docker engine, and none answers: {fault}",
        remedy="Start it (`sudo systemctl start docker`, or Docker Desktop), or set DOCKER_HOST; `docker "
        "ps` must answer. Then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="disk_full",
        title="The disk of the machine that builds is full",
        looks_like="no space left on device, in the build or the push",
        find=both(
            failed_with("build_failed", "push_failed", "push_broken_off", "os_error"),
            said(r"no space left on device|ENOSPC|disk quota exceeded", "fault", "run"),
        ),
        message="There is no room left to build or to push the image: {fault}",
        remedy="Make room: `docker system df`, `docker system prune`, `df -h`; then `reelflow deploy "
        "{environment}`",
    ),
    Rule(
        kind="build_failed",
        title="The image can't be built",
        looks_like="Can't build the image: …",
        find=failed_with("build_failed", "file_not_found_error", "os_error"),
        message="The image of this checkout can't be built: {fault}",
        remedy="Build it by hand to see all of the log: `make image`; correct the Dockerfile or what it "
        "installs, and run `reelflow deploy {environment}`",
    ),
    Rule(
        kind="tag_taken",
        title="The tag names another image",
        looks_like="tag … is sha256:…, and sha256:… was pushed; ImageTagAlreadyExists",
        find=failed_with("tag_taken", "image"),
        message="An image of this tag was pushed before, and is another: {fault}",
        remedy="Tags are made of the content, and must be immutable: see `aws ecr describe-repositories` "
        "(imageTagMutability), delete the wrong image (`aws ecr batch-delete-image`), and run `reelflow "
        "deploy {environment}`",
    ),
    Rule(
        kind="push_broken_off",
        title="The push to the registry broke off",
        looks_like="EOF, connection reset by peer, timeout, while layers are sent",
        find=failed_with("push_broken_off", "push_failed"),
        message="The way to the registry broke, again and again: {fault}",
        remedy="Check the way out of the machine that deploys, and run `reelflow deploy {environment}`: "
        "layers that are there are not sent again",
    ),
)
