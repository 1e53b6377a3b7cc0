"""The stores as Prefect blocks: what the server keeps of one, and what comes back."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.blocks.core import Block
from prefect.client.schemas import BlockDocument
from prefect_aws import AwsCredentials
from pydantic import SecretStr

from blocks.media_store import DirectoryMediaStore, MediaStore, media_store_from_url
from blocks.media_store.s3 import S3MediaStore


def saved(block: Block) -> BlockDocument:
    """What `save` sends to the server, after its way over JSON."""
    document = block._to_block_document(
        name="media", block_schema_id=uuid4(), block_type_id=uuid4(), include_secrets=True
    )
    return BlockDocument.model_validate_json(document.model_dump_json(context={"include_secrets": True}))


DIRECTORY = DirectoryMediaStore(
    root=Path("/srv/media"), base_url="https://video.test", secret_key=SecretStr("secret")
)
BUCKET = S3MediaStore(
    bucket="media", prefix="a/b", credentials=AwsCredentials(aws_secret_access_key=SecretStr("secret"))
)


@pytest.mark.parametrize("store", [DIRECTORY, BUCKET])
def test_a_saved_store_is_loaded_by_its_type(store: MediaStore) -> None:
    document = saved(store)
    assert document.block_schema
    kind = Block.get_block_class_from_schema(document.block_schema)
    loaded = kind.model_validate(document.data)
    assert type(loaded) is type(store)
    shown = {"context": {"include_secrets": True}, "mode": "json"}
    assert loaded.model_dump(**shown) == store.model_dump(**shown)
    assert "secret" in str(loaded.model_dump(**shown))


@pytest.mark.parametrize(
    ("kind", "secrets"),
    [(DirectoryMediaStore, ["secret_key"]), (S3MediaStore, ["credentials.aws_secret_access_key"])],
)
def test_the_form_of_the_page_is_complete_and_knows_the_secrets(
    kind: type[Block], secrets: list[str]
) -> None:
    schema: dict[str, Any] = kind.model_json_schema()
    assert schema["secret_fields"] == secrets
    assert all(field.get("title") and field.get("description") for field in schema["properties"].values())
    assert kind.get_description()
    assert "load" in (kind.get_code_example() or "")


def test_secrets_are_not_shown() -> None:
    store = DirectoryMediaStore(root=Path("/srv"), base_url="http://a.test", secret_key=SecretStr("hush"))
    assert "hush" not in repr(store) + str(store.model_dump(mode="json"))


def test_a_url_names_a_store(tmp_path: Path) -> None:
    directory = media_store_from_url(tmp_path.joinpath("a b").as_uri())
    assert isinstance(directory, DirectoryMediaStore)
    assert directory.root == tmp_path / "a b"
    bucket = media_store_from_url(
        "s3://media/some/folder/", endpoint_url="http://127.0.0.1:1", region="us-east-2"
    )
    assert isinstance(bucket, S3MediaStore)
    assert (bucket.bucket, bucket.prefix, bucket.region) == ("media", "some/folder", "us-east-2")


@pytest.mark.parametrize("url", ["", "media", "s3://", "s3:///media", "http://media", "file://server/media"])
def test_any_other_url_names_none(url: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        media_store_from_url(url)
