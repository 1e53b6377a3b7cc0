"""What is there before Terraform: the bucket of its state, and the secret with the application's keys.

Both hold what no state or plan may: so they are made by themselves, once, and looked at ever after.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from pydantic import Field, SecretStr

from blocks.aws import AwsBlock, AwsMissing, aws_errors

# us-east-1 is where buckets are when nothing else is said, and must not be named.
DEFAULT_REGION = "us-east-1"
# Old states are for mistakes that are noticed late.
OLD_STATES_STAY_DAYS = 90


class StateBucket(AwsBlock):
    """The bucket of an environment's Terraform state, lock and release records."""

    _block_type_name = "State Bucket"
    _block_type_slug = "state-bucket"
    _description = "The versioned, encrypted, private bucket of Terraform's state and the release records."

    name: str = Field(title="Name", description="Of the bucket, unique among all of AWS.")
    account: str = Field(title="Account", description="Number of the AWS account that owns it.")

    def exists(self) -> bool:
        """Whether it is there and ours.

        Raises:
            AwsDenied: it is another account's, or may not be looked at.
            AwsUnavailable, AwsError: it can't be told.
        """
        try:
            with aws_errors(f"look for the bucket {self.name}"):
                self.client("s3").head_bucket(Bucket=self.name, ExpectedBucketOwner=self.account)
        except AwsMissing:
            return False
        return True

    def ensure(self) -> bool:
        """Makes it if it isn't there, and sets what it must be: versioned, encrypted, private, TLS only.

        Returns:
            Whether it was made.

        Raises:
            AwsDenied, AwsUnavailable, AwsError: it could not be made or set.
        """
        made = not self.exists()
        s3 = self.client("s3")
        with aws_errors(f"make the bucket {self.name}"):
            if made:
                s3.create_bucket(Bucket=self.name, **self._location())
            owned: dict[str, Any] = {"Bucket": self.name, "ExpectedBucketOwner": self.account}
            s3.put_public_access_block(**owned, PublicAccessBlockConfiguration=dict.fromkeys(
                ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
            ))  # fmt: skip
            s3.put_bucket_versioning(**owned, VersioningConfiguration={"Status": "Enabled"})
            s3.put_bucket_encryption(**owned, ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            })  # fmt: skip
            s3.put_bucket_lifecycle_configuration(
                **owned, LifecycleConfiguration={"Rules": [_OLD_STATES_EXPIRE, _OLD_HISTORIES_EXPIRE]}
            )
            s3.put_bucket_policy(**owned, Policy=json.dumps(self._tls_only()))
        return made

    def _location(self) -> dict[str, Any]:
        region = self.client("s3").meta.region_name
        if region == DEFAULT_REGION:
            return {}
        return {"CreateBucketConfiguration": {"LocationConstraint": region}}

    def _tls_only(self) -> dict[str, Any]:
        arn = f"arn:aws:s3:::{self.name}"
        statement = {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return {"Version": "2012-10-17", "Statement": [statement]}


_OLD_STATES_EXPIRE = {
    "ID": "old-states",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_STATES_STAY_DAYS},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
}

# What a health check writes every five minutes; of rules that overlap S3 follows the shorter.
_OLD_HISTORIES_EXPIRE = {
    "ID": "old-histories",
    "Status": "Enabled",
    "Filter": {"Prefix": "operation/"},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
}


class AppSecret(AwsBlock):
    """The application's own keys in Secrets Manager, as one JSON document."""

    _block_type_name = "App Secret"
    _block_type_slug = "app-secret"
    _description = (
        "The application's keys in Secrets Manager: SECRET_KEY, REDIS_PASSWORD, REPLICATE_API_TOKEN."
    )

    name: str = Field(title="Name", description="Of the secret.")

    def keys(self) -> dict[str, bool]:
        """Which keys it has, each with whether it has a value; none when it isn't there. Never a value.

        Raises:
            AwsDenied, AwsUnavailable, AwsError: it can't be read.
        """
        return {key: bool(value) for key, value in (self._read() or {}).items()}

    def ensure(self, given: Mapping[str, SecretStr]) -> list[str]:
        """Makes it, or adds to it what it lacks. What has a value keeps it, unless another is given.

        Args:
            given: values to be set, whatever they are now.

        Returns:
            The keys that were set.

        Raises:
            AwsDenied, AwsUnavailable, AwsError: it could not be made or written.
        """
        found = self._read()
        values = dict(found or {})
        for key, value in _made().items():
            if key not in values or (value and not values[key]):
                values[key] = value
        values |= {key: value.get_secret_value() for key, value in given.items()}
        changed = [key for key, value in values.items() if found is None or found.get(key) != value]
        if not changed:
            return []
        manager, document = self.client("secretsmanager"), json.dumps(values)
        with aws_errors(f"write the secret {self.name}"):
            if found is None:
                manager.create_secret(Name=self.name, SecretString=document)
            else:
                manager.put_secret_value(SecretId=self.name, SecretString=document)
        return changed

    def _read(self) -> dict[str, str] | None:
        try:
            with aws_errors(f"read the secret {self.name}"):
                answer = self.client("secretsmanager").get_secret_value(SecretId=self.name)
        except AwsMissing:
            return None
        return json.loads(answer["SecretString"])


def _made() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        # ElastiCache takes 16 to 128 letters, digits and a few signs that URLs quote.
        "REDIS_PASSWORD": secrets.token_hex(32),
        # Without one the built-in planner and clip source do the work.
        "REPLICATE_API_TOKEN": "",
    }
