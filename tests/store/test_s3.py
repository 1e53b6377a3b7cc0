"""What only S3 does: multipart uploads, presigned links, and a server that may be away."""

import os
import socket
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest
from prefect_aws import AwsCredentials
from pydantic import SecretStr

from blocks.media_store import AccessDenied, StoreMissing, StoreUnavailable
from blocks.media_store.s3 import S3MediaStore

KEY = "compositions/c/final.mp4"
LARGE = Random(2).randbytes(300_000)


@pytest.fixture
def raw(s3_store: S3MediaStore):
    """A client of the same server, to look behind the store."""
    return boto3.client(
        "s3",
        endpoint_url=s3_store.endpoint_url,
        region_name="us-east-2",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def test_a_large_object_goes_up_in_parts_below_the_prefix(s3_store: S3MediaStore, raw) -> None:
    content = LARGE * 38
    assert len(content) > 2 * s3_store.part_bytes
    info = s3_store.put_stream(
        KEY, (content[start : start + 700_000] for start in range(0, len(content), 700_000))
    )
    # S3 counts the parts in the ETag.
    assert info.etag.endswith("-3")
    answer = raw.get_object(Bucket=s3_store.bucket, Key=f"some/folder/{KEY}")
    assert answer["Body"].read() == content
    assert s3_store.put_bytes("small", b"x").etag.count("-") == 0


def test_an_interrupted_upload_leaves_no_parts(s3_store: S3MediaStore, raw) -> None:
    def chunks():
        yield LARGE
        assert len(raw.list_multipart_uploads(Bucket=s3_store.bucket)["Uploads"]) == 1
        raise ValueError("the client went away")

    with pytest.raises(ValueError, match="went away"):
        s3_store.put_stream(KEY, chunks())
    assert raw.list_multipart_uploads(Bucket=s3_store.bucket).get("Uploads", []) == []
    assert raw.list_objects_v2(Bucket=s3_store.bucket).get("Contents", []) == []


def test_neighbours_of_the_prefix_are_out_of_sight(s3_store: S3MediaStore, raw) -> None:
    for key in ("some/folder-2/a", "other", "some/folder"):
        raw.put_object(Bucket=s3_store.bucket, Key=key, Body=b"x")
    assert list(s3_store.list()) == []


def test_a_listing_and_a_deletion_go_over_many_pages(s3_store: S3MediaStore, raw) -> None:
    names = [f"temp/{number:04d}" for number in range(1002)]
    for name in names:
        raw.put_object(Bucket=s3_store.bucket, Key=f"some/folder/{name}", Body=b"")
    assert [listed.key for listed in s3_store.list("temp/")] == names
    assert s3_store.delete_prefix("temp/") == 1002
    assert list(s3_store.list()) == []


def test_a_presigned_link_is_fetched_without_credentials(s3_store: S3MediaStore) -> None:
    s3_store.put_bytes(KEY, LARGE, content_type="video/mp4")
    url = s3_store.link(KEY, expires_s=60, filename='Mon "film" é.mp4', content_type="application/x-film")
    answer = httpx.get(url, trust_env=False)
    assert (answer.status_code, answer.content) == (200, LARGE)
    assert answer.headers["content-type"] == "application/x-film"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Mon _film_ e.mp4\"; filename*=UTF-8''Mon%20%22film%22%20%C3%A9.mp4"
    )
    plain = httpx.get(s3_store.link(KEY, expires_s=60), trust_env=False)
    assert plain.headers["content-type"] == "video/mp4"
    assert "content-disposition" not in plain.headers


def test_a_presigned_link_says_when_it_ends_and_hides_the_secret(s3_store: S3MediaStore) -> None:
    query = parse_qs(urlsplit(s3_store.link(KEY, expires_s=3600)).query)
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["3600"]
    signed = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - signed).total_seconds()) < 60


def test_a_server_that_is_down_is_unavailable(s3_store: S3MediaStore) -> None:
    with socket.socket() as taken:
        # Bound and not listening: nobody else gets the port, and it refuses connections.
        taken.bind(("127.0.0.1", 0))
        store = s3_store.model_copy(
            update={"endpoint_url": f"http://127.0.0.1:{taken.getsockname()[1]}", "max_attempts": 2}
        )
        for use in (
            store.check,
            lambda: store.put_bytes(KEY, b"x"),
            lambda: store.put_bytes(KEY, LARGE),
            lambda: store.open(KEY),
            lambda: list(store.list()),
        ):
            with pytest.raises(StoreUnavailable, match="try again"):
                use()


def test_a_server_that_does_not_answer_is_unavailable(s3_store: S3MediaStore) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        store = s3_store.model_copy(
            update={
                "endpoint_url": f"http://127.0.0.1:{silent.getsockname()[1]}",
                "max_attempts": 1,
                "read_timeout_s": 0.2,
            }
        )
        with pytest.raises(StoreUnavailable):
            store.check()


def test_a_bucket_that_is_not_there_is_named(s3_store: S3MediaStore) -> None:
    store = s3_store.model_copy(update={"bucket": "no-such-bucket"})
    for use in (store.check, lambda: store.put_bytes(KEY, b"x"), lambda: list(store.list())):
        with pytest.raises(StoreMissing, match="Create the bucket"):
            use()


def test_missing_credentials_are_said_to_be_missing(
    s3_store: S3MediaStore, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    store = s3_store.model_copy(update={"credentials": None, "region": "us-east-2"})
    with pytest.raises(AccessDenied, match="credentials"):
        store.check()


def test_the_proxy_of_the_system_is_not_asked_for_a_loopback_address(
    s3_store: S3MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")
    # Another time limit makes another client.
    s3_store.model_copy(update={"read_timeout_s": 29.0}).check()


def test_credentials_from_the_environment_serve_too(
    s3_store: S3MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    assert s3_store.endpoint_url
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_store.endpoint_url)
    store = S3MediaStore(bucket=s3_store.bucket, region="us-east-2", read_timeout_s=28)
    store.put_bytes(KEY, b"x")
    assert s3_store.head(KEY) is None
    assert store.get_bytes(KEY) == b"x"


def test_an_address_of_aws_is_regional_and_signed_for_its_region() -> None:
    store = S3MediaStore(
        bucket="some-bucket",
        credentials=AwsCredentials(
            aws_access_key_id="id", aws_secret_access_key=SecretStr("secret"), region_name="us-east-2"
        ),
    )
    address = urlsplit(store.link(KEY, expires_s=60))
    assert address.netloc == "some-bucket.s3.us-east-2.amazonaws.com"
    assert "us-east-2" in parse_qs(address.query)["X-Amz-Credential"][0]
