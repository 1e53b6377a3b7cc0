"""What a variable is set to, before Terraform has run."""

from pathlib import Path

import pytest

from blocks.terraform import TerraformWorkspace
from blocks.terraform.variables import VariableUnreadable, variable

DECLARED = 'variable "kind" {\n  default = "plain"\n}\nvariable "size" {\n  type = number\n}\n'


@pytest.mark.parametrize(
    ("files", "given", "kind"),
    [
        ({}, {}, "plain"),
        ({"a.tfvars": 'kind = "a"'}, {}, "a"),
        ({"a.tfvars": 'kind = "a"', "b.tfvars": 'kind = "b" # the last one wins'}, {}, "b"),
        ({"a.tfvars": 'kind = "a"', "b.tfvars": "size = 3"}, {}, "a"),
        ({"a.tfvars": 'kind = "a"'}, {"kind": "given"}, "given"),
    ],
)
def test_it_is_what_terraform_would_take(
    tmp_path: Path, files: dict[str, str], given: dict[str, str], kind: str
) -> None:
    assert variable(_workspace(tmp_path, files, given), "kind") == kind


def test_what_is_set_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(VariableUnreadable, match=r"size has no value.*Set it in a\.tfvars"):
        variable(_workspace(tmp_path, {"a.tfvars": 'kind = "a"'}, {}), "size")


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VariableUnreadable, match=r"a\.tfvars can't be read"):
        variable(_workspace(tmp_path, {"a.tfvars": "kind = = 3"}, {}), "kind")


def _workspace(directory: Path, files: dict[str, str], given: dict[str, str]) -> TerraformWorkspace:
    (directory / "variables.tf").write_text(DECLARED)
    for name, text in files.items():
        (directory / name).write_text(text)
    return TerraformWorkspace(directory=directory, var_files=tuple(map(Path, files)), variables=given)
