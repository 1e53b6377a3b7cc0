"""Seeded noise: fractal fields and profiles, all values from 0 to 1 unless said otherwise."""

import cv2
import numpy as np

Field = np.ndarray
"""float32 array."""


def fractal(
    height: int,
    width: int,
    rng: np.random.Generator,
    *,
    cells: tuple[float, float] = (4.0, 4.0),
    octaves: int = 5,
    gain: float = 0.5,
) -> Field:
    """Fractal Brownian motion: octaves of smooth value noise, each twice as fine and ``gain`` as strong.

    ``cells`` is how many of the largest features fit across the (height, width). Stretched to fill 0..1.
    """
    total = np.zeros((height, width), np.float32)
    amplitude, rows, columns = 1.0, cells[0], cells[1]
    for _ in range(octaves):
        grid = rng.random((max(2, round(rows) + 3), max(2, round(columns) + 3)), dtype=np.float32)
        if grid.shape[0] > height * 2 or grid.shape[1] > width * 2:
            break
        total += amplitude * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        amplitude, rows, columns = amplitude * gain, rows * 2, columns * 2
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-6)


def tile(size: int, rng: np.random.Generator, *, slope: float = 1.6) -> Field:
    """A square of noise that repeats without a seam, of zero mean and unit deviation.

    White noise filtered in the frequency domain by ``frequency ** -slope``.
    """
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) * frequency**-slope
    field = np.fft.irfft2(spectrum, s=(size, size)).astype(np.float32)
    return (field - field.mean()) / field.std()


def profile(
    width: int, rng: np.random.Generator, *, cells: float, octaves: int = 7, gain: float = 0.5
) -> Field:
    """A line of fractal noise ``width`` long, from 0 to 1."""
    return fractal(2, width, rng, cells=(1, cells), octaves=octaves, gain=gain)[0]


def peaks(
    width: int, rng: np.random.Generator, *, cells: float, octaves: int = 7, gain: float = 0.48
) -> Field:
    """A line of sharp summits: ridged noise, ``1 - |2n - 1|`` per octave."""
    total = np.zeros(width, np.float32)
    amplitude = 1.0
    positions = np.linspace(0, 1, width, dtype=np.float32)
    for _ in range(octaves):
        knots = round(cells) + 2
        heights = rng.random(knots).astype(np.float32)
        heights[::2] *= 0.35
        places = np.linspace(0, 1, knots) + rng.uniform(-0.3, 0.3, knots) / knots
        total += amplitude * np.interp(positions, places, heights).astype(np.float32)
        amplitude, cells = amplitude * gain, cells * 2.1
    return (total - total.min()) / max(float(np.ptp(total)), 1e-6)


def smoothstep(low: np.ndarray | float, high: np.ndarray | float, value: np.ndarray | float) -> np.ndarray:
    """Hermite step from 0 at ``low`` to 1 at ``high``."""
    x = np.clip((np.asarray(value, np.float32) - low) / (high - low), 0, 1)
    return x * x * (3 - 2 * x)
