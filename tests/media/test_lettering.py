"""Lettering: readable on every picture, within the safe area, never a box for a missing letter."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from media.contrast import INK, WHITE, legible_pair, luminance, ratio, rgb
from media.lettering import Lettering, letter
from media.safe_area import Box, safe_area
from media.timeline import Size
from media.typography import Face, drawable, fit

Kind = Literal["title", "caption", "cta"]
KINDS: tuple[Kind, ...] = ("title", "caption", "cta")
SIZES = [Size(width=320, height=180), Size(width=180, height=320), Size(width=180, height=180)]
# Shadows are at most half opaque; what is more opaque is a letter, a bar or a button.
SOLID = 150


def ground(size: Size, grey: int = 60) -> NDArray[np.uint8]:
    return np.full((1, size.height, size.width, 3), grey, np.uint8)


def solid_boxes(drawn: Lettering) -> list[Box]:
    """The places of all solid pixels, one box per picture, at rest."""
    found = []
    for picture in drawn.pictures:
        if not picture.backdrop:
            rows, columns = np.nonzero(np.asarray(picture.image.getchannel("A")) > SOLID)
            if rows.size:
                box = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
                found.append(box.moved(picture.x, picture.y))
    return found


@given(
    st.sampled_from(KINDS),
    st.sampled_from(SIZES),
    st.one_of(
        st.text(min_size=1, max_size=300),
        st.text("WMÅgjĄŖ, ", min_size=1, max_size=200),
        st.lists(st.text("abcÉgy%&W", min_size=1, max_size=45), min_size=1, max_size=20).map(" ".join),
    ),
)
@settings(max_examples=120, deadline=None)
def test_lettering_never_leaves_the_safe_area(kind: Kind, size: Size, text: str) -> None:
    drawn = letter(kind, text, size=size, ground=ground(size))
    area = safe_area(size)
    assert area.contains(drawn.box)
    # Accents on capitals and smoothed edges may stand over their box, but not over the margin's edge.
    assert all(area.grown(1).contains(box) for box in solid_boxes(drawn))


@pytest.mark.parametrize("kind", ["title", "caption"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("picture", ["black", "white", "grey", "noise", "stripes", "gradient"])
def test_every_picture_gives_enough_contrast(kind: Kind, size: Size, picture: str) -> None:
    shape = (2, size.height, size.width, 3)
    below = {
        "black": np.zeros(shape),
        "white": np.full(shape, 255),
        "grey": np.full(shape, 128),
        "noise": np.random.default_rng(1).integers(0, 256, shape),
        "stripes": np.broadcast_to((np.arange(size.width) // 9 % 2 * 255)[:, None], shape),
        "gradient": np.broadcast_to(np.linspace(0, 255, size.width)[:, None], shape),
    }[picture].astype(np.uint8)
    drawn = letter(kind, "Morning light", size=size, ground=below)
    assert drawn.legibility is not None
    assert drawn.legibility.ratio >= 4.5
    # Measured anew: letters' colour against the ground with the scrim laid over it.
    backdrop = [p for p in drawn.pictures if p.backdrop]
    shown = below.astype(np.float32)
    for scrim in backdrop:
        patch = np.asarray(scrim.image, np.float32)
        alpha = patch[..., 3:] / 255
        area = shown[:, scrim.y : scrim.y + patch.shape[0], scrim.x : scrim.x + patch.shape[1]]
        area[:] = area * (1 - alpha) + patch[..., :3] * alpha
    box = drawn.box
    around = luminance(shown[:, box.top : box.bottom, box.left : box.right].mean(axis=(1, 2)))
    ink = float(luminance(np.array(drawn.legibility.ink, np.float32)))
    for mean in around:
        assert (max(mean, ink) + 0.05) / (min(mean, ink) + 0.05) >= 4.0


def test_a_dark_picture_needs_no_scrim_and_a_bright_one_dark_letters() -> None:
    size = SIZES[0]
    dark, bright = (letter("title", "Day", size=size, ground=ground(size, grey)) for grey in (20, 235))
    for drawn, ink in ((dark, WHITE), (bright, INK)):
        assert drawn.legibility is not None
        assert (drawn.legibility.ink, drawn.legibility.opacity) == (ink, 0.0)


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1),
    ],
)
def test_contrast_ratio_is_that_of_wcag(first: str, second: str, wanted: float) -> None:
    assert ratio(rgb(first), rgb(second)) == pytest.approx(wanted, abs=0.01)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_brand_colour_makes_a_readable_button(brand: tuple[int, int, int]) -> None:
    fill, ink, reached = legible_pair(brand)
    assert reached >= 4.5
    assert reached == ratio(fill, ink)


@pytest.mark.parametrize(
    ("text", "kept", "dropped"),
    [
        ("Größe Привет Ωμέγα", "Größe Привет Ωμέγα", ""),
        ("Hello 😀 world", "Hello world", "😀"),
        ("日本 tea", "tea", "日本"),
        ("zero\u200bwidth\u200d", "zerowidth", ""),
        ("  two   words\n", "two words", ""),
        ("e\u0301te\u0301", "été", ""),
        ("50% off: “now”…", "50% off: “now”…", ""),
    ],
)
def test_what_no_font_has_is_dropped_and_named(text: str, kept: str, dropped: str) -> None:
    assert drawable(text, Face("Bold", 30)) == (kept, dropped)


def test_nothing_but_emoji_draws_nothing_and_says_so() -> None:
    drawn = letter("title", "😀😀", size=SIZES[0], ground=ground(SIZES[0]))
    assert drawn.pictures == ()
    assert any("nothing" in warning for warning in drawn.warnings)


def test_long_text_wraps_before_it_shrinks_and_is_shortened_last() -> None:
    room = {"width": 300, "height": 120, "max_lines": 3, "largest": 40, "smallest": 16}
    one, two, small, never = (
        fit(text, weight="Bold", **room)
        for text in ("Short", "Rather longer title", "Words " * 20, "Words " * 90)
    )
    assert (one.face.size, len(one.lines)) == (40, 1)
    assert (two.face.size, len(two.lines)) == (40, 2)
    assert small.face.size < 40
    assert never.face.size == 16
    assert never.shortened
    assert never.lines[-1].endswith("…")


def test_overlays_shown_together_stand_clear() -> None:
    size = SIZES[1]
    button = letter("cta", "Shop now", size=size, ground=ground(size))
    caption = letter("caption", "All of it, " * 6, size=size, ground=ground(size), occupied=[button.box])
    assert not button.box.overlaps(caption.box)
    assert safe_area(size).contains(caption.box)
