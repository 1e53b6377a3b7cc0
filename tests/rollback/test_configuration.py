"""A configuration is kept whole, without what is secret, and is the same again when it is brought back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prefect.types import SecretDict

from blocks.terraform import TerraformWorkspace
from blocks.terraform.configuration import Configuration, ConfigurationBroken

CANARY = "canary-5up3r-s3cret"
FILES = {
    "main.tf": 'module "a" {\n  source = "./modules/a"\n}\n',
    "modules/a/main.tf": "# nothing\n",
    "environments/dev.tfvars": 'environment = "dev"\n',
    ".terraform.lock.hcl": "# locked\n",
}
# What Terraform reads too, or what is left behind, and what nobody else is to see.
OTHERS = {
    "terraform.tfvars": CANARY,
    "mine.auto.tfvars": CANARY,
    "environments/prod.tfvars": "environment = prod",
    "terraform.tfstate": CANARY,
    ".terraform/modules/x/main.tf": CANARY,
}


@pytest.fixture
def workspace(tmp_path: Path) -> TerraformWorkspace:
    for name, text in (FILES | OTHERS).items():
        (tmp_path / "infra" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "infra" / name).write_text(text)
    return TerraformWorkspace(
        directory=tmp_path / "infra",
        var_files=(Path("environments/dev.tfvars"),),
        variables={"size": 2, "aws_region": "us-east-2"},
        secret_variables=SecretDict({"password": CANARY}),
        backend_config={"bucket": "b", "key": "k"},
    )


def test_what_is_kept(workspace: TerraformWorkspace) -> None:
    kept = Configuration.of(workspace)
    assert kept.files == FILES
    assert CANARY not in kept.content.decode()


def test_the_same_has_the_same_address_and_another_has_not(workspace: TerraformWorkspace) -> None:
    address = Configuration.of(workspace).address
    assert (
        Configuration.of(workspace.varied(variables={"aws_region": "us-east-2", "size": 2})).address
        == address
    )
    assert (
        Configuration.of(workspace.varied(variables={"aws_region": "us-east-2", "size": 3})).address
        != address
    )
    (workspace.directory / "modules/a/main.tf").write_text("# more\n")
    assert Configuration.of(workspace).address != address


def test_it_comes_back_on_the_same_state(workspace: TerraformWorkspace, tmp_path: Path) -> None:
    kept = Configuration.of(workspace)
    workspace.directory.joinpath("main.tf").write_text("# changed since\n")
    back = Configuration.read(kept.content).workspace(workspace, tmp_path / "back")
    assert Configuration.of(back) == kept
    assert back.backend_config == workspace.backend_config
    assert back.secret_variables.get_secret_value() == {"password": CANARY}
    assert (back.directory / "main.tf").read_text() == FILES["main.tf"]


@pytest.mark.parametrize(
    "files", [{"../main.tf": ""}, {"/etc/main.tf": ""}, {"a/../../b.tf": ""}], ids=["up", "root", "within"]
)
def test_nothing_is_written_elsewhere(files: dict[str, str]) -> None:
    content = json.dumps({"files": files, "var_files": [], "variables": {}}).encode()
    with pytest.raises(ConfigurationBroken):
        Configuration.read(content)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]"])
def test_what_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(ConfigurationBroken):
        Configuration.read(content)
