"""Causes in who asks: credentials that have ended, logins that have ended, rights that are missing."""

from __future__ import annotations

import re
from dataclasses import replace

from flows.explaining.findings import Findings
from flows.explaining.rule import Match, Rule, both, either, failed_with, said

_WHO = (
    r"user: (?P<who>\S+) is not authorized to perform: (?P<action>[\w-]+:\w+)"
    r"(?: on resource: (?P<resource>\S+))?(?P<why> because .*| with an explicit deny.*)?"
)
# Which file of infra/bootstrap gives the deployer its rights to a service.
_DEPLOYERS_FILE = {
    **dict.fromkeys(("ec2",), "network.tf"),
    **dict.fromkeys(("rds", "elasticache", "kms"), "stores.tf"),
    **dict.fromkeys(
        ("ecs", "ecr", "elasticloadbalancing", "servicequotas", "servicediscovery", "route53"), "services.tf"
    ),
    **dict.fromkeys(("iam", "sts"), "identity.tf"),
    **dict.fromkeys(("logs", "cloudwatch", "sns", "budgets"), "watching.tf"),
    **dict.fromkeys(("secretsmanager",), "state.tf"),
    "s3": "state.tf (the state) or stores.tf (the media)",
}


def policy(who: str, action: str, why: str) -> str:
    """Where the missing right is to be given, and the command that puts it into force.

    Args:
        who: the ARN that IAM names.
        action: such as `ecs:UpdateService`.
        why: what IAM adds: which kind of policy it lacks, or that one denies it.
    """
    role = re.search(r"(?:assumed-role|role)/([^/]+)", who)
    name = role[1] if role else who.rpartition("/")[2]
    bootstrap = "as an administrator run `reelflow bootstrap {environment}`"
    if "explicit deny" in why:
        return (
            f"A policy denies {action} to {name} on purpose: see which in IAM's policy simulator. "
            'In infra/bootstrap the statements with Effect = "Deny" name what the deployer never may'
        )
    if "permissions boundary" in why:
        return f"Add {action} to the boundary in infra/bootstrap/boundary.tf, and {bootstrap}"
    service = action.partition(":")[0].lower()
    if name.endswith(("-execution", "-backend", "-worker", "-prefect")):
        return (
            f"Add {action} to the policy of {name} in infra/terraform/modules/iam/main.tf, "
            "and run `reelflow deploy {environment}`"
        )
    file = _DEPLOYERS_FILE.get(service, "services.tf")
    if role and name.endswith("-deployer"):
        return f"Add {action} to infra/bootstrap/{file}, and {bootstrap}"
    return (
        "Take on the environment's role, ending in -deployer, which has what deploying needs; or attach a "
        f"policy with {action} to {name}: `aws iam list-attached-user-policies --user-name {name}` lists "
        f"what it has. "
        f"If the role lacks it, add it to infra/bootstrap/{file}, and {bootstrap}"
    )


def _not_authorized(findings: Findings) -> Match | None:
    match = said(_WHO, "fault", "terraform", "task", "run", "event", "log")(findings)
    if match is None:
        return None
    values = dict(match.values)
    who, action, why = values["who"], values["action"], values.get("why", "")
    values["policy"] = policy(who, action, why).replace("{environment}", findings.environment)
    values["resource"] = values.get("resource", "its resource")
    values["why"] = why.strip()[:160] or "no policy allows it"
    return replace(match, values=values)


RULES = (
    Rule(
        kind="expired_credentials",
        title="The AWS credentials are not valid any more",
        looks_like="ExpiredToken: The security token included in the request is expired",
        find=said(
            r"ExpiredToken|RequestExpired|security token included in the request is (?:expired|invalid)"
            r"|InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch"
            r"|token has expired and refresh failed|unable to locate credentials|no valid credential source",
            "fault",
            "terraform",
            "run",
        ),
        message="AWS does not accept the credentials of whoever deploys: {fault}",
        remedy="Log in again (`aws sso login`, or `aws configure`; `aws sts get-caller-identity` shows "
        "who you are) and run `reelflow deploy {environment}`; it goes on where it stopped",
    ),
    Rule(
        kind="registry_login_expired",
        title="The login to the image registry has ended",
        looks_like="denied: Your authorization token has expired. Reauthenticate and try again.",
        find=either(
            said(r"authorization token has expired|no basic auth credentials", "fault", "run", "task"),
            failed_with("login_refused"),
        ),
        message="ECR's login lasts twelve hours, and this one is over or was refused: {fault}",
        remedy="Run `reelflow deploy {environment}`: it logs in right before the push, and sends what is "
        "missing. By hand: `aws ecr get-login-password --region {region} | docker login --username AWS "
        "--password-stdin REGISTRY`",
    ),
    Rule(
        kind="not_authorized",
        title="A right is missing",
        looks_like="User: arn:aws:iam::…:user/… is not authorized to perform: ecs:UpdateService",
        find=_not_authorized,
        message="{who} may not {action} on {resource}: {why}",
        remedy="Give the right where it is missing: {policy}",
    ),
    Rule(
        kind="access_denied",
        title="AWS refuses a call",
        looks_like="AccessDenied, without the name of the right",
        find=both(
            failed_with("aws_denied", "access_denied", "terraform_failed"),
            said(
                r"AccessDenied|UnauthorizedOperation|NotAuthorized|AuthorizationError|Forbidden",
                "fault",
                "terraform",
            ),
        ),
        message="AWS refuses it, and does not say which right is missing: {fault}",
        remedy="See who you are with `aws sts get-caller-identity`; take on the environment's role, "
        "ending in -deployer, or have an administrator run `reelflow bootstrap {environment}`",
    ),
)
