"""What a role may do, as IAM decides."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from moto import mock_aws

from sandbox.rights import AccessDenied, Rights, _right_of_s3, allows, rights_of

READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:List*"], "Resource": "arn:aws:s3:::films/*"}
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param([], False, id="nothing is allowed"),
        pytest.param([READ], True, id="allowed"),
        pytest.param([{**READ, "Action": "S3:getobject"}], True, id="actions know no case"),
        pytest.param([{**READ, "Action": "s3:PutObject"}], False, id="another action"),
        pytest.param([{**READ, "Resource": "arn:aws:s3:::other/*"}], False, id="another resource"),
        pytest.param([{**READ, "Resource": "arn:aws:s3:::Films/*"}], False, id="resources know case"),
        pytest.param([ALL, {**READ, "Effect": "Deny"}], False, id="a denial wins"),
        pytest.param(
            [ALL, {**READ, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
            True,
            id="a denial under a condition is not judged",
        ),
        pytest.param(
            [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], True, id="all but something else"
        ),
        pytest.param([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], False, id="all but this"),
        pytest.param([{**READ, "Resource": "arn:aws:s3:::film[s]/*"}], False, id="brackets are no pattern"),
    ],
)
def test_allows(statements: list[dict[str, Any]], expected: bool) -> None:
    assert allows(statements, "s3:GetObject", "arn:aws:s3:::films/a.mp4") is expected


@pytest.mark.parametrize(
    ("operation", "path", "expected"),
    [
        ("GetObject", "/films/a/b.mp4", ("s3:GetObject", "arn:aws:s3:::films/a/b.mp4")),
        ("HeadObject", "/films/a", ("s3:GetObject", "arn:aws:s3:::films/a")),
        ("UploadPart", "/films/a", ("s3:PutObject", "arn:aws:s3:::films/a")),
        ("AbortMultipartUpload", "/films/a", ("s3:AbortMultipartUpload", "arn:aws:s3:::films/a")),
        ("DeleteObjects", "/films", ("s3:DeleteObject", "arn:aws:s3:::films/*")),
        ("ListObjectsV2", "/films", ("s3:ListBucket", "arn:aws:s3:::films")),
        ("GetBucketVersioning", "/films", ("s3:GetBucketVersioning", "arn:aws:s3:::films")),
    ],
)
def test_the_right_that_a_call_takes(operation: str, path: str, expected: tuple[str, str]) -> None:
    assert _right_of_s3(operation, path) == expected


def test_a_boundary_bounds() -> None:
    Rights("worker", (ALL,)).require("iam:CreateUser", "*")
    with pytest.raises(AccessDenied, match=r"worker is not authorized to perform: iam:CreateUser.*boundary"):
        Rights("worker", (ALL,), (READ,)).require("iam:CreateUser", "*")


def test_attached_policies_and_the_boundary_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    def document(*statements: dict[str, Any]) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": statements})

    with mock_aws():
        iam = boto3.client("iam", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
        boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=document(READ))["Policy"]["Arn"]
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=document(), PermissionsBoundary=boundary)
        attached = iam.create_policy(PolicyName="all", PolicyDocument=document(ALL))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="r", PolicyArn=attached)
        rights = rights_of("123456789012", "arn:aws:iam::123456789012:role/r")
        assert rights is not None
        rights.require("s3:GetObject", "arn:aws:s3:::films/a.mp4")
        with pytest.raises(AccessDenied, match="no permissions boundary allows"):
            rights.require("s3:GetObject", "arn:aws:s3:::other/a.mp4")
        narrower = document({**READ, "Action": "s3:PutObject"})
        iam.create_policy_version(PolicyArn=attached, PolicyDocument=narrower, SetAsDefault=True)
        narrowed = rights_of("123456789012", "arn:aws:iam::123456789012:role/r")
        assert narrowed is not None
        with pytest.raises(AccessDenied, match="no identity-based policy allows"):
            narrowed.require("s3:GetObject", "arn:aws:s3:::films/a.mp4")
    assert rights_of("123456789012", "arn:aws:iam::123456789012:role/none") is None
