"""S3 buckets, and each of their settings as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from sandbox.provider.aws import Aws, error_code
from sandbox.provider.resource import Resource, State, retag, served, tag_list, tags_of
from sandbox.provider.shapes import Names
from sandbox.provider.values import Value


@served
class Bucket(Resource):
    type = "aws_s3_bucket"
    service = "s3"
    creates = "CreateBucket"
    # The settings that once were part of a bucket are resources of their own.
    names: ClassVar[Names] = {"grant": None, "acl": None, "object_lock_enabled": "ObjectLockEnabledForBucket"}
    gone = ("404", "NoSuchBucket")

    def create(self, aws: Aws, state: State) -> None:
        arguments = self.request(aws, state)
        if aws.region != "us-east-1":
            arguments["CreateBucketConfiguration"] = {"LocationConstraint": aws.region}
        client = aws.client("s3")
        client.create_bucket(**arguments)
        state["id"] = state["bucket"]
        if state["tags_all"]:
            client.put_bucket_tagging(Bucket=state["id"], Tagging={"TagSet": tag_list(state["tags_all"])})

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        client, bucket = aws.client("s3"), state["id"]
        client.head_bucket(Bucket=bucket)
        try:
            tags = client.get_bucket_tagging(Bucket=bucket)["TagSet"]
        except ClientError as error:
            if error_code(error) != "NoSuchTagSet":
                raise
            tags = []
        return {
            "bucket": bucket,
            "arn": f"arn:aws:s3:::{bucket}",
            "bucket_domain_name": f"{bucket}.s3.amazonaws.com",
            "bucket_regional_domain_name": f"{bucket}.s3.{aws.region}.amazonaws.com",
            "bucket_region": aws.region,
            "tags_all": tags_of(tags),
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        client = aws.client("s3")

        def write(_: object) -> None:
            client.put_bucket_tagging(Bucket=state["id"], Tagging={"TagSet": tag_list(state["tags_all"])})

        retag(state, prior, write, write)

    def delete(self, aws: Aws, state: State) -> None:
        client, bucket = aws.client("s3"), state["id"]
        if state.get("force_destroy"):
            self._empty(client, bucket)
        client.delete_bucket(Bucket=bucket)

    def imported(self, identity: str) -> State:
        return {"id": identity, "bucket": identity}

    def _empty(self, client: Any, bucket: str) -> None:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            every = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if every:
                doomed = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in every]
                client.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})


class Setting(Resource):
    """One setting of a bucket: put, got and deleted under the bucket's name.

    Attributes:
        calls: The client's methods that put, get and delete it.
        wrapped: The member of the put's input that the get's answer is the content of; "" if they are alike.
    """

    service = "s3"
    calls: ClassVar[tuple[str, str, str]]
    wrapped: ClassVar[str] = ""
    gone = ("NoSuchBucket",)

    def create(self, aws: Aws, state: State) -> None:
        getattr(aws.client("s3"), self.calls[0])(**self.request(aws, state))
        state["id"] = state["bucket"]

    def read(self, aws: Aws, state: State) -> Mapping[str, Value] | None:
        answer = getattr(aws.client("s3"), self.calls[1])(Bucket=state["id"])
        content = answer.get(self.wrapped, answer) if self.wrapped else answer
        return {
            **self.described({self.wrapped: content} if self.wrapped else content),
            "bucket": state["id"],
            "id": state["id"],
        }

    def update(self, aws: Aws, state: State, prior: State) -> None:
        self.create(aws, state)

    def delete(self, aws: Aws, state: State) -> None:
        getattr(aws.client("s3"), self.calls[2])(Bucket=state["id"])


@served
class Versioning(Setting):
    type = "aws_s3_bucket_versioning"
    creates = "PutBucketVersioning"
    names: ClassVar[Names] = {"mfa": "MFA", "versioning_configuration.mfa_delete": "MFADelete"}
    calls = ("put_bucket_versioning", "get_bucket_versioning", "")
    wrapped = "VersioningConfiguration"

    def delete(self, aws: Aws, state: State) -> None:
        suspended = {"Status": "Suspended"}
        aws.client("s3").put_bucket_versioning(Bucket=state["id"], VersioningConfiguration=suspended)


@served
class Encryption(Setting):
    type = "aws_s3_bucket_server_side_encryption_configuration"
    creates = "PutBucketEncryption"
    names: ClassVar[Names] = {
        "rule": "ServerSideEncryptionConfiguration.Rules",
        "rule.apply_server_side_encryption_by_default.kms_master_key_id": "KMSMasterKeyID",
        "rule.apply_server_side_encryption_by_default.sse_algorithm": "SSEAlgorithm",
    }
    calls = ("put_bucket_encryption", "get_bucket_encryption", "delete_bucket_encryption")
    wrapped = "ServerSideEncryptionConfiguration"
    gone = ("NoSuchBucket", "ServerSideEncryptionConfigurationNotFoundError")


@served
class PublicAccessBlock(Setting):
    type = "aws_s3_bucket_public_access_block"
    creates = "PutPublicAccessBlock"
    names: ClassVar[Names] = {
        name: f"PublicAccessBlockConfiguration.{member}"
        for name, member in (
            ("block_public_acls", "BlockPublicAcls"),
            ("block_public_policy", "BlockPublicPolicy"),
            ("ignore_public_acls", "IgnorePublicAcls"),
            ("restrict_public_buckets", "RestrictPublicBuckets"),
        )
    }
    calls = ("put_public_access_block", "get_public_access_block", "delete_public_access_block")
    wrapped = "PublicAccessBlockConfiguration"
    gone = ("NoSuchBucket", "NoSuchPublicAccessBlockConfiguration")


@served
class OwnershipControls(Setting):
    type = "aws_s3_bucket_ownership_controls"
    creates = "PutBucketOwnershipControls"
    names: ClassVar[Names] = {"rule": "OwnershipControls.Rules"}
    calls = (
        "put_bucket_ownership_controls",
        "get_bucket_ownership_controls",
        "delete_bucket_ownership_controls",
    )
    wrapped = "OwnershipControls"
    gone = ("NoSuchBucket", "OwnershipControlsNotFoundError")


@served
class Cors(Setting):
    type = "aws_s3_bucket_cors_configuration"
    creates = "PutBucketCors"
    names: ClassVar[Names] = {"cors_rule": "CORSConfiguration.CORSRules", "cors_rule.id": "ID"}
    calls = ("put_bucket_cors", "get_bucket_cors", "delete_bucket_cors")
    wrapped = "CORSConfiguration"
    gone = ("NoSuchBucket", "NoSuchCORSConfiguration")


@served
class Lifecycle(Setting):
    type = "aws_s3_bucket_lifecycle_configuration"
    creates = "PutBucketLifecycleConfiguration"
    names: ClassVar[Names] = {
        "rule": "LifecycleConfiguration.Rules",
        "rule.transition": "Transitions",
        "rule.noncurrent_version_transition": "NoncurrentVersionTransitions",
    }
    calls = (
        "put_bucket_lifecycle_configuration",
        "get_bucket_lifecycle_configuration",
        "delete_bucket_lifecycle",
    )
    wrapped = "LifecycleConfiguration"
    gone = ("NoSuchBucket", "NoSuchLifecycleConfiguration")

    def arguments(self, state: Mapping[str, Value]) -> Mapping[str, Value]:
        rules = state.get("rule")
        if not isinstance(rules, list):
            return state
        # What AWS refuses beside a filter, and days beside a marker that it computes itself.
        return {**state, "rule": [self._rule(rule) for rule in rules]}

    def _rule(self, rule: Value) -> Value:
        if not isinstance(rule, dict):
            return rule
        return {name: value for name, value in rule.items() if not (name == "prefix" and rule.get("filter"))}


@served
class Policy(Setting):
    type = "aws_s3_bucket_policy"
    creates = "PutBucketPolicy"
    calls = ("put_bucket_policy", "get_bucket_policy", "delete_bucket_policy")
    gone = ("NoSuchBucket", "NoSuchBucketPolicy")
