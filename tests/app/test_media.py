"""Signed links lead to objects: whole or in part, cached while they hold, and to nothing else."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import HTTPException

from app.links import download_link, link_maker
from app.serving import asked_part
from app.settings import settings
from app.store import media_store
from blocks.media_store import DirectoryMediaStore

CONTENT = bytes(range(256)) * 8192
KEY = "compositions/1/final.mp4"


@pytest.fixture
def link(surroundings: pytest.MonkeyPatch, server_url: str) -> str:
    """A link to two mebibytes."""
    media_store().put_bytes(KEY, CONTENT, content_type="video/mp4")
    return link_maker(server_url)(KEY)


def test_a_link_leads_to_the_whole_object(link: str) -> None:
    answer = httpx.get(link)
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "Content-Disposition" not in answer.headers
    head = httpx.head(link)
    assert head.content == b""
    for name in ("Content-Length", "Content-Type", "ETag", "Last-Modified"):
        assert head.headers[name] == answer.headers[name]


def test_a_player_reads_parts(link: str) -> None:
    middle = httpx.get(link, headers={"Range": "bytes=1000-1999"})
    assert (middle.status_code, middle.content) == (206, CONTENT[1000:2000])
    assert middle.headers["Content-Range"] == f"bytes 1000-1999/{len(CONTENT)}"
    assert middle.headers["Content-Length"] == "1000"
    head = httpx.head(link, headers={"Range": "bytes=-5"})
    assert (head.status_code, head.headers["Content-Length"]) == (206, "5")
    behind = httpx.get(link, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert behind.status_code == 416
    assert behind.headers["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert behind.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("bytes=0-", (0, 100)),
        ("bytes=0-0", (0, 1)),
        ("bytes=40-59", (40, 60)),
        ("bytes=40-4000", (40, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("Bytes = 5 - 6", (5, 7)),
        # What can't be read counts for nothing, several at once are answered with the whole.
        ("bytes=-", None),
        ("bytes=9-5", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-5", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_the_part_that_is_asked_for(header: str | None, part: tuple[int, int] | None) -> None:
    assert asked_part(header, 100) == part


@pytest.mark.parametrize(("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0)])
def test_a_part_behind_the_end_is_not_there(header: str, size: int) -> None:
    with pytest.raises(HTTPException) as refused:
        asked_part(header, size)
    assert refused.value.headers == {"Content-Range": f"bytes */{size}"}


def test_a_client_goes_on_only_with_the_very_same_version(link: str) -> None:
    first = httpx.get(link, headers={"Range": "bytes=0-9"})
    for mark in (first.headers["ETag"], first.headers["Last-Modified"]):
        rest = httpx.get(link, headers={"Range": "bytes=10-19", "If-Range": mark})
        assert rest.status_code == 206
    media_store().put_bytes(KEY, CONTENT[::-1], content_type="video/mp4")
    changed = httpx.get(link, headers={"Range": "bytes=10-19", "If-Range": first.headers["ETag"]})
    assert (changed.status_code, changed.content) == (200, CONTENT[::-1])


def test_what_is_known_is_not_sent_again(link: str) -> None:
    etag = httpx.get(link).headers["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = httpx.get(link, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == etag
    assert httpx.get(link, headers={"If-None-Match": '"other"'}).status_code == 200


def test_it_is_kept_by_browsers_until_the_link_ends_unless_it_may_be_replaced(
    link: str, server_url: str
) -> None:
    kept = re.fullmatch(r"private, max-age=(\d+), immutable", httpx.head(link).headers["Cache-Control"])
    assert kept
    assert 3000 < int(kept[1]) <= 3600
    key = "generations/1/thumbnails/clip_001.jpg"
    media_store().put_bytes(key, b"first", content_type="image/jpeg")
    assert httpx.head(link_maker(server_url)(key)).headers["Cache-Control"] == "private, no-cache"


def test_nothing_that_a_user_gave_runs_as_ours(surroundings: pytest.MonkeyPatch, server_url: str) -> None:
    media_store().put_bytes("uploads/1/page.svg", b"<svg onload='alert(1)'/>", content_type="image/svg+xml")
    headers = httpx.get(link_maker(server_url)("uploads/1/page.svg")).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "sandbox" in policy


def test_a_download_has_a_name(link: str, server_url: str) -> None:
    headers = httpx.head(download_link(KEY, 'Kaffee "für" alle 🚀.mp4', server_url)).headers
    assert headers["Content-Disposition"] == (
        'attachment; filename="Kaffee _fur_ alle .mp4"; '
        "filename*=UTF-8''Kaffee%20%22f%C3%BCr%22%20alle%20%F0%9F%9A%80.mp4"
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"),
        lambda url: url.replace("final", "other"),
        lambda url: re.sub(r"expires=\d+", "expires=9999999999", url),
        lambda url: url + "&filename=film.mp4",
        lambda url: url.partition("?")[0],
        lambda url: url.replace("compositions/1/", "compositions/1/..%2F1/"),
        lambda url: url.replace("compositions", "%FF%00"),
    ],
)
def test_a_link_that_was_changed_opens_nothing(link: str, spoil: Callable[[str], str]) -> None:
    for method in ("GET", "HEAD"):
        answer = httpx.request(method, spoil(link))
        assert answer.status_code == 403
    assert httpx.get(spoil(link)).json()["code"] == "link_invalid"


def test_a_link_ends(link: str, server_url: str) -> None:
    store = DirectoryMediaStore(
        root=Path(urlsplit(settings().media_url).path), base_url=server_url, secret_key=settings().secret_key
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("blocks.media_store.directory.time.time", lambda: 1_000_000_000)
        old = store.link(KEY, expires_s=3600)
    answer = httpx.get(old)
    assert answer.status_code == 403
    assert answer.json()["code"] == "link_expired"


def test_a_deleted_object_is_not_found(link: str) -> None:
    media_store().delete(KEY)
    assert httpx.get(link).status_code == 404


def test_the_same_key_has_the_same_link_for_a_while(surroundings: pytest.MonkeyPatch) -> None:
    links = link_maker("http://films.example")
    assert links("a/b") == link_maker("http://films.example")("a/b")
    assert links("a/b") != links("a/c")
    assert link_maker("http://other.example")("a/b").startswith("http://other.example/media/a/b?")


def test_media_in_s3_is_not_served_here(link: str, surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("MEDIA_URL", "s3://media")
    settings.cache_clear()
    assert httpx.get(link).status_code == 404
