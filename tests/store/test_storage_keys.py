"""The keys of the product, as its bucket's rules and its documents know them."""

from uuid import UUID

import pytest

from app import storage_keys
from blocks.media_store import validate_key

ID = UUID("6f1d0d4e-6f0a-4c3e-9d3c-3a1a0a2b4c5d")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (storage_keys.upload_key("s", "a", "png"), "uploads/s/a/original.png"),
        (storage_keys.clip_key("j", 1), "generations/j/clips/clip_001.mp4"),
        (storage_keys.clip_key("j", 20), "generations/j/clips/clip_020.mp4"),
        (storage_keys.clip_thumbnail_key("j", 3), "generations/j/thumbnails/clip_003.jpg"),
        (storage_keys.job_metadata_key("j"), "generations/j/metadata.json"),
        (storage_keys.track_key("j"), "generations/j/track.json"),
        (storage_keys.composition_key(ID), f"compositions/{ID}/final.mp4"),
        (storage_keys.composition_thumbnail_key(ID), f"compositions/{ID}/thumbnail.jpg"),
        (storage_keys.composition_timeline_key(ID), f"compositions/{ID}/timeline.json"),
        (storage_keys.composition_metadata_key(ID), f"compositions/{ID}/metadata.json"),
        (storage_keys.contact_sheet_key(ID), f"compositions/{ID}/contact_sheet.jpg"),
        (storage_keys.timeline_picture_key(ID), f"compositions/{ID}/timeline.png"),
        (storage_keys.composition_key(ID, "9:16"), f"compositions/{ID}/9x16/final.mp4"),
        (storage_keys.contact_sheet_key(ID, "1:1"), f"compositions/{ID}/1x1/contact_sheet.jpg"),
    ],
)
def test_a_key(key: str, expected: str) -> None:
    assert validate_key(key) == expected


def test_what_expires_lies_below_the_prefix_that_says_so() -> None:
    days = {prefix: kept.days for prefix, kept in storage_keys.RETENTION.items()}
    assert days == {"generations/": 30, "compositions/": 90, "temp/": 7}
    assert storage_keys.clip_key("j", 1).startswith(storage_keys.job_prefix("j"))
    assert storage_keys.job_prefix("j") == "generations/j/"
    assert storage_keys.temp_prefix("j") == "temp/j/"
    assert storage_keys.composition_key("c").startswith(storage_keys.composition_prefix("c"))
