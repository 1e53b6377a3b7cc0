"""One cause from all that was found: the first rule that applies. Pure."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from flows.explaining.findings import Evidence, Findings
from flows.explaining.rule import Match, Rule, filled
from flows.explaining.rules import RULES

UNEXPLAINED = "unexplained"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class NamedCause(_Value):
    """Why it failed, and what to do next."""

    kind: str
    title: str
    message: str
    remedy: str


class Explanation(_Value):
    """One cause, what speaks for it, and the next step. Without a cause nothing is wrong.

    Attributes:
        by_rule: whether a rule has named the cause, and not the failed stage alone.
    """

    environment: str
    release: str | None
    cause: NamedCause | None
    evidence: tuple[Evidence, ...] = ()
    by_rule: bool = Field(default=False, exclude=True)


def explain(findings: Findings) -> Explanation:
    """Names the cause.

    A failure that no rule knows is told as its stage has told it; what could not be looked at is told too.
    """
    gaps = tuple(
        Evidence(source=gap.source, text=f"could not be looked at: {gap.why}") for gap in findings.gaps
    )
    for rule in RULES:
        if match := rule.find(findings):
            cause = _cause(rule, findings, match)
            return _explanation(findings, cause, (*match.evidence, *gaps), by_rule=True)
    if fault := findings.fault:
        cause = NamedCause(
            kind=fault.kind or UNEXPLAINED,
            title=f"{fault.stage.replace('_', ' ').capitalize() or 'It'} failed",
            message=fault.message,
            remedy=fault.remedy or f"See `reelflow status {findings.environment}`",
        )
        said = Evidence(source=fault.stage or "deployment", text=fault.message)
        return _explanation(findings, cause, (said, *gaps))
    return _explanation(findings, None, gaps)


def _cause(rule: Rule, findings: Findings, match: Match) -> NamedCause:
    values = {"line": match.evidence[-1].text if match.evidence else "", **match.values}
    return NamedCause(
        kind=rule.kind,
        title=rule.title,
        message=filled(rule.message, findings, values),
        remedy=filled(rule.remedy, findings, values),
    )


def _explanation(
    findings: Findings, cause: NamedCause | None, evidence: tuple[Evidence, ...], *, by_rule: bool = False
) -> Explanation:
    return Explanation(
        environment=findings.environment,
        release=findings.release,
        cause=cause,
        evidence=tuple(dict.fromkeys(evidence)),
        by_rule=by_rule,
    )
