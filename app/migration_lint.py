"""What is wrong with a step of the schema before it is run: locks, rewrites, and promises it doesn't keep."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app import migrate
from app.errors import AppError
from app.migrate import Step
from app.migration_sql import NotRendered, StepSql, loses, plain, sql_of

# https://squawkhq.com/docs/rules
UNWANTED = frozenset(
    {
        # `app.migrate` sets them; how long locks are held is measured by the proof.
        "require-lock-timeout",
        "require-statement-timeout",
        # Numbers and words of a few bytes are so on purpose: frames, percents, enumerations.
        "prefer-bigint-over-int",
        "prefer-bigint-over-smallint",
        "prefer-text-field",
    }
)
# What the code before can't live with, and so has to wait until it is gone.
CONTRACTING = frozenset(
    {
        "adding-not-nullable-field",
        "adding-required-field",
        "ban-drop-column",
        "ban-drop-not-null",
        "ban-drop-table",
        "ban-drop-view",
        "changing-column-type",
        "renaming-column",
        "renaming-table",
    }
)
_EXPAND_DROPS = re.compile(
    r"\bDROP\s+(?:TABLE|COLUMN|VIEW|MATERIALIZED|FUNCTION|PROCEDURE|TYPE|SCHEMA|SEQUENCE)\b"
    r"|\bALTER\s+TABLE\b[^;]*\bDROP\s+(?!CONSTRAINT\b|DEFAULT\b|NOT\b|IDENTITY\b|EXPRESSION\b)"
    r"|\bRENAME\b",
    re.IGNORECASE,
)
SERVER_VERSION = "17"
WITHIN_S = 60.0


class LintFailed(AppError):
    """The linter could not be run."""


@dataclass(frozen=True)
class Finding:
    """One fault of a step.

    Attributes:
        rule: its name, by which a step may except it: `excepted = {"rule": "reason"}` in its file.
        reason: why it is excepted; empty when it is not.
    """

    version: str
    rule: str
    message: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.version}: {self.rule}: {self.message}" + (
            f" (excepted: {self.reason})" if self.reason else ""
        )


def lint(steps: Sequence[Step]) -> tuple[Finding, ...]:
    """All that is found in the steps, excepted or not, in their order.

    Raises:
        LintFailed: squawk could not be run.
    """
    rendered, found = list[StepSql](), list[Finding]()
    for step in steps:
        try:
            rendered.append(sql_of(step))
        except NotRendered as fault:
            found.append(Finding(step.version, "not-rendered", f"{fault.what}: {fault.cause}"))
    found += [finding for each in rendered for finding in own_findings(each)]
    found += [
        finding
        for finding in _squawk(rendered)
        if finding.rule not in UNWANTED and not _in_its_time(finding, rendered)
    ]
    return tuple(finding for step in steps for finding in judged(step, exceptions(step), found))


def faults(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that nobody has excepted."""
    return tuple(finding for finding in found if not finding.reason)


def exceptions(step: Step) -> dict[str, str]:
    """What the step's file excepts, and why."""
    return dict(getattr(migrate.module_of(step.version), "excepted", {}))


def judged(step: Step, excepted: dict[str, str], found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of one step with their reasons; an exception that nothing needs is one too."""
    own = [finding for finding in found if finding.version == step.version]
    needless = [
        Finding(step.version, "needless-exception", f"nothing breaks the rule {rule}")
        for rule in excepted
        if rule not in {finding.rule for finding in own}
    ]
    return (
        *(Finding(f.version, f.rule, f.message, excepted.get(f.rule, "").strip()) for f in own),
        *needless,
    )


def own_findings(sql: StepSql) -> tuple[Finding, ...]:
    """What no linter of SQL can know: whether the step is what it says it is."""
    step, found = sql.step, list[Finding]()

    def add(rule: str, message: str) -> None:
        found.append(Finding(step.version, rule, message))

    if step.phase == "expand" and (seen := _EXPAND_DROPS.search(plain(sql.up))):
        add("expand-takes-away", f"it expands and has {' '.join(seen[0].split())!r}: contract after it")
    if step.reversible and loses(sql.up):
        add("reversible-loses", "it throws data away that its way back can't give back: it is one-way")
    if step.reversible and not plain(sql.down).strip():
        add("reversible-without-way", "it says that it is reversible, and its downgrade does nothing")
    return tuple(found)


def _in_its_time(finding: Finding, rendered: Sequence[StepSql]) -> bool:
    """Whether a step that contracts does what contracting is for."""
    phases = {each.step.version: each.step.phase for each in rendered}
    return finding.rule in CONTRACTING and phases[finding.version] == "contract"


def _squawk(rendered: Sequence[StepSql]) -> tuple[Finding, ...]:
    if not rendered:
        return ()
    program = shutil.which("squawk", path=str(Path(sys.executable).parent)) or shutil.which("squawk")
    if program is None:
        raise LintFailed(
            "The steps can't be linted", "squawk is not installed", "Run scripts/setup, or `make setup`"
        )
    with tempfile.TemporaryDirectory() as scratch:
        files = [Path(scratch) / f"{each.step.version}.sql" for each in rendered]
        for file, each in zip(files, rendered, strict=True):
            # As `app.migrate` runs it; what a step does outside of it, it says by itself.
            file.write_text(f"BEGIN;\n{each.up}\nCOMMIT;\n")
        done = subprocess.run(
            [
                program,
                *("--reporter", "json", "--pg-version", SERVER_VERSION),
                *map(str, files),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN_S,
            cwd=scratch,
        )
    try:
        found = json.loads(done.stdout)
    except ValueError as error:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise LintFailed(
            "The steps can't be linted", f"squawk says {said[-1]}", "See whether the SQL can be parsed"
        ) from error
    return tuple(
        Finding(Path(each["file"]).stem, each["rule_name"], f"{each['message']} (line {each['line']})")
        for each in found
    )
