"""What decides about security settings: pure functions over what an account shows, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from blocks.cache import CacheState
from blocks.security import DatabaseGuard, LogRetention, Role, Rule
from flows.deployment.checks import NotGood

ANYWHERE = {"0.0.0.0/0", "::/0"}
# Ports that everybody may reach: the load balancer's, and without one the API's own.
PUBLIC_PORTS = {80, 443, 8000}
# Those of which IAM knows no resource (Service Authorization Reference).
WITHOUT_RESOURCE = {"ecr:getauthorizationtoken"}
SET_RIGHT = "Find out who has changed it; `reelflow deploy` sets it as infra/terraform has it"

_SECRET_NAME = re.compile(r"(SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|API_?KEY|PRIVATE_?KEY)", re.IGNORECASE)
_SECRET_VALUES = {
    "an address with a password": re.compile(r"://[^/\s:@]*:[^/\s@]+@"),
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a Replicate token": re.compile(r"\br8_[A-Za-z0-9]{20,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a webhook secret": re.compile(r"\bwhsec_[A-Za-z0-9+/=]{16,}"),
}


def private_bucket(bucket: str, *, private: bool) -> str:
    """Whether a bucket can't be made public, in words."""
    if not private:
        raise NotGood(f"{bucket} does not block all public access", SET_RIGHT)
    return f"{bucket} blocks all public access"


def tls_only(bucket: str, statements: Iterable[Mapping[str, Any]]) -> str:
    """Whether a bucket's policy refuses what does not come over TLS, in words."""
    for statement in statements:
        condition = {
            key.lower(): str(value).lower()
            for key, value in ((statement.get("Condition") or {}).get("Bool") or {}).items()
        }
        if statement.get("Effect") == "Deny" and condition.get("aws:securetransport") == "false":
            return f"{bucket} refuses what does not come over TLS"
    raise NotGood(f"{bucket} answers without TLS too: its policy refuses nothing of that", SET_RIGHT)


def private_database(name: str, found: DatabaseGuard, public: Collection[str]) -> str:
    """Whether a database has no public address and is encrypted, in words.

    Args:
        public: those of its subnets that have a way to the internet.
    """
    if found.public:
        raise NotGood(f"{name} has a public address", SET_RIGHT)
    if not found.encrypted:
        raise NotGood(f"{name} is not encrypted", "Restore a snapshot into an encrypted instance")
    return f"{name} has no public address, {private_subnets(name, found.subnets, public)}, and is encrypted"


def private_cache(found: CacheState, subnets: Collection[str], public: Collection[str]) -> str:
    """Whether a cache is in private subnets and encrypted, in words; the arguments as above."""
    if not found.tls:
        raise NotGood(f"{found.identifier} answers without TLS", SET_RIGHT)
    if not found.encrypted:
        raise NotGood(f"what {found.identifier} keeps is not encrypted", SET_RIGHT)
    where = private_subnets(found.identifier, subnets, public)
    return f"{found.identifier} {where}, over TLS, encrypted at rest"


def private_subnets(name: str, subnets: Collection[str], public: Collection[str]) -> str:
    """Whether none of a part's subnets has a way to the internet, in words that end no sentence."""
    if public:
        raise NotGood(
            f"{name} is in subnets with a way to the internet: {', '.join(sorted(public))}", SET_RIGHT
        )
    return f"is in {len(subnets)} private subnets"


def database_tls(name: str, found: DatabaseGuard) -> str:
    """Whether a database refuses connections without TLS, in words."""
    if not found.tls_forced:
        raise NotGood(f"{name} lets in without TLS: rds.force_ssl is not 1", SET_RIGHT)
    return f"{name} refuses connections without TLS (rds.force_ssl is 1)"


def open_to_all(rules: Iterable[Rule]) -> list[Rule]:
    """The rules that let anybody in where nobody but us has a business."""
    return [
        rule
        for rule in rules
        if not rule.egress
        and rule.peer in ANYWHERE
        and not (rule.protocol == "tcp" and rule.first == rule.last and rule.first in PUBLIC_PORTS)
    ]


def minimal_ports(rules: Sequence[Rule]) -> str:
    """Which ports are open to whom, in words; raises when one is open that should not be."""
    if wrong := open_to_all(rules):
        raise NotGood(f"open to everybody: {'; '.join(map(str, wrong))}", SET_RIGHT)
    inward = [rule for rule in rules if not rule.egress]
    if everything := [rule for rule in inward if rule.protocol == "-1"]:
        raise NotGood(f"all ports are open: {'; '.join(map(str, everything))}", SET_RIGHT)
    return "; ".join(map(str, inward)) or "nothing is open"


def only_known(rules: Iterable[Rule], known: Collection[str]) -> str:
    """Whether every rule is one that the state knows, in words.

    Args:
        known: the ids of the rules that Terraform has made.
    """
    rules = tuple(rules)
    by_hand = [rule for rule in rules if rule.id not in known]
    if by_hand:
        raise NotGood(
            f"opened by hand: {'; '.join(map(str, by_hand))}",
            "Delete the rule, or write it into infra/terraform's network module",
        )
    return f"all {len(rules)} rules are Terraform's"


def least_privilege(roles: Iterable[Role]) -> str:
    """Whether roles are allowed what they need only, in words: no wildcards, no policies of others."""
    roles, wrong = tuple(roles), []
    for role in roles:
        wrong += [f"{role.name}: {word}" for word in wildcards(role.statements)]
        wrong += [f"{role.name} has {arn.rpartition('/')[2]} attached" for arn in role.attached]
        wrong += [] if role.boundary else [f"{role.name} has no boundary"]
    if wrong:
        raise NotGood("; ".join(wrong), SET_RIGHT)
    return f"{', '.join(sorted(role.name for role in roles))}: no wildcards, each within its boundary"


def wildcards(statements: Iterable[Mapping[str, Any]]) -> list[str]:
    """The statements that allow more than named actions on named resources, in words."""
    found = []
    for statement in statements:
        if statement.get("Effect") != "Allow":
            continue
        actions = _list(statement.get("Action", ()))
        broad = [action for action in actions if "*" in action]
        found += [f"may do {action}" for action in broad]
        if "NotAction" in statement or "NotResource" in statement:
            found.append("may do all but what is named")
        unbound = [
            action for action in actions if action.lower() not in WITHOUT_RESOURCE and "*" not in action
        ]
        if "*" in _list(statement.get("Resource", ())) and unbound:
            found.append(f"may {', '.join(unbound)} on every resource")
    return found


def hard_coded(variables: Mapping[str, str]) -> list[str]:
    """The variables that hold a secret in clear, each with why; never a value."""
    found = []
    for name, value in sorted(variables.items()):
        if why := next((why for why, like in _SECRET_VALUES.items() if like.search(value)), None):
            found.append(f"{name} holds {why}")
        elif value and _SECRET_NAME.search(name) and not value.startswith("arn:"):
            found.append(f"{name} is named as a secret")
    return found


def no_secrets(by_service: Mapping[str, Mapping[str, str]]) -> str:
    """Whether no task definition holds a secret in clear, in words."""
    wrong = [f"{service}: {each}" for service, held in by_service.items() for each in hard_coded(held)]
    if wrong:
        raise NotGood(
            "; ".join(wrong),
            "Put it into the application's secret (`reelflow bootstrap`), renew it, and deploy",
        )
    count = sum(map(len, by_service.values()))
    return f"{count} variables of {len(by_service)} services, and none holds a secret"


def logging(groups: Iterable[LogRetention], wanted: Collection[str]) -> str:
    """Whether every log group is there and forgets in time, in words.

    Args:
        wanted: the names of those that services write to.
    """
    groups = tuple(groups)
    if missing := sorted(set(wanted) - {group.name for group in groups}):
        raise NotGood(f"there is no log group {', '.join(missing)}", SET_RIGHT)
    if endless := [group.name for group in groups if group.days is None]:
        raise NotGood(f"kept for ever, and paid for: {', '.join(endless)}", SET_RIGHT)
    return "; ".join(f"{group.name} for {group.days} d" for group in groups)


def _list(found: Any) -> list[str]:
    return [found] if isinstance(found, str) else [str(each) for each in found]
