"""Letters in a picture, found and read by PP-OCR's two small networks.

The networks are files of the package ``rapidocr`` (Apache-2.0); OpenCV runs them, so that no other engine for
networks is needed. Finding alone mistakes spokes and lit windows for writing; what is found counts as letters
only if the second network can read it.
"""

import importlib.util
import threading
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

_FINDER, _READER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
_LONG_SIDE = 512
_LINE, _LONGEST_LINE = 48, 480
_PIXEL, _BOX = 0.3, 0.5
"""From which probability on a pixel, and a whole box, is text: the finder's usual thresholds."""
_GROW = 1.6
"""Boxes are found shrunk and grown by so much (Liao and others, "Real-time scene text detection with
differentiable binarization", 2020)."""
_SMALLEST, _TALLEST = 0.001, 0.25
"""Smaller boxes, as shares of the picture, can't be read; taller ones, as shares of a side, are no line."""
_CHARACTERS, _SURE = 3, 0.6
"""A line counts if so many different characters are read in it, and with this mean probability: a fence or a
row of trees reads as one letter again and again."""

# A network holds the picture that it works on: one at a time.
_alone = threading.Lock()


def lettering(rgb: NDArray[np.uint8]) -> float:
    """The share of an ``(height, width, 3)`` RGB picture that readable lines of text cover."""
    with _alone:
        found = _find(rgb)
        return sum(share for share, box in found if _is_read(rgb, box))


def _find(rgb: NDArray[np.uint8]) -> list[tuple[float, cv2.typing.RotatedRect]]:
    """Boxes that may be lines of text: the share of the picture, and where, in pixels."""
    height, width = rgb.shape[:2]
    scale = _LONG_SIDE / max(height, width)
    across, down = (max(32, round(side * scale / 32) * 32) for side in (width, height))
    finder = _network(_FINDER)
    finder.setInput(_blob(rgb, (across, down)))
    likely = finder.forward()[0, 0]
    outlines, _ = cv2.findContours(
        (likely > _PIXEL).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    found: list[tuple[float, cv2.typing.RotatedRect]] = []
    for outline in outlines:
        (x, y), (wide, tall), angle = cv2.minAreaRect(outline)
        share = wide * tall / likely.size
        if share < _SMALLEST or min(wide, tall) > _TALLEST * min(across, down):
            continue
        inside = np.zeros(likely.shape, np.uint8)
        cv2.drawContours(inside, [outline], -1, 1, -1)
        if likely[inside > 0].mean() < _BOX:
            continue
        grow = wide * tall * _GROW / (wide + tall)
        sx, sy = width / across, height / down
        found.append((share, ((x * sx, y * sy), ((wide + grow) * sx, (tall + grow) * sy), angle)))
    return found


def _is_read(rgb: NDArray[np.uint8], box: cv2.typing.RotatedRect) -> bool:
    corners = cv2.boxPoints(box).astype(np.float32)
    wide, tall = box[1]
    if wide < tall:
        corners, wide, tall = np.roll(corners, 1, 0), tall, wide
    length = int(np.clip(_LINE * wide / max(tall, 1.0), _LINE, _LONGEST_LINE))
    line = np.array([[0, _LINE], [0, 0], [length, 0], [length, _LINE]], np.float32)
    upright = np.zeros((_LINE, _LONGEST_LINE, 3), np.uint8)
    turn = cv2.getPerspectiveTransform(corners, line)
    upright[:, :length] = cv2.warpPerspective(rgb, turn, (length, _LINE))
    reader = _network(_READER)
    reader.setInput(_blob(upright, (_LONGEST_LINE, _LINE)))
    steps = reader.forward()[0]
    # Connectionist temporal classification: class 0 is a gap, and a character that stays is one.
    best = steps.argmax(1)
    characters = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
    different = len(set(best[characters]))
    return different >= _CHARACTERS and float(steps.max(1)[characters].mean()) >= _SURE


def _blob(rgb: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.float32]:
    blob = cv2.dnn.blobFromImage(rgb, 1 / 127.5, size, (127.5, 127.5, 127.5), swapRB=True)
    return np.asarray(blob, np.float32)


@cache
def _network(name: str) -> cv2.dnn.Net:
    package = importlib.util.find_spec("rapidocr")
    assert package
    assert package.submodule_search_locations
    return cv2.dnn.readNetFromONNX(str(Path(package.submodule_search_locations[0]) / "models" / name))
