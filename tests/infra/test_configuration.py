"""What the configuration must hold whatever provider reads it. Needs no server."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from stack.terraform import terraform_command
from tests.infra.hcl import ENVIRONMENTS, INFRA, assigned, blocks, files

ROOT = INFRA / "terraform"

# Of the guide's terraform.tfvars and `terraform output`.
GUIDE_VARIABLES = {
    *("aws_region", "environment", "s3_bucket_name", "db_password", "replicate_api_token", "cors_origins"),
    *("db_instance_class", "redis_node_type", "task_cpu", "task_memory", "desired_count"),
}
GUIDE_OUTPUTS = {
    *("ecr_repository_url", "s3_bucket_name", "database_endpoint", "redis_endpoint"),
    *("ecs_cluster_name", "ecs_service_name", "ecs_task_family", "ecs_task_public_ip"),
}
SECRET = re.compile(r"password|token|secret|key", re.IGNORECASE)


def _names(kind: str) -> set[str]:
    return {name for _, name in blocks(kind, ROOT)}


def test_is_formatted() -> None:
    told = subprocess.run(
        [*terraform_command(), "fmt", "-check", "-recursive", str(INFRA)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, f"Type: terraform fmt -recursive infra\n{told.stdout}{told.stderr}"


def test_the_guides_names_are_kept() -> None:
    assert _names("variable") >= GUIDE_VARIABLES
    assert _names("output") >= GUIDE_OUTPUTS


@pytest.mark.parametrize("kind", ["variable", "output"])
def test_all_is_described(kind: str) -> None:
    for where, body in blocks(kind).items():
        description = re.search(r'^  description = "(.+)"$', body, re.MULTILINE)
        assert description, f"{where} has no description"
        assert description[1].endswith("."), f"{where} is not described in a sentence"


def test_variables_have_types() -> None:
    for where, body in blocks("variable").items():
        assert re.search(r"^  type +=", body, re.MULTILINE), f"{where} has no type"


def test_whoever_gives_a_variable_is_told_what_is_wrong_with_it() -> None:
    free = {
        *("load_balancer", "db_multi_az", "deletion_protection", "worker_spot", "container_insights"),
        "redis_auth_token_version",
    }
    for where, body in blocks("variable", ROOT).items():
        assert ("validation {" in body) is (where[1] not in free), where


@pytest.mark.parametrize("given", ENVIRONMENTS, ids=lambda path: path.stem)
def test_environments_give_what_is_known_and_no_secret(given: Path) -> None:
    assert assigned(given) <= _names("variable")
    assert f'environment = "{given.stem}"' in given.read_text()
    assert not {name for name in assigned(given) if SECRET.search(name)}


def test_there_is_a_file_for_every_environment() -> None:
    assert [path.stem for path in ENVIRONMENTS] == ["dev", "prod", "sandbox", "staging"]


def test_secrets_are_ephemeral() -> None:
    for where, body in blocks("variable", ROOT, *(ROOT / "modules").iterdir()).items():
        secret = where[1] in {"db_password", "replicate_api_token", "password", "auth_token", "value"}
        assert ("ephemeral" in body) is ("sensitive" in body) is secret, where


def test_every_exception_from_checkov_says_why() -> None:
    for path in files():
        for line in path.read_text().splitlines():
            if "checkov:skip" in line:
                assert re.fullmatch(r" *#checkov:skip=CKV2?_AWS_\d+:[A-Z].{20,}\.", line), (
                    f"{path.name}: {line}"
                )
