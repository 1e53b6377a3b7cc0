"""Secrets Manager: secrets, their versions, and the two ways to look at one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sandbox.provider.aws import Aws
from sandbox.provider.resource import (
    DataSource,
    Ephemeral,
    Resource,
    State,
    changed,
    retag,
    served,
    tag_list,
    tags_of,
)
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value


@served
class Secret(Resource):
    type = "aws_secretsmanager_secret"
    service = "secretsmanager"
    creates = "CreateSecret"
    names: ClassVar[Names] = {"arn": "ARN"}
    gone = ("ResourceNotFoundException",)

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state) | {"Tags": tag_list(state["tags_all"])}
        state["id"] = state["arn"] = aws.client("secretsmanager").create_secret(**arguments)["ARN"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        found = aws.client("secretsmanager").describe_secret(SecretId=state["id"])
        if found.get("DeletedDate"):
            return None
        return {**self.described(found), "tags_all": tags_of(found.get("Tags"))}

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client, arn = aws.client("secretsmanager"), state["arn"]
        if changed(state, prior, "description", "kms_key_id"):
            client.update_secret(SecretId=arn, **self.request(aws, state, "UpdateSecret"))
        retag(
            state,
            prior,
            lambda tags: client.tag_resource(SecretId=arn, Tags=tag_list(tags)),
            lambda keys: client.untag_resource(SecretId=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        days = state.get("recovery_window_in_days")
        how = {"ForceDeleteWithoutRecovery": True} if days == 0 else {"RecoveryWindowInDays": int(days or 30)}
        aws.client("secretsmanager").delete_secret(SecretId=state["arn"], **how)


@served
class SecretVersion(Resource):
    type = "aws_secretsmanager_secret_version"
    service = "secretsmanager"
    creates = "PutSecretValue"
    names: ClassVar[Names] = {"secret_string_wo": "SecretString"}
    gone = ("ResourceNotFoundException",)

    def create(self, aws: Aws, state: State) -> None:
        made = aws.client("secretsmanager").put_secret_value(**self.request(aws, state))
        state["version_id"] = made["VersionId"]
        state["id"] = f"{state['secret_id']}|{made['VersionId']}"

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        secret, version = state["id"].split("|")
        found = aws.client("secretsmanager").describe_secret(SecretId=secret)
        stages = found.get("VersionIdsToStages", {}).get(version)
        if not stages:
            return None
        # The value is not read: where it is write-only, it must not come into the state.
        return {
            "secret_id": secret,
            "arn": found["ARN"],
            "secret_arn": found["ARN"],
            "version_id": version,
            "version_stages": stages,
            "has_secret_string_wo": state.get("secret_string_wo_version") is not None,
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        if changed(state, prior, "secret_string", "secret_string_wo_version"):
            self.create(aws, state)

    def delete(self, aws: Aws, state: State) -> None:
        # A version in use goes with its secret.
        return


@served
class SecretLookup(DataSource):
    type = "aws_secretsmanager_secret"

    def read(self, aws: Aws, config: State) -> Mapping[str, Value]:
        found = aws.client("secretsmanager").describe_secret(SecretId=config.get("arn") or config.get("name"))
        if found.get("DeletedDate"):
            raise LookupError(f"The secret {found['Name']} is scheduled for deletion")
        return {
            "id": found["ARN"],
            "arn": found["ARN"],
            "name": found["Name"],
            "description": found.get("Description"),
            "kms_key_id": found.get("KmsKeyId"),
            "tags": tags_of(found.get("Tags")),
        }


@served
class SecretValue(Ephemeral):
    type = "aws_secretsmanager_secret_version"

    def read(self, aws: Aws, config: State) -> Mapping[str, Value]:
        asked = {"VersionId": config.get("version_id"), "VersionStage": config.get("version_stage")}
        given = {name: value for name, value in asked.items() if value}
        found = aws.client("secretsmanager").get_secret_value(SecretId=config["secret_id"], **given)
        return {
            "arn": found["ARN"],
            "secret_string": found.get("SecretString"),
            "version_id": found["VersionId"],
            "version_stage": config.get("version_stage") or "AWSCURRENT",
            "version_stages": found.get("VersionStages", []),
        }
