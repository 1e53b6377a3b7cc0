"""The table of all causes that can be named, for the documentation."""

from __future__ import annotations

import re

from flows.explaining.rule import Rule
from flows.explaining.rules import RULES

HEAD = """# What can fail, and what to do

`reelflow explain ENV` (or a flow run, or a release) joins what ECS, EC2, RDS, ElastiCache, ECR, Terraform,
Prefect and the logs say into one cause, with its evidence and the next step; `--json` prints it for machines.
Every failed stage of a deployment does the same by itself, before anything is undone. The causes are asked
for in this order, and the first that applies is told. Words in *CAPITALS* are filled in.

| Kind | What it looks like | Cause | Next step |
|---|---|---|---|
"""


def failures_page() -> str:
    """The page as Markdown."""
    return HEAD + "".join(f"{_row(rule)}\n" for rule in RULES)


def _row(rule: Rule) -> str:
    cells = (f"`{rule.kind}`", rule.looks_like, f"**{rule.title}.** {rule.message}.", f"{rule.remedy}.")
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    def named(found: re.Match[str]) -> str:
        word = found[1].upper().replace("_", " ")
        # Within a command it stays a word of the command.
        code = text[: found.start()].count("`") % 2
        return word if code else f"*{word}*"

    return re.sub(r"\{(\w+)\}", named, text).replace("|", "\\|").replace("..", ".")
