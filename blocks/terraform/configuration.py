"""A Terraform configuration as one value, to be kept and to be applied again another day."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from blocks.errors import BlockError
from blocks.terraform.workspace import TerraformWorkspace

SOURCES = ("*.tf", "*.tf.json", "*.tftpl", ".terraform.lock.hcl")


class ConfigurationBroken(BlockError):
    """What was kept is no configuration."""


class Configuration(BaseModel):
    """The files of a root module with its modules, and the values that it was given. No secret is in it.

    Attributes:
        files: what they say, by their path below the root module.
        var_files: of the variables, the last wins.
        variables: besides those.
    """

    model_config = ConfigDict(frozen=True)

    files: dict[str, str]
    var_files: tuple[str, ...]
    variables: dict[str, Any]

    @classmethod
    def of(cls, workspace: TerraformWorkspace) -> Configuration:
        """That of a workspace.

        Variable files are taken that the workspace names, and no others: Terraform reads `terraform.tfvars`
        and `*.auto.tfvars` too, in which people keep what is not for every eye.
        """
        root = workspace.directory
        found = {
            path for pattern in SOURCES for path in root.rglob(pattern) if ".terraform" not in path.parts
        }
        found |= {root / name for name in workspace.var_files}
        return cls(
            files={str(path.relative_to(root)): path.read_text() for path in sorted(found)},
            var_files=tuple(map(str, workspace.var_files)),
            variables=workspace.variables,
        )

    @classmethod
    def read(cls, content: bytes) -> Configuration:
        """What `content` has written.

        Raises:
            ConfigurationBroken: it is none, or would write elsewhere than into its directory.
        """
        try:
            found = cls.model_validate_json(content)
        except ValueError:
            raise ConfigurationBroken(
                "A configuration that was kept can't be read",
                "it is not as this version writes it",
                "Roll back with the version that wrote it",
            ) from None
        if any(Path(name).is_absolute() or ".." in Path(name).parts for name in found.files):
            raise ConfigurationBroken(
                "A configuration that was kept is not taken", "it leads out of its directory", "Deploy anew"
            )
        return found

    @property
    def content(self) -> bytes:
        """The same bytes for the same configuration."""
        ordered = self.model_copy(
            update={
                "files": dict(sorted(self.files.items())),
                "variables": dict(sorted(self.variables.items())),
            }
        )
        return ordered.model_dump_json(indent=1).encode()

    @property
    def address(self) -> str:
        """The SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()

    def workspace(self, like: TerraformWorkspace, directory: Path) -> TerraformWorkspace:
        """Terraform on this configuration and on the state of another workspace.

        Args:
            like: the state, the credentials and the secret variables are its.
            directory: where the files are written to; what is there already is left.
        """
        for name, text in self.files.items():
            file = directory / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return like.varied(
            directory=directory, var_files=tuple(map(Path, self.var_files)), variables=self.variables
        )
