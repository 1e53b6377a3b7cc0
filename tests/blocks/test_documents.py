"""The blocks in Prefect: what the server keeps of one, its form, and that secrets are not shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.blocks.core import Block
from prefect.client.schemas import BlockDocument
from prefect.types import SecretDict
from prefect_aws import AwsCredentials
from prefect_aws.client_parameters import AwsClientParameters
from pydantic import SecretStr

from blocks import catalogue
from blocks.catalogue import Database, EcsService, Environment, LogGroup, Registry, TerraformWorkspace

CANARY = "canary-5up3r-s3cret"
CREDENTIALS = AwsCredentials(
    aws_access_key_id="AKIA",
    aws_secret_access_key=SecretStr(CANARY),
    aws_client_parameters=AwsClientParameters(endpoint_url="http://127.0.0.1:1"),
)
AWS: dict[str, Any] = {"region": "us-east-2", "credentials": CREDENTIALS}
MINE = [
    Database(identifier="db", **AWS),
    EcsService(cluster="c", service="s", family="f", container="b", log_group="/l", **AWS),
    LogGroup(name="/l", **AWS),
    Registry(repository_url="host/name", **AWS),
    TerraformWorkspace(
        directory=Path("/srv/infra"),
        var_files=(Path("prod.tfvars"),),
        variables={"size": 2, "list": ["a"]},
        secret_variables=SecretDict({"password": CANARY}),
        environment=SecretDict({"AWS_SECRET_ACCESS_KEY": CANARY}),
        **AWS,
    ),
    Environment.from_checkout(
        "prod",
        Path("/srv"),
        account="123456789012",
        terraform_environment={"TF_TOKEN_x": SecretStr(CANARY)},
        **AWS,
    ),
]
NAMED = [pytest.param(block, id=type(block).__name__) for block in MINE]
SHOWN: dict[str, Any] = {"context": {"include_secrets": True}, "mode": "json"}


def saved(block: Block) -> BlockDocument:
    """What `save` sends to the server, after its way over JSON."""
    document = block._to_block_document(
        name="it", block_schema_id=uuid4(), block_type_id=uuid4(), include_secrets=True
    )
    return BlockDocument.model_validate_json(document.model_dump_json(context={"include_secrets": True}))


@pytest.mark.parametrize("block", NAMED)
def test_a_saved_block_is_loaded_with_all_it_had(block: Block) -> None:
    document = saved(block)
    assert document.block_schema
    kind = Block.get_block_class_from_schema(document.block_schema)
    loaded = kind.model_validate(document.data)
    assert type(loaded) is type(block)
    assert loaded.model_dump(**SHOWN) == block.model_dump(**SHOWN)
    assert CANARY in str(loaded.model_dump(**SHOWN))


@pytest.mark.parametrize("block", NAMED)
def test_secrets_are_not_shown(block: Block) -> None:
    assert CANARY not in repr(block) + str(block) + str(block.model_dump(mode="json"))
    assert any("secret" in field for field in type(block).model_json_schema()["secret_fields"])


@pytest.mark.parametrize("name", [name for name in catalogue.__all__ if name != "DrawnClipSource"])
def test_the_form_of_the_page_is_complete(name: str) -> None:
    kind: type[Block] = getattr(catalogue, name)
    schema: dict[str, Any] = kind.model_json_schema()
    unlabelled = [
        field
        for field, form in schema["properties"].items()
        if not (form.get("title") and form.get("description"))
    ]
    assert unlabelled == []
    assert kind.get_description()
    assert "load" in (kind.get_code_example() or "")
