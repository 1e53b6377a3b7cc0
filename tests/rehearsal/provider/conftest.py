"""The real Terraform with the stand-in of its provider, on moto and on the whole sandbox."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from sandbox import moto_additions
from sandbox.provider import serving
from stack.terraform import terraform_command

REGION = "us-east-2"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
PREAMBLE = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.62"
    }
  }
  backend "BACKEND" {}
}
provider "aws" {
  region = "us-east-2"
  default_tags {
    tags = { Project = "reelflow" }
  }
}
"""


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """Terraform in a directory of its own."""

    directory: Path
    environment: Mapping[str, str]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts a command whose output is read while it runs."""
        return subprocess.Popen(
            [*terraform_command(), *arguments],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Runs a command; its exit code, and what it said."""
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=240)
        return process.returncode, said

    def must(self, *arguments: str) -> str:
        """Runs a command that has to succeed; what it said."""
        code, said = self.run(*arguments)
        assert code == 0, said
        return said

    def plan(self, *arguments: str) -> dict[str, list[str]]:
        """Plans; address → actions, of what is to change."""
        self.must("plan", "-input=false", "-no-color", "-out=saved", *arguments)
        return {
            change["address"]: change["change"]["actions"]
            for change in self.shown("saved").get("resource_changes", [])
            if change["change"]["actions"] not in (["no-op"], ["read"])
        }

    def shown(self, *arguments: str) -> dict[str, Any]:
        """A saved plan or, without its name, the state."""
        return json.loads(self.must("show", "-json", *arguments))

    def write(self, configuration: str) -> None:
        """Puts resources into the configuration in place of those before."""
        (self.directory / "resources.tf").write_text(configuration)


def surroundings(endpoint: str, reattach: str) -> dict[str, str]:
    """The environment by which Terraform takes the endpoint for AWS."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/root"),
        # The wheel's Terraform is a module of this tree.
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_REATTACH_PROVIDERS": reattach,
        **KEYS,
    }


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a moto server."""
    moto_additions.install()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    # What it holds is this process's, and other files' tests may have been here.
    httpx.post(f"{endpoint}/moto-api/reset", trust_env=False).raise_for_status()
    yield endpoint
    server.stop()


@pytest.fixture(scope="module")
def reattach(moto: str) -> Iterator[str]:
    with serving(moto, REGION) as value:
        yield value


@pytest.fixture
def terraform(moto: str, reattach: str, tmp_path: Path) -> Terraform:
    """Terraform on moto, with an empty configuration whose state is a file."""
    (tmp_path / "main.tf").write_text(PREAMBLE.replace("BACKEND", "local"))
    made = Terraform(directory=tmp_path, environment=surroundings(moto, reattach))
    made.must("init", "-input=false")
    return made


@pytest.fixture
def client(moto: str) -> Callable[[str], Any]:
    """Makes clients of moto, to look and to interfere behind Terraform's back."""
    return lambda service: boto3.client(
        service,
        endpoint_url=moto,
        region_name=REGION,
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )
