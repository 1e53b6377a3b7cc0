"""Draws docs/images/three-ratios.jpg: shots of the built-in source with their crops, and what these show.

.venv/bin/python scripts/reframing_picture.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from drawing.request import SceneRequest  # noqa: E402 - the checkout is found by the line before
from media.frames import frames_at  # noqa: E402
from media.reframe import Framing  # noqa: E402
from media.reframing import framing_of, reframed_picture  # noqa: E402
from media.stills import BACKGROUND  # noqa: E402
from media.timeline import Size  # noqa: E402

PICTURE = ROOT / "docs/images/three-ratios.jpg"
SHOTS = (
    "Slow push-in: a city bike at eye level on a city street, a low sunrise, restless, vibrant motion.",
    "Slow push-in: hiking boots alone in a wide frame on a boulder below jagged peaks, the light of sunset.",
    "Long dolly out: a sports car small in the frame on an empty highway, warm golden light, energetic.",
)
FRAMES, SHOWN, HEIGHT, GAP = 75, 45, 360, 16
WIDE = Size.for_aspect("16:9")
TARGETS = {"9:16": (255, 138, 61), "1:1": (15, 181, 174)}


def row(clip: Path) -> NDArray[np.uint8]:
    """The shot with both crops drawn into it, and beside it what they show."""
    (shot,) = frames_at(clip, [SHOWN])
    whole = Image.fromarray(shot)
    pictures: list[Image.Image] = []
    for aspect, colour in TARGETS.items():
        target = Size.for_aspect(aspect)  # pyright: ignore[reportArgumentType]
        framing = framing_of(clip, target)
        _outline(whole, framing, colour)
        made = reframed_picture(_planes(clip), framing, framing.offsets[SHOWN], target)
        frame = av.VideoFrame.from_ndarray(made, format="yuv420p")
        pictures.append(Image.fromarray(frame.to_ndarray(format="rgb24")))
    gap = np.full((HEIGHT, GAP, 3), BACKGROUND, np.uint8)
    parts = [np.asarray(_scaled(picture)) for picture in (whole, *pictures)]
    return np.hstack([parts[0], gap, parts[1], gap, parts[2]])


def _outline(picture: Image.Image, framing: Framing, colour: tuple[int, int, int]) -> None:
    left = round(framing.offsets[SHOWN])
    box = (left + 3, 3, left + framing.window - 4, picture.height - 4)
    ImageDraw.Draw(picture).rectangle(box, outline=colour, width=7)


def _planes(clip: Path) -> NDArray[np.uint8]:
    with av.open(str(clip)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number == SHOWN:
                return frame.to_ndarray(format="yuv420p").astype(np.uint8, copy=False)
    raise SystemExit(f"{clip.name} has no frame {SHOWN}: draw it again.")


def _scaled(picture: Image.Image) -> Image.Image:
    return picture.resize((round(picture.width * HEIGHT / picture.height), HEIGHT), Image.Resampling.LANCZOS)


def main() -> None:
    """Draws the shots and the picture of them."""
    rows: list[NDArray[np.uint8]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, description in enumerate(SHOTS):
            order, clip = Path(folder, f"{number}.json"), Path(folder, f"{number}.mp4")
            request = SceneRequest(
                description=description,
                width=WIDE.width,
                height=WIDE.height,
                frames=FRAMES,
                palette=("#0fb5ae", "#ff8a3d", "#1e2a4a", "#f4efe6", "#6b7a99"),
                seed=number + 7,
            )
            order.write_text(request.model_dump_json())
            subprocess.run(
                [sys.executable, "-m", "drawing", str(order), str(clip)],
                cwd=ROOT,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            rows.append(row(clip))
    gap = np.full((GAP, rows[0].shape[1], 3), BACKGROUND, np.uint8)
    page = np.vstack([part for drawn in rows for part in (drawn, gap)][:-1])
    Image.fromarray(page).save(PICTURE, quality=88)


if __name__ == "__main__":
    main()
