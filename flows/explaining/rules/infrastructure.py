"""Causes in Terraform and its state."""

from __future__ import annotations

from blocks.terraform.errors import lock_holder
from flows.explaining.findings import Evidence, Findings
from flows.explaining.rule import UNKNOWN, Match, Rule, either, failed_with, said, shortened


def _state_locked(findings: Findings) -> Match | None:
    match = either(
        failed_with("state_locked"), said(r"acquiring the state lock", "terraform", "fault", "run")
    )(findings)
    if match is None:
        return None
    told = [lock_holder(found.detail) for found in findings.diagnostics]
    holder = next((each for each in told if each), None)
    who = findings.state_lock or (str(holder) if holder else "")
    evidence = match.evidence
    if who:
        evidence = (*evidence, Evidence(source="Terraform's state", text=f"locked by {who}"))
    return Match(evidence, {"who": who or "somebody", "id": holder.id if holder else _id(who)})


def _id(who: str) -> str:
    return who.rpartition("lock ")[2].rstrip(")") if "lock " in who else UNKNOWN


def _first_diagnostic(findings: Findings) -> Match | None:
    errors = sorted(findings.diagnostics, key=lambda found: not found.detail)
    if not errors:
        return failed_with("terraform_failed")(findings)
    told = [
        Evidence(source="Terraform", text=": ".join(p for p in (d.address, d.summary, d.detail) if p))
        for d in errors[:3]
    ]
    first = errors[0]
    about = f" at {first.address}" if first.address else ""
    detail = " ".join(first.detail.split())
    text = f"{first.summary.rstrip('.:')}{': ' if detail else ''}{detail}".rstrip(".")
    return Match(tuple(map(shortened, told)), {"error": text[:300], "about": about})


RULES = (
    Rule(
        kind="not_bootstrapped",
        title="The environment was never made ready",
        looks_like="the bucket … of its state does not exist",
        find=either(
            failed_with("not_bootstrapped"),
            said(r"of its state does not exist|S3 bucket .* does not exist", "run", "fault", "terraform"),
        ),
        message="What has to be there before Terraform is not: the bucket of the state, the keys, the "
        "role that deploys",
        remedy="As an administrator run `reelflow bootstrap {environment}` once; then `reelflow deploy "
        "{environment}`",
    ),
    Rule(
        kind="provider_unavailable",
        title="Terraform's provider can't be fetched",
        looks_like="Failed to query available provider packages, in terraform init",
        find=said(
            r"available provider packages|failed to install provider|required plugins are not installed",
            "terraform",
            "fault",
            "run",
        ),
        message="Terraform needs the AWS provider, and could not download it: {fault}",
        remedy="Check the way to registry.terraform.io (`curl -I https://registry.terraform.io`); or use "
        "a mirror: `terraform providers mirror DIRECTORY` where there is one, and provider_installation "
        "in ~/.terraformrc here. Then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="state_locked",
        title="Terraform's state is locked",
        looks_like="Error acquiring the state lock",
        find=_state_locked,
        message="Somebody else works on the infrastructure, or has died at it: the state is locked by {who}",
        remedy="Wait for that to end, and run `reelflow deploy {environment}`. If the holder is dead: "
        "`terraform -chdir=infra/terraform force-unlock {id}`, then `reelflow plan {environment}`",
    ),
    Rule(
        kind="plan_stale",
        title="The plan is outdated",
        looks_like="Saved plan is stale",
        find=either(failed_with("plan_stale"), said(r"saved plan is stale", "terraform", "fault", "run")),
        message="The state was changed after the plan was made, so that nothing was applied",
        remedy="Run `reelflow deploy {environment}`: it plans again, and asks again if the plan means "
        "something else. Find out who has applied meanwhile: `reelflow releases {environment}`",
    ),
    Rule(
        kind="state_not_saved",
        title="Terraform's state could not be written",
        looks_like="Failed to save state; errored.tfstate",
        find=either(
            failed_with("state_not_saved"), said(r"failed to (?:save|persist) state", "terraform", "fault")
        ),
        message="Resources were changed, and the state does not know of it: {fault}",
        remedy="Deploy nothing before it is written: `terraform -chdir=infra/terraform state push "
        "errored.tfstate`; older states are listed by `reelflow state list {environment}`",
    ),
    Rule(
        kind="database_exists",
        title="A database of that name exists already",
        looks_like="Error creating DB Instance: DBInstanceAlreadyExists",
        find=either(
            said(
                r"(?:(?:\(|database )(?P<name1>[a-z][\w-]+)\b.{0,80})?DBInstanceAlreadyExists"
                r"(?:.{0,80}?\b(?P<name2>[\w-]+-db)\b)?",
                "terraform",
                "fault",
                "run",
            ),
            said(r"not in Terraform's state: .*database (?P<name>[\w-]+)", "fault"),
        ),
        message="The database {name} is there, and Terraform's state does not know it: it was made by "
        "hand, or the state was lost",
        remedy="If the state was lost, `reelflow state restore {environment}`. Else take it in: `reelflow "
        "state adopt {environment}` (by hand: `terraform import module.database.aws_db_instance.this "
        "{name}`), then `reelflow deploy {environment}`. Delete it only when nobody needs its data",
    ),
    Rule(
        kind="bucket_taken",
        title="The bucket's name is taken",
        looks_like="Error creating S3 bucket: BucketAlreadyExists",
        find=said(
            r"BucketAlreadyExists(?:.{0,60}?bucket \(?(?P<name>[a-z0-9.-]{3,63})\)?)?",
            "terraform",
            "fault",
            "run",
        ),
        message="Names of buckets are unique among all of AWS, and this one is another account's",
        remedy="Set s3_bucket_name in infra/terraform/environments/{environment}.tfvars to a name of your "
        "own, and run `reelflow deploy {environment}`",
    ),
    Rule(
        kind="bucket_exists",
        title="The bucket exists already, and is ours",
        looks_like="BucketAlreadyOwnedByYou",
        find=said(r"BucketAlreadyOwnedByYou", "terraform", "fault", "run"),
        message="The bucket is this account's, and Terraform's state does not know it",
        remedy="If the state was lost, `reelflow state restore {environment}`. Else take it in: `reelflow "
        "state adopt {environment}` (by hand: `terraform import module.storage.aws_s3_bucket.this "
        "BUCKET`), then `reelflow deploy {environment}`",
    ),
    Rule(
        kind="resource_exists",
        title="Something of that name exists already",
        looks_like="EntityAlreadyExists, ResourceAlreadyExistsException, DuplicateLoadBalancerName",
        find=either(
            said(
                r"(?P<code>\w*AlreadyExists\w*|DuplicateLoadBalancerName|ResourceExistsException)",
                "terraform",
                "fault",
            ),
            failed_with("names"),
        ),
        message="AWS has one already that Terraform's state does not know: {fault}",
        remedy="If the state was lost, `reelflow state restore {environment}`. Else take it in with "
        "`reelflow state adopt {environment}`, or choose another name_prefix",
    ),
    Rule(
        kind="quota",
        title="A quota of the account is used up",
        looks_like="LimitExceeded, VcpuLimitExceeded, You've reached the limit on the number of …",
        find=either(
            said(
                r"\w*LimitExceeded\w*|ServiceQuotaExceeded\w*|reached the limit on|InstanceQuotaExceeded",
                "terraform",
                "fault",
                "event",
                "task",
            ),
            failed_with("quotas"),
        ),
        message="The account may not have more of it: {fault}",
        remedy="Ask for more in Service Quotas (`aws service-quotas list-service-quotas --service-code "
        "fargate`), or make the tasks smaller in infra/terraform/environments/{environment}.tfvars",
    ),
    Rule(
        kind="throttled",
        title="AWS is asked too often",
        looks_like="ThrottlingException: Rate exceeded",
        find=said(
            r"Throttling|Rate exceeded|TooManyRequests|RequestLimitExceeded|SlowDown|throttled",
            "fault",
            "terraform",
        ),
        message="AWS has refused calls because there were too many, and went on doing so: {fault}",
        remedy="Run `reelflow deploy {environment}` again in a few minutes; see what else asks AWS in "
        "this account",
    ),
)

LAST = (
    Rule(
        kind="terraform_failed",
        title="Terraform could not do what was planned",
        looks_like="Error: … in the plan or the apply",
        find=_first_diagnostic,
        message="Terraform failed{about}: {error}",
        remedy="Correct that in infra/terraform, look with `reelflow plan {environment}`, and run "
        "`reelflow deploy {environment}`: what was applied is kept",
    ),
)
