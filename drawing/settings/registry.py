"""Which file paints which setting."""

from importlib import import_module

import numpy as np

from drawing.light import tones_for
from drawing.request import SceneRequest
from drawing.scene import Scene
from drawing.settings.easel import Easel
from drawing.settings.stage_plan import Stage

SETTINGS = (
    "mountains", "forest", "sea", "beach", "desert", "city", "street", "space", "studio", "interior", "road",
    "underwater", "meadow", "stage", "sky", "abstract",
)  # fmt: skip


def build(scene: Scene, request: SceneRequest) -> Stage:
    """Compose a scene for the request's size and seed."""
    rng = np.random.default_rng((request.seed, SETTINGS.index(scene.setting)))
    tones = tones_for(scene.light, scene.weather, scene.mood, scene.palette)
    easel = Easel(scene, request, rng, tones)
    # imported when asked for: a child process draws one setting only
    return import_module(f"drawing.settings.{scene.setting}").paint(easel)
