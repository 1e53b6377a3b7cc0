"""The safe area is clear of every platform's controls."""

import pytest

from media.safe_area import PLATFORMS, safe_area
from media.timeline import Aspect, Size

CASES = [
    (aspect, name, draft) for aspect, found in PLATFORMS.items() for name in found for draft in (False, True)
]


@pytest.mark.parametrize(("aspect", "platform", "draft"), CASES)
def test_no_platform_covers_it(aspect: Aspect, platform: str, *, draft: bool) -> None:
    size = Size.for_aspect(aspect, draft=draft)
    area = safe_area(size)
    left, top, right, bottom = PLATFORMS[aspect][platform]
    # Half a pixel is rounding.
    assert area.left >= left * size.width - 0.5
    assert area.top >= top * size.height - 0.5
    assert area.right <= size.width * (1 - right) + 0.5
    assert area.bottom <= size.height * (1 - bottom) + 0.5
    assert area.width > size.width / 2
    assert area.height > size.height / 2
