"""A rendered segment as an ffmpeg filter graph, expressed with ffmpeg-python."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ffmpeg

from media.encoder import FPS, Encoding
from media.overlays import Layer
from media.segments import Segment
from media.timeline import Timeline

_XFADE = {"crossfade": "fade", "wipe": "smoothleft", "dip": "fadeblack"}


def render_arguments(
    segment: Segment,
    timeline: Timeline,
    clips: Mapping[str, Path],
    layers: Sequence[Layer],
    pictures: Path,
    encoding: Encoding,
    destination: Path,
) -> list[str]:
    """ffmpeg's arguments that render one segment.

    Args:
        layers: those that are seen in the segment, from bottom to top.
        pictures: the folder for the layers' PNGs.
    """
    shot = timeline.shots[segment.shot]
    picture = _leg(clips[shot.clip], segment.first, segment.frames)
    if segment.transition is not None:
        frames = segment.transition.frames
        outgoing = _leg(clips[timeline.shots[segment.shot - 1].clip], segment.previous_first, frames)
        picture = ffmpeg.filter(
            [outgoing, picture],
            "xfade",
            transition=_XFADE[segment.transition.kind],
            duration=f"{frames / FPS:.6f}",
            offset="0",
        )
    for layer in layers:
        picture = _over(picture, layer, layer.saved(pictures), segment)
    picture = (
        picture.filter("trim", end_frame=segment.frames)
        .filter("format", "yuv420p")
        .filter("setsar", 1)
        .filter("setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
    )
    output: Any = ffmpeg.output(picture, str(destination), an=None, **encoding.options())
    # One thread for each filter: segments are rendered side by side instead.
    return ["-filter_threads", "1", "-filter_complex_threads", "1", *output.compile()[1:]]


def _leg(clip: Path, first: int, frames: int) -> Any:
    """Frames ``[first, first + frames)`` of a clip, numbered from 0, with a constant rate for xfade."""
    # Half a frame early: the seek must neither miss the frame nor take the one before.
    source = ffmpeg.input(str(clip), ss=f"{max(0.0, first - 0.5) / FPS:.6f}", threads=1)
    return (
        source.video.filter("trim", end_frame=frames)
        .filter("setpts", "PTS-STARTPTS")
        .filter("fps", FPS)
        .filter("settb", "AVTB")
    )


def _over(picture: Any, layer: Layer, image: Path, segment: Segment) -> Any:
    """Lay a picture over the film: it fades and climbs in, and fades out."""
    begins = layer.start - segment.start
    skipped = max(0, -begins)
    # What was shown before the segment need not be made again, once the fade is over.
    unmade = skipped if skipped >= layer.fade_in else 0
    frames = layer.frames - unmade
    still = (
        ffmpeg.input(str(image), framerate=FPS)
        .filter("scale", out_color_matrix="bt709", out_range="tv")
        .filter("format", "yuva420p")
        .filter("loop", loop=frames - 1, size=1)
        .filter("setpts", f"N/{FPS}/TB")
    )
    if layer.fade_in and not unmade:
        still = still.filter("fade", type="in", start_frame=0, nb_frames=layer.fade_in, alpha=1)
    if layer.fade_out:
        start = frames - layer.fade_out
        still = still.filter("fade", type="out", start_frame=start, nb_frames=layer.fade_out, alpha=1)
    still = (
        still.filter("trim", start_frame=skipped - unmade)
        .filter("setpts", f"(N+{max(0, begins)})/{FPS}/TB")
        .filter("settb", "AVTB")
    )
    y = str(layer.picture.y)
    if layer.picture.rise:
        # Ease out: fast at first, then settling (a cubic).
        y = f"{y}+{layer.picture.rise}*pow(max(0,1-(n-{begins})/{layer.fade_in * 1.6 or 1}),3)"
    return ffmpeg.overlay(picture, still, x=layer.picture.x, y=y, eof_action="pass")
