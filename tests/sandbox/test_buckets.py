"""Which statements of a bucket's policy concern a request that stands for one over TLS."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.parts.buckets import concerns


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, False),
        ({"NumericLessThan": {"s3:TlsVersion": ["1.2", "1.4"]}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "1"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "1"}, "Bool": {"aws:SecureTransport": "false"}}, False),
    ],
)
def test_concerns(condition: dict[str, Any] | None, expected: bool) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    assert concerns(statement | ({"Condition": condition} if condition else {})) is expected
