"""What a rule of the explainer is: it finds one cause in the findings, or does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flows.explaining.findings import Evidence, Findings, Where

UNKNOWN = "…"
LONGEST_LINE = 400


@dataclass(frozen=True, slots=True)
class Match:
    """That a rule applies: what speaks for it, and what its texts are filled with."""

    evidence: tuple[Evidence, ...]
    values: Mapping[str, str] = field(default_factory=dict)


Find = Callable[[Findings], Match | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One cause that can be told from findings.

    Attributes:
        kind: its name, in snake case.
        title: what it is, in a few words.
        looks_like: by what people meet it.
        find: tells whether it applies.
        message: what happened and why; `{name}` is filled in from the match and the findings.
        remedy: what to do next, with the command to type; likewise.
    """

    kind: str
    title: str
    looks_like: str
    find: Find
    message: str
    remedy: str


def said(pattern: str, *where: Where) -> Find:
    """Something was said that a pattern is found in; its named groups are the match's values.

    Groups of one pattern can't have one name: `name1` and `name2` are both the value `name`.

    Args:
        where: the places, those that count more first; all of them when none is named.
    """
    compiled = re.compile(pattern, re.IGNORECASE | re.DOTALL)

    def find(findings: Findings) -> Match | None:
        for told in findings.told(*where):
            if found := compiled.search(told.text):
                values = {
                    name.rstrip("0123456789"): value.rstrip(".,;)")
                    for name, value in found.groupdict().items()
                    if value
                }
                return Match((shortened(told, around=found.start()),), values)
        return None

    return find


def failed_with(*kinds: str) -> Find:
    """The deployment's record names one of these kinds."""

    def find(findings: Findings) -> Match | None:
        fault = findings.fault
        if fault is None or fault.kind not in kinds:
            return None
        told = Evidence(source=fault.stage or "deployment", text=fault.message)
        return Match((shortened(told),), {"stage": fault.stage})

    return find


def either(*finds: Find) -> Find:
    """The first of them that applies."""

    def find(findings: Findings) -> Match | None:
        return next((match for each in finds if (match := each(findings))), None)

    return find


def both(*finds: Find) -> Find:
    """All of them apply: their evidence and their values together."""

    def find(findings: Findings) -> Match | None:
        matches = [each(findings) for each in finds]
        if any(match is None for match in matches):
            return None
        there = [match for match in matches if match]
        values = {name: value for match in there for name, value in match.values.items()}
        return Match(tuple(dict.fromkeys(e for match in there for e in match.evidence)), values)

    return find


def filled(template: str, findings: Findings, values: Mapping[str, str]) -> str:
    """A rule's text with its values."""
    known = {
        "environment": findings.environment,
        "release": findings.release or "the release",
        "region": findings.region,
        "fault": findings.fault.message.rstrip(".") if findings.fault else UNKNOWN,
    }
    return template.format_map(_Known(known | {name: value for name, value in values.items() if value}))


def shortened(told: Evidence, *, around: int = 0) -> Evidence:
    """The same in a bearable length, with what is around a place in it."""
    text = " ".join(told.text.split())
    if len(text) <= LONGEST_LINE:
        return Evidence(source=told.source, text=text)
    start = max(0, min(around - LONGEST_LINE // 4, len(text) - LONGEST_LINE))
    head, tail = "…" if start else "", "…" if start + LONGEST_LINE < len(text) else ""
    return Evidence(source=told.source, text=f"{head}{text[start : start + LONGEST_LINE]}{tail}")


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return UNKNOWN
