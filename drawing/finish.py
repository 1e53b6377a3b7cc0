"""The last step of every frame: bloom, vignette, tone curve, grain."""

import cv2
import numpy as np

_GRAIN_SIZE = 512
_STRIP_ROWS = 24


class Finish:
    """Turns a canvas into a picture. ``shadows`` is their cast (blue, green, red), near 0."""

    def __init__(
        self, width: int, height: int, *, bloom: float, grain: float, shadows: np.ndarray, seed: int
    ) -> None:
        self._size = width, height
        self._bloom = bloom
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        distance = np.hypot((x / width - 0.5) * 1.5, (y / height - 0.5) * 1.35)
        vignette = 1 - 0.42 * np.clip(distance - 0.32, 0, 1) ** 1.5
        self._vignette = cv2.merge([vignette] * 4)
        rng = np.random.default_rng(seed)
        speckle = rng.standard_normal((_GRAIN_SIZE + height, _GRAIN_SIZE + width), np.float32)
        speckle = cv2.GaussianBlur(speckle, (0, 0), 0.6)
        speckle *= grain / float(speckle.std())
        dither = rng.random(speckle.shape, np.float32) - 0.5
        self._grain = cv2.merge([(speckle * 255 + dither).astype(np.float32)] * 4)
        self._grain[..., :3] += (shadows * 255).astype(np.float32)
        self._seed = seed

    def develop(self, canvas: np.ndarray, frame: int) -> np.ndarray:
        """The finished frame, uint8 H×W×3 (blue, green, red); the canvas is used up."""
        self._add_bloom(canvas)
        rng = np.random.default_rng((self._seed, frame))
        dy, dx = rng.integers(0, _GRAIN_SIZE, 2)
        width, height = self._size
        picture = np.empty((height, width, 3), np.uint8)
        # strip by strip, so that the working set stays in the processor's cache
        for top in range(0, height, _STRIP_ROWS):
            rows = slice(top, min(top + _STRIP_ROWS, height))
            strip = _tone_curve(cv2.multiply(canvas[rows], self._vignette[rows]))
            grain = self._grain[dy + rows.start : dy + rows.stop, dx : dx + width]
            strip = np.maximum(cv2.scaleAdd(strip, 255.0, grain), 0)
            cv2.cvtColor(cv2.convertScaleAbs(strip), cv2.COLOR_BGRA2BGR, dst=picture[rows])
        return picture

    def _add_bloom(self, canvas: np.ndarray) -> None:
        width, height = self._size
        small = cv2.resize(canvas, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        bright = np.maximum(small - 0.86, 0)
        near = cv2.GaussianBlur(bright, (0, 0), height / 200)
        tiny = cv2.resize(bright, (width // 16, height // 16), interpolation=cv2.INTER_AREA)
        wide = cv2.GaussianBlur(tiny, (0, 0), max(width, height) / 16 / 14)
        near += 1.1 * cv2.resize(wide, (near.shape[1], near.shape[0]), interpolation=cv2.INTER_CUBIC)
        cv2.scaleAdd(cv2.resize(near, (width, height)), self._bloom, canvas, dst=canvas)


def _tone_curve(light: np.ndarray) -> np.ndarray:
    """A filmic shoulder: nearly straight to 0.6, 1.0 only reached at about 1.9.

    Rational curve ``x (a x + b) / (x (c x + d) + e)`` in the form of Narkowicz's fit of the ACES curve, with
    constants fitted for values that already carry display gamma.
    """
    light = np.clip(light, 0, 1.9)
    a, b, c, d, e = 0.808, 0.789, 1.097, -0.3236, 1.0
    numerator = light * np.float32(a)
    numerator += np.float32(b)
    numerator *= light
    denominator = light * np.float32(c)
    denominator += np.float32(d)
    denominator *= light
    denominator += np.float32(e)
    return cv2.divide(numerator, denominator)
