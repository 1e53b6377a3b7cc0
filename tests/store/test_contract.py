"""What every media store does, whichever it is."""

import asyncio
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocks.media_store import InvalidKey, InvalidMetadata, MediaStore, ObjectMissing

KEY = "generations/job/clips/clip_001.mp4"
LARGE = Random(1).randbytes(300_000)


def keys(store: MediaStore, prefix: str = "") -> list[str]:
    return [listed.key for listed in store.list(prefix)]


def test_a_file_comes_back_as_it_was_put(store: MediaStore, tmp_path: Path) -> None:
    source, target = tmp_path / "in.mp4", tmp_path / "new" / "out.mp4"
    source.write_bytes(LARGE)
    metadata = {"prompt": "Ein Café, 100 % „gut“ 🎬 ", "seed": "7"}
    before = datetime.now(UTC) - timedelta(seconds=2)

    put = store.put_file(KEY, source, content_type="video/mp4", metadata=metadata)
    got = store.get_file(KEY, target)

    assert target.read_bytes() == LARGE
    assert put == got == store.head(KEY)
    assert (put.key, put.size, put.content_type, put.metadata) == (KEY, len(LARGE), "video/mp4", metadata)
    assert before < put.modified <= datetime.now(UTC) + timedelta(seconds=1)
    assert put.etag
    assert [path.name for path in target.parent.iterdir()] == ["out.mp4"]


@pytest.mark.parametrize("size", [0, 1, 64 * 1024 - 1, 64 * 1024, 300_000])
def test_a_stream_of_uneven_chunks_comes_back(store: MediaStore, size: int) -> None:
    cuts = [0, size // 7, size // 7, size // 2, size]
    chunks = [LARGE[start:end] for start, end in pairwise(cuts)]

    assert store.put_stream(KEY, iter(chunks)).size == size
    assert store.get_bytes(KEY) == LARGE[:size]


def test_a_stream_is_never_whole_in_memory(store: MediaStore) -> None:
    read: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number in range(40):
            read.append(number)
            yield bytes(16 * 1024)

    store.put_stream(KEY, chunks())
    assert len(read) == 40
    with store.open(KEY) as content:
        assert max(len(chunk) for chunk in content) <= 1 << 20


@pytest.mark.parametrize(
    "error", [ValueError, ConnectionResetError, asyncio.CancelledError, KeyboardInterrupt]
)
@pytest.mark.parametrize("chunks_before", [0, 1, 20])
def test_an_interrupted_stream_leaves_what_was_there(
    store: MediaStore, error: type[BaseException], chunks_before: int
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(chunks_before):
            yield bytes(16 * 1024)
        raise error("the client went away")

    with pytest.raises(error, match="went away"):
        store.put_stream("uploads/new", chunks())
    assert keys(store) == []

    store.put_bytes(KEY, b"the old one")
    with pytest.raises(error, match="went away"):
        store.put_stream(KEY, chunks())
    assert store.get_bytes(KEY) == b"the old one"


def test_a_put_replaces_all_of_the_object(store: MediaStore) -> None:
    old = store.put_bytes(KEY, b"old", content_type="text/plain", metadata={"seed": "1"})
    new = store.put_bytes(KEY, b"newer", content_type="video/mp4")
    assert store.get_bytes(KEY) == b"newer"
    assert store.head(KEY) == new
    assert (new.metadata, new.content_type) == ({}, "video/mp4")
    assert old.etag != new.etag
    assert keys(store) == [KEY]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, None),
        (0, 10),
        (5, 6),
        (999, None),
        (0, 1000),
        (500, 5000),
        (1000, None),
        (2000, 3000),
        (7, 7),
        (9, 3),
    ],
)
def test_a_range_is_a_slice(store: MediaStore, start: int, end: int | None) -> None:
    content = LARGE[:1000]
    store.put_bytes(KEY, content)
    with store.open(KEY, start=start, end=end) as chunks:
        assert b"".join(chunks) == content[start:end]


def test_a_range_never_counts_from_the_end(store: MediaStore) -> None:
    store.put_bytes(KEY, b"content")
    with pytest.raises(ValueError, match="first byte"):
        store.open(KEY, start=-3)


def test_a_missing_object_is_said_to_be_missing(store: MediaStore, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"mine")
    assert store.head(KEY) is None
    for read in (
        lambda: store.open(KEY),
        lambda: store.open(KEY, start=3, end=3),
        lambda: store.get_bytes(KEY),
        lambda: store.get_file(KEY, target),
        lambda: store.copy(KEY, "other"),
    ):
        with pytest.raises(ObjectMissing, match=KEY) as caught:
            read()
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert target.read_bytes() == b"mine"
    assert keys(store) == []
    store.delete(KEY)


def test_a_listing_is_by_prefix_and_in_order(store: MediaStore) -> None:
    names = ["a/b", "a.txt", "a-b/c", "ab/1", "ab/2", "abc", "é/1"]
    for name in names:
        store.put_bytes(name, name.encode())
    assert keys(store) == sorted(names, key=str.encode)
    assert keys(store, "ab") == ["ab/1", "ab/2", "abc"]
    assert keys(store, "ab/") == ["ab/1", "ab/2"]
    assert keys(store, "ab/1") == ["ab/1"]
    assert keys(store, "abd") == []
    listed = next(store.list("abc"))
    info = store.head("abc")
    assert info
    assert (listed.key, listed.size, listed.etag) == ("abc", 3, info.etag)


def test_a_copy_keeps_type_and_metadata_and_stands_alone(store: MediaStore) -> None:
    put = store.put_bytes(KEY, LARGE, content_type="video/mp4", metadata={"seed": "7"})
    copied = store.copy(KEY, "compositions/c/final.mp4")
    assert (copied.key, copied.size) == ("compositions/c/final.mp4", put.size)
    assert (copied.content_type, copied.metadata) == (put.content_type, put.metadata)
    store.delete(KEY)
    assert store.get_bytes(copied.key) == LARGE
    assert store.head(copied.key) == copied


def test_deleting_a_folder_spares_its_neighbours(store: MediaStore) -> None:
    for name in ("temp/1/a", "temp/1/b/c", "temp/10/a", "temp/2"):
        store.put_bytes(name, b"x")
    assert store.delete_prefix("temp/1/") == 2
    assert keys(store) == ["temp/10/a", "temp/2"]
    assert store.delete_prefix("temp/1/") == 0
    for prefix in ("temp/1", "", "/"):
        with pytest.raises(InvalidKey):
            store.delete_prefix(prefix)
    store.delete("temp/2")
    store.delete("temp/2")
    assert keys(store) == ["temp/10/a"]


@pytest.mark.parametrize(
    "key",
    ["", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a\nb", "a\0b", "a\\b", "\u202ea",
     "a\ud800", "a/" + "b" * 256, "é" * 128, "/".join(["abcd"] * 206)],
)  # fmt: skip
def test_a_key_that_no_store_can_hold_is_refused_everywhere(
    store: MediaStore, tmp_path: Path, key: str
) -> None:
    store.put_bytes("good", b"x")
    for use in (
        lambda: store.put_bytes(key, b"x"),
        lambda: store.open(key),
        lambda: store.head(key),
        lambda: store.get_file(key, tmp_path / "file"),
        lambda: store.copy("good", key),
        lambda: store.copy(key, "other"),
        lambda: store.delete(key),
        lambda: store.link(key, expires_s=60),
    ):
        with pytest.raises(InvalidKey):
            use()
    assert keys(store) == ["good"]


@given(
    parts=st.lists(
        st.text(
            st.characters(exclude_categories=("C", "Zl", "Zp"), exclude_characters="/\\"),
            min_size=1, max_size=40,
        ).filter(lambda part: part not in (".", "..")),
        min_size=1,
        max_size=4,
    )
)  # fmt: skip
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_valid_key_can_be_used(store: MediaStore, parts: list[str]) -> None:
    key = "/".join(parts)
    store.put_bytes(key, key.encode(), metadata={"key": key[:100]})
    try:
        info = store.head(key)
        assert info
        assert (info.key, info.metadata) == (key, {"key": key[:100]})
        assert keys(store) == [key]
        assert store.get_bytes(key) == key.encode()
    finally:
        store.delete(key)
    assert keys(store) == []


@pytest.mark.parametrize(
    "metadata", [{"Seed": "1"}, {"a_b": "1"}, {"": "1"}, {"a": "b" * 2048}, {"a": "é" * 400}, {"a": "\ud800"}]
)
def test_metadata_that_no_store_can_hold_is_refused(store: MediaStore, metadata: dict[str, str]) -> None:
    with pytest.raises(InvalidMetadata):
        store.put_bytes(KEY, b"x", metadata=metadata)
    assert keys(store) == []


def test_writers_at_once_leave_one_whole_object(store: MediaStore) -> None:
    contents = [bytes([number]) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        puts = [
            pool.submit(store.put_bytes, KEY, content, metadata={"number": str(content[0])})
            for content in contents
        ]
        reads = [pool.submit(lambda: store.head(KEY) and store.get_bytes(KEY)) for _ in range(16)]
    for put in puts:
        put.result()
    for read in reads:
        assert read.result() is None or read.result() in contents
    info = store.head(KEY)
    assert info
    assert store.get_bytes(KEY) == contents[int(info.metadata["number"])]


@pytest.mark.parametrize("expires_s", [0, -1, 604_801])
def test_a_link_has_a_life_of_at_most_a_week(store: MediaStore, expires_s: int) -> None:
    with pytest.raises(ValueError, match="seconds"):
        store.link(KEY, expires_s=expires_s)


def test_a_usable_store_passes_its_check(store: MediaStore) -> None:
    store.check()
    assert keys(store) == []


def test_a_store_can_be_sent_to_another_process(store: MediaStore) -> None:
    store.put_bytes(KEY, b"x")
    assert pickle.loads(pickle.dumps(store)).get_bytes(KEY) == b"x"
