"""What is delivered of a film: a version, its download, and the files that were made."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app import storage_keys
from app.database import session
from app.models import GenerationJob
from app.settings import settings
from app.store import media_store
from blocks.media_store import links
from tests.app.editing.films import Film, make


def test_a_version_by_its_id(film: Film) -> None:
    shown = film.user.get(film.version).raise_for_status().json()
    assert shown == film.state()["compositions"][0]
    assert (shown["version"], shown["frames"], shown["duration_s"]) == (1, 450, 15.0)


@pytest.mark.parametrize(
    ("title", "filename"),
    [
        ("Slow mornings", "Slow mornings.mp4"),
        ("Café & Söhne — 朝", "Café & Söhne 朝.mp4"),
        ("../..\\etc/passwd\u202e", "etc passwd.mp4"),
        ("???", "reelflow.mp4"),
        (None, "reelflow.mp4"),
        ("x" * 200, "x" * 80 + ".mp4"),
    ],
)
def test_a_download_has_a_proper_file_name_and_ends_in_an_hour(
    film: Film, title: str | None, filename: str
) -> None:
    with session() as db:
        db.get_one(GenerationJob, film.job_id).title = title
    given = film.user.get(f"{film.version}/download").raise_for_status().json()
    assert (given["filename"], given["size_bytes"], given["sha256"]) == (filename, 4, "ab" * 32)
    secret = settings().secret_key.get_secret_value()
    expires = datetime.fromisoformat(given["expires_at"])
    assert abs(expires - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)
    link = links.verify(given["url"], secret, expires - timedelta(minutes=1))
    assert (link.key, link.filename) == (storage_keys.composition_key(film.version_id), filename)
    with pytest.raises(links.LinkExpired):
        links.verify(given["url"], secret, expires + timedelta(minutes=1))


def test_later_versions_say_so_in_their_names(film: Film) -> None:
    film.user.post(f"{film.version}/edit", json=film.cut_list()).raise_for_status()
    unfinished = film.state()["compositions"][1]["id"]
    refused = film.user.get(f"/api/v1/compositions/{unfinished}/download")
    assert refused.status_code == 409
    assert "it is pending" in refused.json()["detail"]
    assert str(make(film.job_id)) == unfinished
    given = film.user.get(f"/api/v1/compositions/{unfinished}/download").raise_for_status().json()
    assert given["filename"].endswith(" v2.mp4")


def test_the_files_are_those_that_are_stored(film: Film) -> None:
    store = media_store()
    store.put_bytes(storage_keys.job_metadata_key(film.job_id), b"{}", content_type="application/json")
    store.put_bytes(storage_keys.timeline_picture_key(film.version_id), b"p", content_type="image/png")
    items = film.user.get(f"{film.job}/assets").raise_for_status().json()["items"]
    version = str(film.version_id)
    assert [(item["kind"], item["filename"], item["content_type"], item["size_bytes"]) for item in items] == [
        ("clip", "clip_001.mp4", "video/mp4", 4),
        ("clip_thumbnail", "clip_001.jpg", "image/jpeg", 7),
        ("clip", "clip_002.mp4", "video/mp4", 4),
        ("clip_thumbnail", "clip_002.jpg", "image/jpeg", 7),
        ("clip", "clip_003.mp4", "video/mp4", 4),
        ("clip_thumbnail", "clip_003.jpg", "image/jpeg", 7),
        ("metadata", "metadata.json", "application/json", 2),
        ("video", "final.mp4", "video/mp4", 4),
        ("timeline", "timeline.png", "image/png", 1),
    ]
    assert [item["clip_number"] for item in items] == [1, 1, 2, 2, 3, 3, None, None, None]
    assert [item["composition_id"] for item in items] == [None] * 7 + [version] * 2
    assert all(parse_qs(urlsplit(item["url"]).query)["signature"] for item in items)
