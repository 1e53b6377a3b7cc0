"""What decides about security settings: a table for each rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blocks.cache import CacheState
from blocks.security import DatabaseGuard, LogRetention, Role, Rule
from flows.deployment.checks import NotGood
from flows.operation.guarding import (
    database_tls,
    hard_coded,
    least_privilege,
    logging,
    minimal_ports,
    no_secrets,
    only_known,
    private_bucket,
    private_cache,
    private_database,
    tls_only,
    wildcards,
)


def _rule(**fields: Any) -> Rule:
    base = {"id": "sgr-1", "group": "api", "egress": False, "protocol": "tcp", "first": 8000, "last": 8000}
    return Rule.model_validate(base | {"peer": "load-balancer"} | fields)


def _bad(decide: Callable[[], str]) -> str | None:
    """What is wrong; None when nothing is."""
    try:
        assert decide()
    except NotGood as found:
        return found.evidence
    return None


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        ([_rule()], None),
        ([_rule(peer="0.0.0.0/0", first=443, last=443)], None),
        ([_rule(peer="0.0.0.0/0")], None),
        ([_rule(peer="198.51.100.0/24", first=22, last=22)], None),
        ([_rule(peer="0.0.0.0/0", first=443, last=443, egress=True)], None),
        ([_rule(peer="0.0.0.0/0", first=22, last=22)], "api: tcp 22 from 0.0.0.0/0"),
        ([_rule(peer="::/0", first=5432, last=5432, group="database")], "database: tcp 5432 from ::/0"),
        ([_rule(peer="0.0.0.0/0", first=1, last=65535)], "tcp 1-65535"),
        ([_rule(peer="0.0.0.0/0", first=443, last=443, protocol="udp")], "udp 443"),
        ([_rule(peer="0.0.0.0/0", protocol="-1", first=-1, last=-1)], "everything"),
        ([_rule(protocol="-1", first=-1, last=-1)], "all ports are open"),
    ],
)
def test_only_what_must_be_open_is(rules: list[Rule], wrong: str | None) -> None:
    found = _bad(lambda: minimal_ports(rules))
    assert (found is None) == (wrong is None)
    assert wrong is None or wrong in (found or "")


def test_a_rule_that_the_state_does_not_know_was_made_by_hand() -> None:
    rules = [_rule(), _rule(id="sgr-2", peer="198.51.100.7/32", first=22, last=22)]
    assert _bad(lambda: only_known(rules, {"sgr-1", "sgr-2"})) is None
    assert "tcp 22 from 198.51.100.7/32" in (_bad(lambda: only_known(rules, {"sgr-1"})) or "")


def _allow(action: Any, resource: Any = "arn:aws:s3:::media/*", **fields: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | fields


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (_allow(["s3:GetObject", "s3:PutObject"]), []),
        (_allow("ecr:GetAuthorizationToken", "*"), []),
        (_allow("*"), ["may do *"]),
        (_allow("s3:*"), ["may do s3:*"]),
        (_allow("s3:Get*"), ["may do s3:Get*"]),
        (_allow("s3:GetObject", "*"), ["may s3:GetObject on every resource"]),
        (
            _allow(["ecr:GetAuthorizationToken", "s3:PutObject"], ["*"]),
            ["may s3:PutObject on every resource"],
        ),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "a"}, ["may do all but what is named"]),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, []),
    ],
)
def test_wildcards(statement: dict[str, Any], found: list[str]) -> None:
    assert wildcards([statement]) == found


def test_a_role_has_its_own_rights_within_its_boundary() -> None:
    good = Role(name="backend", statements=(_allow("s3:GetObject"),), attached=(), boundary="arn:b")
    assert _bad(lambda: least_privilege([good])) is None
    attached = good.model_copy(update={"attached": ("arn:aws:iam::aws:policy/AdministratorAccess",)})
    assert "AdministratorAccess attached" in (_bad(lambda: least_privilege([attached])) or "")
    assert "no boundary" in (
        _bad(lambda: least_privilege([good.model_copy(update={"boundary": None})])) or ""
    )


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("DATABASE_URL", "postgresql://reelflow@host:5432/reelflow?sslmode=require", None),
        ("REDIS_URL", "rediss://host:6379/0", None),
        ("CORS_ORIGINS", "", None),
        ("REPLICATE_API_TOKEN", "", None),
        ("TOKEN_ARN", "arn:aws:secretsmanager:us-east-2:1:secret:x", None),
        ("DATABASE_URL", "postgresql://reelflow:pass@host/reelflow", "an address with a password"),
        ("OTHER", "r8_" + 24 * "a", "a Replicate token"),
        ("OTHER", "AKIA" + 16 * "A", "an AWS access key"),
        ("OTHER", "-----BEGIN PRIVATE KEY-----", "a private key"),
        ("SECRET_KEY", "x", "is named as a secret"),
        ("REDIS_PASSWORD", "x", "is named as a secret"),
    ],
)
def test_a_secret_in_clear_is_found_and_never_shown(name: str, value: str, why: str | None) -> None:
    found = hard_coded({name: value})
    assert bool(found) == (why is not None)
    if why:
        assert why in found[0]
        assert len(value) < 2 or value not in found[0]
    assert (_bad(lambda: no_secrets({"backend": {name: value}})) is None) == (why is None)


GUARD = DatabaseGuard(public=False, encrypted=True, tls_forced=True, subnets=("s-1", "s-2"))
CACHE = CacheState(identifier="redis", status="available", tls=True, encrypted=True)


@pytest.mark.parametrize(
    ("decide", "good"),
    [
        (lambda: private_database("db", GUARD, ()), True),
        (lambda: private_database("db", GUARD, ("s-2",)), False),
        (lambda: private_database("db", GUARD.model_copy(update={"public": True}), ()), False),
        (lambda: private_database("db", GUARD.model_copy(update={"encrypted": False}), ()), False),
        (lambda: private_cache(CACHE, ("s-1",), ()), True),
        (lambda: private_cache(CACHE, ("s-1",), ("s-1",)), False),
        (lambda: private_cache(CACHE.model_copy(update={"tls": False}), ("s-1",), ()), False),
        (lambda: private_cache(CACHE.model_copy(update={"encrypted": False}), ("s-1",), ()), False),
        (lambda: database_tls("db", GUARD), True),
        (lambda: database_tls("db", GUARD.model_copy(update={"tls_forced": False})), False),
        (lambda: private_bucket("b", private=True), True),
        (lambda: private_bucket("b", private=False), False),
        (lambda: logging([LogRetention(name="a", days=30)], {"a"}), True),
        (lambda: logging([LogRetention(name="a", days=None)], {"a"}), False),
        (lambda: logging([LogRetention(name="a", days=30)], {"a", "b"}), False),
    ],
)
def test_settings(decide: Callable[[], str], good: bool) -> None:
    assert (_bad(decide) is None) is good


@pytest.mark.parametrize(
    ("condition", "effect", "good"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, "Deny", True),
        ({"Bool": {"aws:SecureTransport": False}}, "Deny", True),
        ({"Bool": {"aws:SecureTransport": "true"}}, "Deny", False),
        ({"Bool": {"aws:SecureTransport": "false"}}, "Allow", False),
        ({}, "Deny", False),
    ],
)
def test_a_bucket_is_over_tls_only(condition: dict[str, Any], effect: str, good: bool) -> None:
    statement = {"Effect": effect, "Condition": condition}
    assert (_bad(lambda: tls_only("b", [statement])) is None) is good
