"""Reads as much of HCL as these tests ask about: blocks at the start of a line, and what they hold."""

from __future__ import annotations

import re
from pathlib import Path

INFRA = Path(__file__).resolve().parents[2] / "infra"
ENVIRONMENTS = sorted((INFRA / "terraform" / "environments").glob("*.tfvars"))

BLOCK = re.compile(r'^(?P<kind>\w+)((?: "[^"]+")+) \{$(?P<body>.*?)^\}$', re.MULTILINE | re.DOTALL)


def files() -> list[Path]:
    """Every file of configuration; tests are none."""
    return sorted(INFRA.rglob("*.tf"))


def blocks(kind: str, *among: Path) -> dict[tuple[str, ...], str]:
    """The blocks of a kind, as ``variable``, by their labels.

    Args:
        kind: The word that the block begins with.
        among: The files or directories to look into; by default all.

    Returns:
        What stands between the braces, by file and labels.
    """
    found = {}
    for path in [p for a in among for p in (sorted(a.glob("*.tf")) if a.is_dir() else [a])] or files():
        for match in BLOCK.finditer(path.read_text()):
            if match["kind"] == kind:
                found[(str(path.relative_to(INFRA)), *re.findall(r'"([^"]+)"', match[2]))] = match["body"]
    return found


def assigned(path: Path) -> set[str]:
    """The names that a file of variables gives a value."""
    return set(re.findall(r"^(\w+)\s*=", path.read_text(), re.MULTILINE))
