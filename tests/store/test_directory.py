"""What only the directory does: survive kills, full disks and foreign links, and sign its own links."""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from blocks.media_store import (
    AccessDenied,
    DirectoryMediaStore,
    InvalidKey,
    LinkExpired,
    LinkInvalid,
    SignedLink,
    StoreError,
    StoreFull,
    StoreUnavailable,
)

KEY = "compositions/c/final.mp4"


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


def versions(store: DirectoryMediaStore) -> int:
    return len(list((store.root / "versions").iterdir()))


def test_an_object_is_a_file_that_people_find_by_its_key(directory_store: DirectoryMediaStore) -> None:
    directory_store.put_bytes(KEY, b"video")
    assert (directory_store.root / "objects" / KEY).read_bytes() == b"video"


def test_what_is_replaced_or_deleted_takes_no_room(directory_store: DirectoryMediaStore) -> None:
    for content in (b"1", b"2", b"3"):
        directory_store.put_bytes(KEY, content)
    directory_store.copy(KEY, "copy")
    assert versions(directory_store) == 2
    directory_store.delete(KEY)
    directory_store.delete("copy")
    assert files(directory_store.root) == ["lock"]
    assert list((directory_store.root / "objects").iterdir()) == []


def test_an_open_object_is_read_to_its_end_while_it_is_replaced(directory_store: DirectoryMediaStore) -> None:
    directory_store.put_bytes(KEY, b"old" * 1_000_000)
    with directory_store.open(KEY) as chunks:
        first = next(chunks)
        directory_store.put_bytes(KEY, b"new")
        assert first + b"".join(chunks) == b"old" * 1_000_000


def test_a_killed_put_leaves_no_object_and_is_swept(directory_store: DirectoryMediaStore) -> None:
    directory_store.put_bytes(KEY, b"the old one")
    program = dedent(
        """
        import sys
        from pathlib import Path
        from blocks.media_store import DirectoryMediaStore

        def chunks():
            yield bytes(100_000)
            print("half way", flush=True)
            sys.stdin.read()

        store = DirectoryMediaStore(root=Path(sys.argv[1]))
        store.put_stream(sys.argv[2], chunks())
        """
    )
    for key in (KEY, "temp/new"):
        with subprocess.Popen(
            [sys.executable, "-c", program, str(directory_store.root), key],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout
            assert process.stdout.readline() == "half way\n"
            process.send_signal(signal.SIGKILL)

    assert [listed.key for listed in directory_store.list()] == [KEY]
    assert directory_store.get_bytes(KEY) == b"the old one"
    assert versions(directory_store) == 3
    assert directory_store.sweep() == 0
    assert directory_store.sweep(timedelta(seconds=-1)) == 2
    assert versions(directory_store) == 1
    assert directory_store.get_bytes(KEY) == b"the old one"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB; root alone may make one."""
    if os.geteuid() != 0:
        yield from _small_files(tmp_path)
        return
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], check=True)
    yield place
    subprocess.run(["umount", str(place)], check=True)


def _small_files(place: Path) -> Iterator[Path]:
    """Without root: no file may grow beyond 1 MiB, which fails as a full disk does."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, old[1]))
    yield place
    resource.setrlimit(resource.RLIMIT_FSIZE, old)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_keeps_nothing_of_the_object(small_disk: Path, tmp_path: Path) -> None:
    store = DirectoryMediaStore(root=small_disk / "media")
    store.put_bytes("kept", b"x" * 1000)
    before = files(store.root)

    with pytest.raises(StoreFull, match="Make room"):
        store.put_stream("too/large", (bytes(64 * 1024) for _ in range(64)))

    assert files(store.root) == before
    assert [listed.key for listed in store.list()] == ["kept"]
    store.put_bytes("small", b"x" * 1000)
    assert store.get_bytes("kept") == b"x" * 1000


def test_a_full_disk_keeps_nothing_of_a_file_to_fetch(
    small_disk: Path, directory_store: DirectoryMediaStore
) -> None:
    directory_store.put_bytes(KEY, b"x" * 500_000)
    target = small_disk / "fetched"
    (small_disk / "filler").write_bytes(b"x" * 700_000)
    if os.geteuid() != 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    with pytest.raises(StoreFull):
        directory_store.get_file(KEY, target)
    assert not list(small_disk.glob(".*"))
    assert not target.exists()


def test_a_foreign_link_does_not_lead_out_of_the_store(
    directory_store: DirectoryMediaStore, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    directory_store.put_bytes("good", b"x")
    objects = directory_store.root / "objects"
    (objects / "folder").symlink_to(outside)
    (objects / "file").symlink_to(outside / "secret")
    (objects / "plain").write_bytes(b"not put by the store")

    for use in (
        lambda: directory_store.get_bytes("folder/secret"),
        lambda: directory_store.put_bytes("folder/new", b"x"),
        lambda: directory_store.delete("folder/secret"),
        lambda: directory_store.link("folder/secret", expires_s=60),
    ):
        with pytest.raises(InvalidKey):
            use()
    assert directory_store.head("file") is None
    assert directory_store.head("plain") is None
    assert [listed.key for listed in directory_store.list()] == ["good"]
    directory_store.put_bytes("file", b"mine")
    assert (outside / "secret").read_bytes() == b"secret"
    assert files(outside) == ["secret"]


def test_a_key_below_another_object_is_refused(directory_store: DirectoryMediaStore) -> None:
    directory_store.put_bytes("a/b", b"x")
    for key in ("a", "a/b/c", "a/b/c/d"):
        with pytest.raises(InvalidKey, match="both an object and a folder"):
            directory_store.put_bytes(key, b"y")
    assert directory_store.head("a") is None
    assert [listed.key for listed in directory_store.list()] == ["a/b"]
    assert versions(directory_store) == 1


def test_a_broken_version_is_a_fault_and_not_a_missing_object(directory_store: DirectoryMediaStore) -> None:
    directory_store.put_bytes(KEY, b"x")
    (version,) = (directory_store.root / "versions").iterdir()
    (version / "description.json").unlink()
    with pytest.raises(StoreUnavailable):
        directory_store.head(KEY)


def test_a_store_where_there_can_be_no_directory_fails_its_check(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match=errno_text(errno.ENOTDIR)):
        DirectoryMediaStore(root=tmp_path / "file" / "media").check()


def errno_text(number: int) -> str:
    return os.strerror(number).lower()


NOW = datetime.now(UTC)


def test_a_signed_link_says_what_it_gives(directory_store: DirectoryMediaStore) -> None:
    key = "compositions/é & co/100 %?#.mp4"
    url = directory_store.link(key, expires_s=3600, filename='Mon "film" é.mp4', content_type="video/mp4")
    assert url.startswith(f"http://127.0.0.1:8000/media/{quote(key)}?expires=")
    for form in (url, url.removeprefix("http://127.0.0.1:8000")):
        link = directory_store.verify_link(form)
        assert (link.key, link.filename, link.content_type) == (key, 'Mon "film" é.mp4', "video/mp4")
    plain = directory_store.verify_link(directory_store.link(key, expires_s=60))
    assert (plain.filename, plain.content_type) == (None, None)


def test_a_link_ends_on_its_second(directory_store: DirectoryMediaStore) -> None:
    url = directory_store.link(KEY, expires_s=60)
    end = datetime.fromtimestamp(directory_store.verify_link(url).expires, UTC)
    directory_store.verify_link(url, end - timedelta(milliseconds=1))
    with pytest.raises(LinkExpired, match="Ask for the download again"):
        directory_store.verify_link(url, end)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("final.mp4", "other.mp4"),
        ("filename=a", "filename=b"),
        ("&filename=a", ""),
        ("expires=", "expires=1"),
        ("expires=", "expires=-"),
        ("expires=", "expires=٣"),
        ("signature=", "signature=0"),
        ("signature=", "signature=é"),
        ("&signature=", "&signed="),
        ("&signature=", "&content_type=text/html&signature="),
        ("&signature=", "&filename=a&signature="),
        ("&signature=", "&more=1&signature="),
        ("/media/", "/medium/"),
        ("compositions/c", "compositions/../compositions/c"),
        ("compositions/c/", "compositions%2Fc%2F%2F"),
    ],
)
def test_a_changed_link_is_invalid(directory_store: DirectoryMediaStore, old: str, new: str) -> None:
    url = directory_store.link(KEY, expires_s=60, filename="a")
    assert old in url
    with pytest.raises(LinkInvalid):
        directory_store.verify_link(url.replace(old, new))
    foreign = DirectoryMediaStore(
        root=directory_store.root, base_url=directory_store.base_url, secret_key=SecretStr("another secret")
    )
    with pytest.raises(LinkInvalid):
        foreign.verify_link(url)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_two_links_share_a_signature(key: str, filename: str, other_key: str, other_filename: str) -> None:
    link, other = SignedLink(key, 1, filename), SignedLink(other_key, 1, other_filename)
    assert (link.signature("s") == other.signature("s")) == (link == other)
    assert SignedLink(key, 1, None, filename).signature("s") != link.signature("s")


def test_without_a_base_url_a_link_is_a_file_address(tmp_path: Path) -> None:
    store = DirectoryMediaStore(root=tmp_path)
    store.put_bytes("a b.txt", b"x")
    address = urlsplit(store.link("a b.txt", expires_s=60))
    assert address.scheme == "file"
    assert Path(address.path.replace("%20", " ")).read_bytes() == b"x"
    with pytest.raises(AccessDenied, match="secret key"):
        store.verify_link("/media/a?expires=1&signature=")


def test_links_are_never_signed_with_nothing(tmp_path: Path) -> None:
    for secret in (None, SecretStr("")):
        with pytest.raises(ValidationError, match="secret_key"):
            DirectoryMediaStore(root=tmp_path, base_url="http://127.0.0.1", secret_key=secret)
