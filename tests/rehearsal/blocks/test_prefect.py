"""The blocks on a real Prefect server: registered, saved by one process and loaded by another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect_aws import AwsCredentials
from pydantic import SecretStr

from blocks import catalogue
from blocks.environment import Environment
from blocks.terraform.process_environment import PROJECT
from stack import prefect_server

CANARY = "canary-5up3r-s3cret"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = prefect_server.embedded_prefect(tmp_path_factory.mktemp("prefect"))
    url = prefect_server.api_url(server.acquire().port)
    with temporary_settings({PREFECT_API_URL: url}):
        yield url
    server.stop()


def test_they_are_registered_from_the_command_line(api: str) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("prefect"), "block", "register", "-m", "blocks.catalogue"],
        env={**os.environ, "PREFECT_API_URL": api, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    known = httpx.post(f"{api}/block_types/filter", json={"limit": 200}, trust_env=False).json()
    slugs = {kind["slug"] for kind in known}
    assert {getattr(catalogue, name).get_block_type_slug() for name in catalogue.__all__} <= slugs


def test_an_environment_is_loaded_as_it_was_saved(api: str, tmp_path: Path) -> None:
    made = Environment.from_checkout(
        "dev",
        tmp_path,
        region="us-east-2",
        account="123456789012",
        credentials=AwsCredentials(aws_access_key_id="a", aws_secret_access_key=SecretStr(CANARY)),
        variables={"load_balancer": True, "alert_email": None},
        terraform_environment={"TF_TOKEN_x": SecretStr(CANARY)},
    )
    made.save("dev", overwrite=True)
    loaded = Environment.load("dev")
    assert isinstance(loaded, Environment)
    shown = {"context": {"include_secrets": True}, "mode": "json"}
    assert loaded.model_dump(**shown) == made.model_dump(**shown)
    assert loaded.terraform.environment.get_secret_value() == {"TF_TOKEN_x": CANARY}
    kept = httpx.post(f"{api}/block_documents/filter", json={}, trust_env=False).text
    assert CANARY not in kept
