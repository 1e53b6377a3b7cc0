"""Copies of this checkout, each with the change that a scenario deploys."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

# What setting up, running and testing leave behind.
LEFT_OUT = (".git", ".venv", ".reelflow", "demo", "__pycache__", ".pytest_cache", ".ruff_cache", ".terraform")

Change = Callable[[Path], None]


class ChangeFailed(Exception):
    """A change finds no longer what it changes: the code has moved on, and the change must follow it."""


def copied(source: Path, destination: Path) -> Path:
    """The files that belong to a checkout, copied; returns the destination.

    Those that git would track, changed or not; where git is not to be had, all but what is made here.
    """
    listing = subprocess.run(
        ["git", "-C", str(source), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode:
        shutil.copytree(source, destination, ignore=shutil.ignore_patterns(*LEFT_OUT))
        return destination
    for name in filter(None, listing.stdout.split("\0")):
        if (source / name).is_file():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, destination / name)
    return destination


def nothing(checkout: Path) -> None:
    """The checkout as it is."""


def replaced(path: str, old: str, new: str) -> Change:
    """A change of one place in a file.

    Raises (when it is made):
        ChangeFailed: the place isn't there exactly once.
    """

    def change(checkout: Path) -> None:
        file = checkout / path
        text = file.read_text()
        if text.count(old) != 1:
            raise ChangeFailed(f"{path} holds {text.count(old)} times, not once: {old!r}")
        file.write_text(text.replace(old, new))

    return change
