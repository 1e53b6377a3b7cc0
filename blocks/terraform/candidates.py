"""A configuration with more in it, and Terraform on a state that nobody else sees: what would follow."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from blocks.terraform.runner import LEFT_BEHIND
from blocks.terraform.workspace import TerraformWorkspace

# Terraform merges files of such a name over the others; a backend it replaces whole.
BACKEND = "reelflow_candidate_override.tf"


def extended(workspace: TerraformWorkspace, directory: Path, files: Mapping[str, str]) -> TerraformWorkspace:
    """The workspace on its own state, with files added to its configuration.

    Args:
        directory: new; goes when nobody needs the workspace any more.
        files: what they say, by name.
    """
    shutil.copytree(workspace.directory, directory, ignore=LEFT_BEHIND)
    for name, text in files.items():
        (directory / name).write_text(text)
    return workspace.varied(directory=directory)


def on_candidate(
    workspace: TerraformWorkspace,
    state: bytes | None,
    directory: Path,
    files: Mapping[str, str] | None = None,
) -> TerraformWorkspace:
    """The workspace on a copy of a state, in a file that only its owner may read.

    Args:
        state: None for an empty one.
        directory: new; goes with everything in it when nobody needs it any more.
        files: added to the configuration, by name.
    """
    directory.mkdir(mode=0o700, parents=True)
    kept = directory / "candidate.json"
    if state is not None:
        kept.touch(mode=0o600)
        kept.write_bytes(state)
    backend = f'terraform {{\n  backend "local" {{\n    path = "{kept.absolute()}"\n  }}\n}}\n'
    added = extended(workspace, directory / "configuration", {**(files or {}), BACKEND: backend})
    return added.varied(backend_config={})
