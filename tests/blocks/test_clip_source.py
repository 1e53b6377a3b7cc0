"""What decides a clip's address."""

from pathlib import Path

import pytest

from blocks.clip_source import ClipRequest

ORDER = ClipRequest(description="A red kettle", width=1280, height=720, frames=90)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"cuts": (30,)}, True),
        ({"draft": False}, True),
        ({"draft": True}, False),
        ({"style": "", "negative": "", "reference": None}, True),
        ({"style": "Lens: 50 mm."}, False),
        ({"negative": "text"}, False),
        ({"reference": "ab" * 32}, False),
        ({"reference_picture": Path("/anywhere.jpg")}, True),
        ({"seed": 1}, False),
        ({"frames": 91}, False),
    ],
)
def test_an_address_tells_apart_what_is_another_clip(change: dict[str, object], *, same: bool) -> None:
    changed = ORDER.model_copy(update=change)
    assert (changed.address("drawn/1") == ORDER.address("drawn/1")) is same


def test_clips_made_before_there_were_drafts_keep_their_address() -> None:
    known = "37518aeefab9361c9d0fdf4581833ac19eb2ce74d5d3a36f00f965aa2e300981"
    assert ORDER.address("drawn/1") == known
