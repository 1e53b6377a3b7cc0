"""From a request to frames."""

from collections.abc import Iterator

import cv2
import numpy as np

from drawing.camera import pose
from drawing.canvas import Layer, Moment, Plate
from drawing.finish import Finish
from drawing.request import SceneRequest
from drawing.scene import scene_for
from drawing.settings import Stage, build

_STRENGTH = {
    "calm": 0.85,
    "energetic": 1.25,
    "luxurious": 0.8,
    "playful": 1.1,
    "dramatic": 1.1,
    "nostalgic": 0.85,
    "futuristic": 1.1,
}


def render(request: SceneRequest) -> Iterator[np.ndarray]:
    """Draw a scene: yields exactly ``request.frames`` arrays, height × width × 3 uint8 (blue, green, red).

    The same request gives the same bytes; a frame depends on no other frame and on no thread count.
    """
    cv2.setNumThreads(1)
    scene = scene_for(request)
    stage = build(scene, request)
    finish = Finish(
        request.width, request.height, bloom=stage.bloom, grain=0.007,
        shadows=stage.shot.tones.shade * 0.035, seed=request.seed % (1 << 32),
    )  # fmt: skip
    size = (request.width, request.height)
    canvas = np.zeros((request.height, request.width, 4), np.float32)
    for frame in range(request.frames):
        progress = frame / max(request.frames - 1, 1)
        seconds = frame / request.fps
        move = pose(scene.camera, progress, seconds, size, _STRENGTH[scene.mood] * stage.travel)
        now = Moment(seconds, progress, move, (request.width / 2, request.height * stage.eye), size)
        _paint(canvas, stage, now)
        yield finish.develop(canvas, frame)


def _paint(canvas: np.ndarray, stage: Stage, now: Moment) -> None:
    """Paint far to near; rows that a nearer plate covers wholly are left out."""
    bottom = canvas.shape[0]
    limits: list[int] = []
    for layer in reversed(stage.layers):
        limits.append(bottom)
        if isinstance(layer, Plate):
            bottom = min(bottom, max(layer.solid_row(now), 0))
    for layer, limit in zip(stage.layers, reversed(limits), strict=True):
        whole = limit >= canvas.shape[0] or not _croppable(layer)
        layer.paint(canvas if whole else canvas[:limit], now)


def _croppable(layer: Layer) -> bool:
    return isinstance(layer, Plate)
