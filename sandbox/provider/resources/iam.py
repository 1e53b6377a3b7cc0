"""Roles, policies, and which has which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import unquote

from sandbox.provider.aws import Aws
from sandbox.provider.resource import Resource, State, changed, retag, served, tag_list, tags_of
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value

# IAM refuses to keep more of one policy.
MOST_VERSIONS = 5


class Iam(Resource):
    """A thing of IAM."""

    service = "iam"
    gone = ("NoSuchEntity",)


@served
class Role(Iam):
    type = "aws_iam_role"
    creates = "CreateRole"
    names: ClassVar[Names] = {
        "name": "RoleName",
        "assume_role_policy": "AssumeRolePolicyDocument",
        "unique_id": "RoleId",
        # Policies are resources of their own.
        "inline_policy": None,
        "managed_policy_arns": None,
        "permissions_boundary": "PermissionsBoundary",
    }

    def create(self, aws: Aws, state: State) -> None:
        aws.client("iam").create_role(**self.request(aws, state), Tags=tag_list(state["tags_all"]))
        state["id"] = state["name"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        found = aws.client("iam").get_role(RoleName=state["id"])["Role"]
        boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        read = self.described({name: value for name, value in found.items() if name != "PermissionsBoundary"})
        return {
            **read,
            "id": state["id"],
            "assume_role_policy": document(found["AssumeRolePolicyDocument"]),
            "permissions_boundary": boundary,
            "create_date": found["CreateDate"].isoformat(),
            "tags_all": tags_of(found.get("Tags")),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client, name = aws.client("iam"), state["name"]
        if changed(state, prior, "assume_role_policy"):
            client.update_assume_role_policy(RoleName=name, PolicyDocument=state["assume_role_policy"])
        if changed(state, prior, "description", "max_session_duration"):
            client.update_role(**self.request(aws, state, "UpdateRole"))
        if changed(state, prior, "permissions_boundary"):
            if boundary := state["permissions_boundary"]:
                client.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
            else:
                client.delete_role_permissions_boundary(RoleName=name)
        retag(
            state,
            prior,
            lambda tags: client.tag_role(RoleName=name, Tags=tag_list(tags)),
            lambda keys: client.untag_role(RoleName=name, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("iam").delete_role(RoleName=state["id"])


@served
class RolePolicy(Iam):
    type = "aws_iam_role_policy"
    creates = "PutRolePolicy"
    names: ClassVar[Names] = {"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"}

    def create(self, aws: Aws, state: State) -> None:
        aws.client("iam").put_role_policy(**self.request(aws, state))
        state["id"] = f"{state['role']}:{state['name']}"

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        role, name = state["id"].split(":")
        found = aws.client("iam").get_role_policy(RoleName=role, PolicyName=name)
        return {"role": role, "name": name, "policy": document(found["PolicyDocument"])}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        self.create(aws, state)

    def delete(self, aws: Aws, state: State) -> None:
        role, name = state["id"].split(":")
        aws.client("iam").delete_role_policy(RoleName=role, PolicyName=name)


@served
class Policy(Iam):
    type = "aws_iam_policy"
    creates = "CreatePolicy"
    names: ClassVar[Names] = {"name": "PolicyName", "policy": "PolicyDocument"}

    def create(self, aws: Aws, state: State) -> None:
        made = aws.client("iam").create_policy(**self.request(aws, state), Tags=tag_list(state["tags_all"]))
        state["id"] = state["arn"] = made["Policy"]["Arn"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client, arn = aws.client("iam"), state["id"]
        found = client.get_policy(PolicyArn=arn)["Policy"]
        version = client.get_policy_version(PolicyArn=arn, VersionId=found["DefaultVersionId"])
        return {
            **self.described(found),
            "policy": document(version["PolicyVersion"]["Document"]),
            "tags_all": tags_of(found.get("Tags")),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client, arn = aws.client("iam"), state["arn"]
        if changed(state, prior, "policy"):
            versions = client.list_policy_versions(PolicyArn=arn)["Versions"]
            if len(versions) >= MOST_VERSIONS:
                oldest = min((one for one in versions if not one["IsDefaultVersion"]), key=_made)
                client.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
            client.create_policy_version(PolicyArn=arn, PolicyDocument=state["policy"], SetAsDefault=True)
        retag(
            state,
            prior,
            lambda tags: client.tag_policy(PolicyArn=arn, Tags=tag_list(tags)),
            lambda keys: client.untag_policy(PolicyArn=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        client, arn = aws.client("iam"), state["arn"]
        for version in client.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        client.delete_policy(PolicyArn=arn)


@served
class RolePolicyAttachment(Iam):
    type = "aws_iam_role_policy_attachment"
    creates = "AttachRolePolicy"
    names: ClassVar[Names] = {"role": "RoleName"}

    def create(self, aws: Aws, state: State) -> None:
        aws.client("iam").attach_role_policy(**self.request(aws, state))
        state["id"] = f"{state['role']}/{state['policy_arn']}"

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        role, arn = state["id"].split("/", 1)
        pages = aws.client("iam").get_paginator("list_attached_role_policies").paginate(RoleName=role)
        attached = {policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]}
        return {"role": role, "policy_arn": arn} if arn in attached else None

    def delete(self, aws: Aws, state: State) -> None:
        aws.client("iam").detach_role_policy(RoleName=state["role"], PolicyArn=state["policy_arn"])


def document(answered: Any) -> str:
    """A policy as text, whichever way the answer has it."""
    return json.dumps(answered) if isinstance(answered, dict) else unquote(answered)


def _made(version: Mapping[str, Any]) -> Any:
    return version["CreateDate"]
