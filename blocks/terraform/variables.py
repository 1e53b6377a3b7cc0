"""What a variable of a configuration is set to, read without Terraform: before there is any state."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import hcl2
from lark.exceptions import LarkError

from blocks.errors import BlockError

if TYPE_CHECKING:
    from blocks.terraform.workspace import TerraformWorkspace


class VariableUnreadable(BlockError):
    """A file of variables can't be read, or has no such variable."""


def variable(workspace: TerraformWorkspace, name: str) -> Any:
    """A variable's value as Terraform would take it: given, of the last file that sets it, or its default.

    Raises:
        VariableUnreadable: a file is not as it must be, or nothing sets it.
    """
    if name in workspace.variables:
        return workspace.variables[name]
    for file in reversed(workspace.var_files):
        if name in (found := _read(workspace.directory / file)):
            return found[name]
    for block in _read(workspace.directory / "variables.tf").get("variable", []):
        if name in block and "default" in block[name]:
            return block[name]["default"]
    last = workspace.var_files[-1] if workspace.var_files else "a file of variables"
    raise VariableUnreadable(f"The variable {name} has no value", "no file sets it", f"Set it in {last}")


def _read(file: Path) -> dict[str, Any]:
    try:
        return hcl2.loads(file.read_text())  # pyright: ignore[reportPrivateImportUsage]
    except (OSError, UnicodeDecodeError, LarkError) as error:
        raise VariableUnreadable(
            f"{file.name} can't be read",
            str(error).strip().splitlines()[0],
            "Correct it: `terraform fmt` names the line",
        ) from error
