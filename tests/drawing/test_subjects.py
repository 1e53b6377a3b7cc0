"""Subjects: every one is a whole, lit, brand-coloured cut-out that a compositor can place."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from drawing.subjects import SUBJECTS, Sprite, draw_subject

HEIGHT = 96
BLUE = ("#1457d9", "#ffb400")
RED = ("#d81e3a", "#12a5a0", "#f4e9d8")
ADVERTISED = {
    "sneaker",
    "bottle",
    "can",
    "cup",
    "phone",
    "watch",
    "headphones",
    "car",
    "perfume",
    "jar",
    "box",
}


def drawn(subject: str, palette: tuple[str, ...] = BLUE, light: str = "day", seed: int = 3) -> Sprite:
    return draw_subject(subject, height_px=HEIGHT, palette=palette, light=light, seed=seed)


def hue_share(sprite: Sprite, colour: str) -> float:
    """Share of the subject's area whose hue lies within 14 degrees of a hex colour and that is not grey."""
    alpha = sprite.rgba[..., 3]
    straight = sprite.rgba[..., :3].astype(np.float32) / np.maximum(alpha[..., None].astype(np.float32), 1)
    hue, saturation, _ = cv2.split(cv2.cvtColor(np.clip(straight, 0, 1), cv2.COLOR_BGR2HSV))
    wanted = np.array([[[int(colour[i : i + 2], 16) / 255 for i in (5, 3, 1)]]], np.float32)
    target = cv2.cvtColor(wanted, cv2.COLOR_BGR2HSV)[0, 0, 0]
    away = np.abs((hue - target + 180) % 360 - 180)
    solid = alpha > 128
    return float(((away < 14) & (saturation > 0.35) & solid).sum() / solid.sum())


@pytest.mark.parametrize("light", ["day", "night"])
@pytest.mark.parametrize("palette", [BLUE, RED], ids=["blue", "red"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_sprite_is_whole_and_placeable(subject: str, palette: tuple[str, ...], light: str) -> None:
    sprite = drawn(subject, palette, light)
    height, width = sprite.rgba.shape[:2]
    alpha = sprite.rgba[..., 3]
    covered = float((alpha > 200).mean())
    rows = np.flatnonzero((alpha > 16).any(axis=1))

    assert sprite.rgba.dtype == np.uint8
    assert height == HEIGHT
    assert 0.05 < covered < 0.95, "neither empty nor a full rectangle"
    assert (sprite.rgba[..., :3] <= alpha[..., None]).all(), "premultiplied"
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert border.max() == 0, "not cut off at an edge of the box"
    assert rows[-1] - rows[0] > 0.85 * HEIGHT, "fills its box"
    assert 0 <= sprite.anchor[0] < width
    assert sprite.anchor[1] == rows[-1], "stands on the last row of the alpha"
    assert 0 < sprite.footprint <= width
    if sprite.glow is not None:
        assert sprite.glow.shape == (height, width, 3)
    if light == "day":
        assert hue_share(sprite, palette[0]) > (0.12 if subject in ADVERTISED else 0.02), (
            "brand colour is seen"
        )


@pytest.mark.parametrize("subject", sorted(ADVERTISED))
def test_every_variant_carries_the_brand(subject: str) -> None:
    assert min(hue_share(drawn(subject, BLUE, seed=seed), BLUE[0]) for seed in (1, 2)) > 0.12


@pytest.mark.parametrize("subject", ["sneaker", "bottle", "phone", "plant", "box"])
def test_seed_decides_the_picture(subject: str) -> None:
    pictures = [drawn(subject, seed=seed).rgba for seed in (1, 1, 2, 3, 4)]
    assert np.array_equal(pictures[0], pictures[1])
    assert any(other.shape != pictures[0].shape or (other != pictures[0]).any() for other in pictures[2:])


def test_light_changes_brightness_and_warmth() -> None:
    def mean_bgr(light: str) -> np.ndarray:
        sprite = drawn("can", light=light)
        return sprite.rgba[sprite.rgba[..., 3] == 255][:, :3].astype(float).mean(axis=0)

    day, golden, night = (mean_bgr(light) for light in ("day", "golden", "night"))
    assert night.sum() < 0.85 * day.sum()
    assert golden[2] / golden[0] > 1.15 * day[2] / day[0]


def test_lit_things_glow_and_hot_things_say_where() -> None:
    phone, candle, cup, box = (drawn(subject) for subject in ("phone", "candle", "cup", "box"))
    assert phone.glow is not None
    assert phone.glow.max() > 60
    assert box.glow is None
    for point in (candle.wick, cup.steam):
        assert point is not None
        assert 0 < point[0] < HEIGHT * 3
        assert 0 < point[1] < HEIGHT


def test_unknown_subject_is_the_generic_box() -> None:
    assert np.array_equal(drawn("quantum llama").rgba, drawn("box").rgba)


@pytest.mark.parametrize("palette", [(), ("blue",), ("#12",), ("#1457d9", "#gg0000"), "#1457d9"])
def test_bad_palette_is_refused(palette: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="palette"):
        drawn("can", palette)


def test_bad_light_and_height_are_refused() -> None:
    with pytest.raises(ValueError, match="light 'noon' is unknown: use one of dawn, day"):
        drawn("can", light="noon")
    with pytest.raises(ValueError, match="height_px is 8"):
        draw_subject("can", height_px=8, palette=BLUE, light="day", seed=0)


@pytest.mark.parametrize("palette", [("#ffffff",), ("#000000",), ("#808080", "#808080"), ("#f0f",)])
def test_colourless_and_short_palettes_are_drawn(palette: tuple[str, ...]) -> None:
    assert drawn("bottle", palette).rgba[..., 3].max() == 255
