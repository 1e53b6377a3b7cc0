"""ECR repositories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sandbox.provider.aws import Aws
from sandbox.provider.resource import Resource, State, changed, retag, served, tag_list, tags_of
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value


@served
class Repository(Resource):
    type = "aws_ecr_repository"
    service = "ecr"
    creates = "CreateRepository"
    names: ClassVar[Names] = {
        "name": "repositoryName",
        "arn": "repositoryArn",
        "repository_url": "repositoryUri",
        "encryption_configuration.kms_key": "kmsKey",
    }
    gone = ("RepositoryNotFoundException",)

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"tags": tag_list(state["tags_all"])}
        aws.client("ecr").create_repository(**arguments)
        state["id"] = state["name"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client = aws.client("ecr")
        found = client.describe_repositories(repositoryNames=[state["id"]])["repositories"][0]
        tags = client.list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"]
        return {**self.described(found), "tags_all": tags_of(tags)}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client, name = aws.client("ecr"), state["name"]
        if changed(state, prior, "image_tag_mutability"):
            client.put_image_tag_mutability(
                repositoryName=name, imageTagMutability=state["image_tag_mutability"]
            )
        if changed(state, prior, "image_scanning_configuration"):
            scanning = self.request(aws, state, "PutImageScanningConfiguration")
            client.put_image_scanning_configuration(**scanning)
        retag(
            state,
            prior,
            lambda tags: client.tag_resource(resourceArn=state["arn"], tags=tag_list(tags)),
            lambda keys: client.untag_resource(resourceArn=state["arn"], tagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ecr").delete_repository(
            repositoryName=state["name"], force=bool(state.get("force_delete"))
        )


@served
class LifecyclePolicy(Resource):
    type = "aws_ecr_lifecycle_policy"
    service = "ecr"
    creates = "PutLifecyclePolicy"
    names: ClassVar[Names] = {"repository": "repositoryName", "policy": "lifecyclePolicyText"}
    gone = ("LifecyclePolicyNotFoundException", "RepositoryNotFoundException")

    def create(self, aws: Aws, state: State) -> None:
        aws.client("ecr").put_lifecycle_policy(**self.request(aws, state))
        state["id"] = state["repository"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        return self.described(aws.client("ecr").get_lifecycle_policy(repositoryName=state["id"]))

    def update(self, aws: Aws, state: State, prior: State) -> None:
        self.create(aws, state)

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("ecr").delete_lifecycle_policy(repositoryName=state["id"])
