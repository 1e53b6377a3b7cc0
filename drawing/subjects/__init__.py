"""Subjects: the product or hero object of a scene, drawn as a lit, cut-out picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from drawing.subjects import (
    bags,
    burger,
    car,
    cosmetics,
    cycles,
    devices,
    drinks,
    figures,
    food,
    footwear,
    goods,
    home,
    nature,
    screens,
    vehicles,
    watches,
)
from drawing.subjects.look import Look, look_for
from drawing.subjects.rig import rig_for
from drawing.subjects.sprite import Model, Sprite, render

_MAKERS: dict[str, Callable[[Look], Model]] = {
    "bottle": drinks.bottle,
    "can": drinks.can,
    "cup": drinks.cup,
    "jar": cosmetics.jar,
    "perfume": cosmetics.perfume,
    "candle": cosmetics.candle,
    "lipstick": cosmetics.lipstick,
    "phone": screens.phone,
    "watch": watches.watch,
    "headphones": devices.headphones,
    "laptop": screens.laptop,
    "camera": devices.camera,
    "book": goods.book,
    "bag": bags.bag,
    "sunglasses": goods.sunglasses,
    "sneaker": footwear.sneaker,
    "car": car.car,
    "bicycle": cycles.bicycle,
    "rocket": vehicles.rocket,
    "sailboat": vehicles.sailboat,
    "skateboard": cycles.skateboard,
    "burger": burger.burger,
    "pizza": food.pizza,
    "cake": food.cake,
    "plant": nature.plant,
    "flower": nature.flower,
    "lamp": home.lamp,
    "chair": home.chair,
    "guitar": home.guitar,
    "runner": figures.runner,
    "dog": figures.dog,
    "cat": figures.cat,
    "box": goods.box,
}

SUBJECTS: tuple[str, ...] = tuple(_MAKERS)

__all__ = ["SUBJECTS", "Sprite", "draw_subject"]


def draw_subject(subject: str, *, height_px: int, palette: tuple[str, ...], light: str, seed: int) -> Sprite:
    """Draw one subject.

    `subject` is one of SUBJECTS; anything else gives the generic package "box". `height_px` is the height of
    the sprite's box. `palette` holds hex colours, the brand's first. `light` is dawn, day, golden, dusk or
    night. `seed` (0 or more) picks variants and details; the same arguments give the same picture. Raises
    ValueError for a palette that is empty or holds no hex colours, an unknown light, or a height below 16.
    """
    if height_px < 16:
        raise ValueError(f"height_px is {height_px}: a subject needs at least 16 pixels. Ask for more.")
    rig = rig_for(light)
    return render(_model(subject if subject in _MAKERS else "box", palette, seed), height_px, rig)


# A film shows the same product in several scenes; a model holds about 20 MB of textures.
@lru_cache(maxsize=4)
def _model(subject: str, palette: tuple[str, ...], seed: int) -> Model:
    return _MAKERS[subject](look_for(palette, seed))
