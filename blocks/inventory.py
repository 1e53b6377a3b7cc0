"""What an environment has gathered over its deployments: images, task definitions. Lists and removes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from blocks.aws import AwsBlock, AwsError, aws_errors

DELETED_AT_ONCE = 100


class StoredImage(BaseModel):
    """An image of a repository; `size_bytes` is what is paid for."""

    model_config = ConfigDict(frozen=True)

    digest: str
    tags: tuple[str, ...] = ()
    pushed_at: datetime
    size_bytes: int = 0


class Revision(BaseModel):
    """A revision of a task family that can be rolled out."""

    model_config = ConfigDict(frozen=True)

    arn: str
    registered_at: datetime


class Inventory(AwsBlock):
    """What an account has gathered. Raises the errors of `blocks.aws`."""

    _block_type_name = "Inventory"
    _block_type_slug = "inventory"
    _description = "Lists images and task definitions, and removes those that are named."
    _code_example = """```python
from blocks.inventory import Inventory

Inventory.load("prod").images("ai-video-backend")
```"""

    def images(self, repository: str) -> tuple[StoredImage, ...]:
        """The images of a repository, oldest first.

        Args:
            repository: its name, or its address.
        """
        with aws_errors(f"list the images of {repository}"):
            pages = (
                self.client("ecr").get_paginator("describe_images").paginate(repositoryName=_name(repository))
            )
            found = [
                StoredImage(
                    digest=entry["imageDigest"],
                    tags=tuple(entry.get("imageTags") or ()),
                    pushed_at=entry["imagePushedAt"],
                    size_bytes=int(entry.get("imageSizeInBytes") or 0),
                )
                for page in pages
                for entry in page["imageDetails"]
            ]
        return tuple(sorted(found, key=lambda image: image.pushed_at))

    def delete_images(self, repository: str, digests: Sequence[str]) -> None:
        """Removes images; what is gone already is no fault."""
        for some in _in_parts(digests):
            with aws_errors(f"delete images of {repository}"):
                answer = self.client("ecr").batch_delete_image(
                    repositoryName=_name(repository), imageIds=[{"imageDigest": each} for each in some]
                )
            failures = [f for f in answer.get("failures", []) if f.get("failureCode") != "ImageNotFound"]
            if failures:
                raise AwsError(
                    f"Can't delete images of {repository}",
                    "; ".join(str(f.get("failureReason")) for f in failures),
                    "See whether something refers to them",
                )

    def revisions(self, family: str, *, but: frozenset[str] = frozenset()) -> tuple[Revision, ...]:
        """The active revisions of a task family, oldest first.

        Args:
            but: ARNs that need not be looked at.
        """
        ecs = self.client("ecs")
        with aws_errors(f"list the revisions of {family}"):
            pages = ecs.get_paginator("list_task_definitions").paginate(
                familyPrefix=family, status="ACTIVE", sort="ASC"
            )
            arns = [arn for page in pages for arn in page["taskDefinitionArns"] if arn not in but]
            found = [ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"] for arn in arns]
        return tuple(
            Revision(arn=each["taskDefinitionArn"], registered_at=each["registeredAt"]) for each in found
        )

    def retire(self, arn: str) -> None:
        """Makes a revision inactive: no service can be moved to it any more."""
        with aws_errors(f"deregister {arn}"):
            self.client("ecs").deregister_task_definition(taskDefinition=arn)


def _name(repository: str) -> str:
    """`host/name` as ECR names a repository."""
    return (
        repository.partition("/")[2]
        if "/" in repository and "." in repository.partition("/")[0]
        else repository
    )


def _in_parts(digests: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(digests), DELETED_AT_ONCE):
        yield digests[start : start + DELETED_AT_ONCE]
