"""What every setting starts from: the scene, the seeded dice and helpers for composing."""

import numpy as np

from drawing.atmosphere import weather_layers
from drawing.canvas import Layer, Shot
from drawing.hero import Hero, Place
from drawing.lettering import lettering
from drawing.light import Colour, Tones
from drawing.request import SceneRequest
from drawing.scene import Scene
from drawing.settings.stage_plan import Stage


class Easel:
    """The tools of a setting. Positions in shares of the picture, measures in pixels."""

    def __init__(self, scene: Scene, request: SceneRequest, rng: np.random.Generator, tones: Tones) -> None:
        self.scene, self.rng, self.tones = scene, rng, tones
        self.width, self.height = request.width, request.height
        self.unit = min(self.width, self.height)
        self.tall = self.height > self.width
        self.square = self.height == self.width
        self.seconds = request.frames / request.fps

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def side(self) -> float:
        """Where a focal point may stand: the left or right third."""
        return self.between(0.24, 0.38) if self.chance(0.5) else self.between(0.62, 0.76)

    def shot(self, sun: tuple[float, float]) -> Shot:
        """The shot with its sun at a share (x, y) of the picture."""
        return Shot(
            self.width, self.height, self.seconds, self.tones, (sun[0] * self.width, sun[1] * self.height)
        )

    def word(
        self,
        shot: Shot,
        *,
        foot: float,
        parallax: float,
        width: float = 0.8,
        tallest: float = 0.25,
        colour: Colour | None = None,
    ) -> list[Layer]:
        """The scene's lettering with its feet at a share of the height; nothing without lettering."""
        text = self.scene.lettering
        if not text:
            return []
        return lettering(
            shot,
            text,
            foot=foot * self.height,
            parallax=parallax,
            width=width,
            tallest=tallest,
            colour=colour,
        )

    def hero(
        self, shot: Shot, *, x: float, y: float, height: float, parallax: float, ground: str = "matte"
    ) -> list[Layer]:
        """The scene's subject standing at a share (x, y) of the picture; nothing without subject."""
        if self.scene.subject is None:
            return []
        place = Place(x * self.width, y * self.height, height, parallax, ground)
        return [Hero(shot, self.scene, place)]

    def weather(self, shot: Shot) -> list[Layer]:
        return weather_layers(shot, self.rng, self.scene.weather)

    def stage(
        self, shot: Shot, layers: list[Layer], *, eye: float = 0.55, bloom: float = 0.55, travel: float = 1.0
    ) -> Stage:
        return Stage(shot, [*layers, *self.weather(shot)], eye, bloom, travel)
