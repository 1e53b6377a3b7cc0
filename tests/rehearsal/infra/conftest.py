"""Terraform for real on the configuration, with a stand-in for AWS (moto) and for its provider."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto.core.authorization import ActionAuthenticatorMixin
from moto.server import ThreadedMotoServer

from sandbox.moto_additions import install
from sandbox.provider import serving
from stack.terraform import terraform_command
from tests.infra.hcl import INFRA

REGION = "us-east-2"
REDIS_PASSWORD = "canary0redis0password0canary0000"
PREFIXES = {
    "prod": "ai-video",
    "dev": "ai-video-dev",
    "staging": "ai-video-staging",
    "sandbox": "ai-video-sandbox",
}
# Requests whose right IAM has another name for.
RIGHTS = {
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:DeleteBudget": "budgets:ModifyBudget",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "s3:HeadBucket": "s3:ListBucket",
}
PREFECT = "https://prefect.example.com/api"


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """Terraform in a copy of one root of the configuration, whose state is a file beside it."""

    directory: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of Terraform and takes what it says."""
        return subprocess.run(
            [*terraform_command(), *arguments],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *arguments: str) -> str:
        """Runs a command that must succeed.

        Returns:
            What it wrote to standard output.
        """
        told = self.run(*arguments)
        assert told.returncode == 0, f"terraform {' '.join(arguments)}\n{told.stdout}\n{told.stderr}"
        return told.stdout

    def plan(self, environment: str, *more: str) -> dict[str, Any]:
        """Plans an environment as its file of variables says.

        Args:
            environment: Names the file.
            more: Further arguments.

        Returns:
            The plan as `terraform show -json` tells it.
        """
        self.must("plan", "-input=false", "-out=it.tfplan", *self.given(environment), *more)
        return json.loads(self.must("show", "-json", "it.tfplan"))

    def with_own_state(self, home: Path, variables: dict[str, str]) -> Terraform:
        """The same root, of which nothing is made yet, with variables that no file names."""
        other = initialised(self.directory.name, home, self.environment)
        more = {f"TF_VAR_{name}": value for name, value in variables.items()}
        return replace(other, environment={**self.environment, **more})

    def given(self, environment: str) -> tuple[str, ...]:
        """The arguments that say which environment it is."""
        return (f"-var-file=environments/{environment}.tfvars", f"-var=prefect_api_url={PREFECT}")


@pytest.fixture(scope="module")
def asked() -> Iterator[set[str]]:
    """What has been asked of AWS, each as IAM names the right to it: ``ecs:CreateService``."""
    actions: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:

        def note(self: Any, *_: object, **__: object) -> None:
            if not (signed := self.headers.get("Authorization")):
                return
            service = signed.split("Credential=")[1].split("/")[3]
            action = self._get_action()
            for name in [action] if isinstance(action, str) else action:
                request = f"{service.replace('monitoring', 'cloudwatch')}:{name}"
                actions.add(RIGHTS.get(request, request))

        # Where moto would decide about a right, and here never does.
        patch.setattr(ActionAuthenticatorMixin, "_authenticate_and_authorize_action", note)
        yield actions


@pytest.fixture(scope="module")
def aws(asked: set[str]) -> Iterator[str]:
    """The address of moto, which knows the secret of every environment."""
    assert not asked
    install()
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    # What it holds is this process's, and other files' tests may have been here.
    httpx.post(f"{endpoint}/moto-api/reset", trust_env=False).raise_for_status()
    secrets = boto3.client(
        "secretsmanager",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="rehearsal",
        aws_secret_access_key="rehearsal",
    )
    for prefix in PREFIXES.values():
        keys = {"SECRET_KEY": "canary", "REDIS_PASSWORD": REDIS_PASSWORD, "REPLICATE_API_TOKEN": ""}
        secrets.create_secret(Name=f"{prefix}/app", SecretString=json.dumps(keys))
    yield endpoint
    server.stop()


@pytest.fixture(scope="module")
def surroundings(aws: str) -> Iterator[dict[str, str]]:
    """The environment variables with which Terraform finds both stand-ins."""
    with serving(aws, REGION) as reattach:
        yield {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "TF_REATTACH_PROVIDERS": reattach,
            # Whatever is configured on this machine.
            "TF_CLI_CONFIG_FILE": os.devnull,
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_ARGS": "-no-color",
            "AWS_ENDPOINT_URL": aws,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "rehearsal",
            "AWS_SECRET_ACCESS_KEY": "rehearsal",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def initialised(root: str, home: Path, surroundings: dict[str, str]) -> Terraform:
    """A copy of a root of the configuration, ready to be planned."""
    directory = home / root
    shutil.copytree(INFRA / root, directory, ignore=shutil.ignore_patterns(".terraform*"))
    # The state stays beside it; the state's bucket is proved where the whole deployment is.
    (directory / "local_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    terraform = Terraform(directory=directory, environment=surroundings)
    terraform.must("init", "-input=false")
    return terraform


@pytest.fixture(scope="module")
def infrastructure(surroundings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Terraform on the environments' configuration, with nothing made yet."""
    return initialised("terraform", tmp_path_factory.mktemp("infrastructure"), surroundings)


@pytest.fixture(scope="module")
def bootstrap(surroundings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Terraform on what an administrator makes once."""
    return initialised("bootstrap", tmp_path_factory.mktemp("bootstrap"), surroundings)


@pytest.fixture(scope="module")
def made(surroundings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """An environment in which nothing runs yet. It is gone with the server that it is on."""
    terraform = initialised("terraform", tmp_path_factory.mktemp("made"), surroundings)
    terraform.must("apply", "-input=false", "-auto-approve", *terraform.given("sandbox"))
    return terraform


def policies_of(bootstrap: Terraform, environment: str, *more: str) -> dict[str, str]:
    """The policies that an administrator makes for an environment, by their address in Terraform.

    Args:
        bootstrap: Terraform on what an administrator makes once.
        environment: For which one.
        more: Further arguments of Terraform.
    """
    bootstrap.must("plan", "-input=false", "-out=it.tfplan", f"-var=environment={environment}", *more)
    plan = json.loads(bootstrap.must("show", "-json", "it.tfplan"))
    resources = plan["planned_values"]["root_module"]["resources"]
    return {r["address"]: r["values"]["policy"] for r in resources if r["type"] == "aws_iam_policy"}


def deployer_of(policies: dict[str, str]) -> list[dict[str, Any]]:
    """What the policies say of the role that deploys: all their statements."""
    return [
        statement
        for address, policy in policies.items()
        if ".deployer[" in address
        for statement in json.loads(policy)["Statement"]
    ]
