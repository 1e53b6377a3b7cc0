"""What the quality gate lets pass and what it refuses: honest clips, and clips broken in seven ways.

The honest ones are drawn for scenes of twelve films, night and fog and calm among them; the broken ones are
made by ffmpeg of a clip of every second film. Each is judged by the limits that Reelflow has by default, with
no letters wanted. What is asked: how many honest ones are refused, and how many of each broken kind, for what
it is.

Run with ``python -m bench gate``, or ``python -m bench.gate --clips DIRECTORY`` to draw into a directory and
use it again.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from random import Random

from bench.harness import Result, publish, result
from blocks.clip_source import ClipRequest
from flows.generation.film import clip_requests
from media.encoder import HOUSE, run
from media.quality.measuring import measure
from media.quality.thresholds import Thresholds
from media.quality.verdict import Verdict, Wanted, judge
from media.timeline import Size
from planning.brief import read_brief
from planning.builtin import BuiltinPlanner

PROMPTS = (
    "A red electric bike for the city, rides like the wind, at night in the rain",
    "Calm herbal tea, a misty morning by a lake, slow and quiet",
    "A neon synthwave song about driving through the night",
    "Running shoes on a mountain trail at dawn",
    "A perfume bottle, elegant, in a dark studio",
    "Fresh orange juice, bright beach, summer, fun",
    "A lullaby about stars and the sea",
    "Coffee: slow mornings in a snowy cabin",
    "Abstract ambient song without anything",
    "A guitar ballad in a foggy forest",
    "A watch in black and gold. Buy now",
    "Rocket into space, epic",
)
SONGS = ("song", "lullaby", "ballad")
ASPECTS = ("16:9", "9:16", "1:1")
EACH, FRAMES = 3, 60

_FONT = resources.files("font_manrope") / "files" / "Manrope-Bold.ttf"
FILTERS = {
    "black": "lutyuv=y=16:u=128:v=128",
    "frozen": f"trim=end_frame=1,loop={FRAMES - 1}:1,setpts=N/30/TB",
    "blurred": "gblur=sigma=8",
    "off_palette": "colorchannelmixer=rr=1:rg=0.4:gg=0.1:bb=0.7:bg=0.5",
    "lettered": f"drawtext=fontfile={_FONT}:text='Sale now':fontsize=h/12:fontcolor=white:x=w/8:y=h/3",
}
KINDS = ("black", "frozen", "short", "corrupt", "blurred", "off_palette", "lettered")


@dataclass(frozen=True)
class _Judged:
    clip: str
    verdict: Verdict
    milliseconds: float

    @property
    def faults(self) -> set[str]:
        return {fault.name for fault in self.verdict.faults}


def orders() -> dict[str, ClipRequest]:
    """Three clips of each film, two seconds long, by name."""
    found: dict[str, ClipRequest] = {}
    for index, prompt in enumerate(PROMPTS):
        song = any(word in prompt for word in SONGS)
        brief = read_brief(
            {
                "prompt": prompt,
                "job_type": "music_video" if song else "ad_creative",
                "aspect": ASPECTS[index % len(ASPECTS)],
                "seed": index,
                "brand_colors": ["#e4002b", "#101820"] if index % 4 == 0 else [],
            }
        )
        planned = clip_requests(BuiltinPlanner().plan(brief), Size.for_aspect(brief.aspect))
        Random(index).shuffle(planned)
        for number, order in enumerate(planned[:EACH]):
            found[f"{index:02d}_{number}"] = order.model_copy(update={"frames": FRAMES, "cuts": ()})
    return found


def draw(order: ClipRequest, clip: Path) -> None:
    """Draws a clip, unless it is there."""
    if clip.exists():
        return
    request = clip.with_suffix(".json")
    request.write_text(
        order.model_dump_json(include={"description", "width", "height", "frames", "palette", "seed"})
    )
    subprocess.run(
        [sys.executable, "-m", "drawing", str(request), str(clip)], check=True, stdout=subprocess.DEVNULL
    )


def spoil(clip: Path, kind: str, destination: Path) -> Path:
    """The clip, broken in one way."""
    if kind == "corrupt":
        content = bytearray(clip.read_bytes())
        # Its second half is lost, as where a download stops and the rest of the file is empty.
        half = len(content) // 2
        content[half:] = bytes(len(content) - half)
        destination.write_bytes(content)
    else:
        change = FILTERS.get(kind, f"trim=end_frame={FRAMES // 3}")
        args = ["-i", str(clip), "-vf", f"{change},format=yuv420p", *HOUSE.arguments(()), str(destination)]
        run(args, deadline_s=300)
    return destination


def judged(clip: Path, order: ClipRequest) -> _Judged:
    wanted = Wanted(frames=order.frames, width=order.width, height=order.height)
    measures = measure(clip, order.palette)
    return _Judged(clip.stem, judge(measures, wanted, Thresholds()), measures.milliseconds)


def main(folder: Path | None = None) -> None:
    """Draws, breaks, judges, and publishes the figures."""
    with tempfile.TemporaryDirectory() as temporary:
        clips = folder or Path(temporary)
        clips.mkdir(exist_ok=True)
        ordered = orders()
        for name, order in ordered.items():
            draw(order, clips / f"{name}.mp4")
        honest = [judged(clips / f"{name}.mp4", order) for name, order in ordered.items()]
        spoiled = {
            kind: [
                judged(spoil(clips / f"{name}.mp4", kind, Path(temporary) / f"{name}_{kind}.mp4"), order)
                for name, order in list(ordered.items())[:: 2 * EACH]
            ]
            for kind in KINDS
        }
    publish("gate", [*_honest(honest), *(_spoiled(kind, found) for kind, found in spoiled.items())])


def _honest(found: list[_Judged]) -> list[Result]:
    refused = [each for each in found if not each.verdict.accepted]
    for each in refused:
        print(f"{each.clip}: {each.verdict.cause}")
    return [
        result("honest clips", len(found), "clips"),
        result("honest clips refused", len(refused), "clips", target="0", met=not refused),
        result("to measure a clip of 2 s at 720p", statistics.median(e.milliseconds for e in found), "ms"),
    ]


def _spoiled(kind: str, found: list[_Judged]) -> Result:
    caught = [each for each in found if kind in each.faults]
    for each in found:
        if kind not in each.faults:
            print(f"{each.clip} passed as {sorted(each.faults) or 'good'}")
    metric = f"{kind}: refused as such, of {len(found)}"
    return result(metric, len(caught), "clips", target=f"{len(found)}", met=len(caught) == len(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, help="directory of drawn clips, to be kept")
    main(parser.parse_args().clips)
