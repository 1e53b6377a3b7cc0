"""Faults of outputs: files that are there and are not what was ordered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path

import av
import numpy as np

from media import encoder
from media.encoder import encode_frames
from media.frames import frames_at
from sandbox.replicate.faults import FaultName
from sandbox.replicate.making.circumstances import Circumstances
from sandbox.replicate.making.video import ENCODING
from sandbox.replicate.models import Kind
from sandbox.replicate.orders import Order

DEADLINE_S = 120.0
# So much of a file stays as it was that it is still known by its first bytes.
SPARED_BYTES = 64


def spoil(path: Path, order: Order, circumstances: Circumstances) -> None:
    """Puts the faults that are wanted into a file, as far as its kind can have them."""
    for name in circumstances.spoiled:
        if order.kind == "video" or name in _OF_SOUND.get(order.kind, ("corrupt_output",)):
            _WAYS[name](path, order)


def _corrupt(path: Path, order: Order) -> None:
    """Either noise in place of what it holds, or its first half alone; by the seed."""
    content = path.read_bytes()
    if order.seed % 2:
        content = content[: len(content) // 2]
    else:
        noise = np.random.default_rng(order.seed % 2**32).bytes(max(0, len(content) - SPARED_BYTES))
        content = content[:SPARED_BYTES] + noise
    path.unlink()
    path.write_bytes(content)


def _shorten(path: Path, order: Order) -> None:
    half = path.with_name(f"half-{path.name}")
    length = ["-frames:v", str(max(1, order.frames // 2))]
    if order.kind != "video":
        with av.open(str(path)) as container:
            length = ["-t", str((container.duration or 0) / av.time_base / 2)]
    encoder.run(["-i", str(path), *length, "-c", "copy", str(half)], deadline_s=DEADLINE_S)
    half.replace(path)


def _blacken(path: Path, order: Order) -> None:
    width, height, frames = _shape(path)
    _again(path, order, repeat(np.zeros((height, width, 3), np.uint8), frames), width, height)


def _freeze(path: Path, order: Order) -> None:
    width, height, frames = _shape(path)
    [first] = frames_at(path, [0])
    still = np.ascontiguousarray(first[:, :, ::-1])
    _again(path, order, repeat(still, frames), width, height)


def _again(
    path: Path, order: Order, frames: repeat[np.ndarray] | Iterator[np.ndarray], width: int, height: int
) -> None:
    encode_frames(frames, width=width, height=height, fps=order.fps, destination=path, encoding=ENCODING)


def _shape(path: Path) -> tuple[int, int, int]:
    """Width, height and number of frames."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.width, stream.height, sum(1 for _ in container.decode(stream))


_WAYS: dict[FaultName, Callable[[Path, Order], None]] = {
    "short_output": _shorten,
    "black_output": _blacken,
    "frozen_output": _freeze,
    "corrupt_output": _corrupt,
}
_OF_SOUND: dict[Kind, tuple[FaultName, ...]] = dict.fromkeys(
    ("music", "voice"), ("corrupt_output", "short_output")
)
