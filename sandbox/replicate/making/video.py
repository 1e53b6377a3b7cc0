"""Video: drawn by the drawing engine, or a camera's move over a picture."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from media.encoder import Encoding, encode_frames
from sandbox.replicate.making.circumstances import Circumstances, Failed, Made
from sandbox.replicate.making.pictures import (
    PALETTES,
    VARIANTS,
    Picture,
    drift,
    fetch_picture,
    landscape,
    nearest_shape,
)
from sandbox.replicate.orders import Order

# As the outputs of models are: a stream of other parameters than this project's own.
ENCODING = Encoding(crf=23, preset="ultrafast", level="5.0", keyint=250, b_frames=0)
ROOT = Path(__file__).parents[3]
LOOKED_AT_EVERY_S = 0.2
DESCRIPTION_LIMIT = 4000
MOST_COLOURS = 12


def make_video(order: Order, directory: Path, circumstances: Circumstances) -> Made:
    """One MP4 of the length, size and rate that were ordered, as `output.mp4`."""
    destination = directory / "output.mp4"
    if order.references and order.image:
        raise Failed("reference_images can't be combined with a first frame image")
    # They are looked at and no more: what is drawn follows the prompt.
    seen = [fetch_picture(reference) for reference in order.references]
    referring = [f"{len(seen)} reference images read"] if seen else []
    if order.image:
        picture = fetch_picture(order.image)
        width, height = nearest_shape(picture, order.shapes)
        move(picture, width, height, order, destination, circumstances)
        return Made([destination], [f"{order.frames} frames over the picture that was given"])
    if circumstances.quick:
        # Linked, since there may be thousands; whatever spoils a file puts another one in its place.
        destination.hardlink_to(_cached(order, circumstances))
        return Made([destination], [f"{order.frames} frames, from a cache", *referring])
    draw(order, order.frames, destination, circumstances)
    return Made([destination], [f"{order.frames} frames drawn", *referring])


def move(
    picture: Picture, width: int, height: int, order: Order, destination: Path, circumstances: Circumstances
) -> None:
    """Writes a clip of a camera's move over a picture."""
    encode_frames(
        drift(picture, width, height, order.frames, order.seed % 2**32),
        width=width,
        height=height,
        fps=order.fps,
        destination=destination,
        encoding=ENCODING,
        cancel=circumstances.stop,
    )


def draw(order: Order, frames: int, destination: Path, circumstances: Circumstances) -> None:
    """Has the drawing engine draw the prompt, in a process of its own that ends when it is stopped.

    Raises:
        Failed: it could not, or was stopped.
    """
    request = destination.with_suffix(".json")
    request.write_text(
        json.dumps(
            {
                "description": order.prompt[:DESCRIPTION_LIMIT],
                "width": order.width,
                "height": order.height,
                "frames": frames,
                "fps": order.fps,
                "palette": palette_of(order.prompt, order.seed),
                "seed": order.seed % 2**31,
            }
        )
    )
    with subprocess.Popen(
        [sys.executable, "-m", "drawing", str(request), str(destination)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while True:
            try:
                _, complaint = process.communicate(timeout=LOOKED_AT_EVERY_S)
                break
            except subprocess.TimeoutExpired:
                if circumstances.stop.is_set():
                    process.terminate()
    request.unlink()
    if process.returncode != 0:
        raise Failed(f"The drawing failed: {complaint.strip() or process.returncode}")


def palette_of(prompt: str, variant: int) -> list[str]:
    """The colours that a prompt names as #rrggbb, or some of ours."""
    named = list(dict.fromkeys(re.findall(r"#[0-9a-fA-F]{6}\b", prompt)))
    return named[:MOST_COLOURS] or list(PALETTES[variant % len(PALETTES)])


def _cached(order: Order, circumstances: Circumstances) -> Path:
    """A clip of the size, length, rate and colours, one of `VARIANTS` by the prompt; made once."""
    look = sum(order.prompt.encode(), order.seed)
    palette, variant = palette_of(order.prompt, look // VARIANTS), look % VARIANTS
    kept = f"{order.width}x{order.height}-{order.frames}-{order.fps}-{'-'.join(palette)}-{variant}.mp4"
    circumstances.cache.mkdir(parents=True, exist_ok=True)
    clip = circumstances.cache / kept.replace("#", "")
    if not clip.exists():
        picture = landscape(order.width, order.height, palette, variant)
        move(picture, order.width, order.height, order, clip, circumstances)
    return clip
