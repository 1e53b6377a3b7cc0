"""A timeline drawn as a picture: shots, transitions, overlays and sound against seconds."""

import colorsys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from media.contrast import INK, WHITE, Rgb, ratio, rgb
from media.encoder import FPS
from media.files import written_whole
from media.lettering import DEFAULT_BRAND
from media.stills import BACKGROUND, FAINT, TEXT
from media.timeline import TextOverlay, Timeline
from media.typography import ELLIPSIS, Face, clusters, drawable

_WIDTH, _LEFT, _RIGHT, _TOP = 1600, 132, 40, 104
_SHOT, _TRACK, _SOUND, _GAP = 104, 42, 96, 14
# Everything is drawn at twice the size and scaled down: Pillow's shapes have hard edges.
_DRAWN = 2
_PANEL: Rgb = (24, 27, 36)
_GRID: Rgb = (44, 49, 62)
_NAMES = {
    "title": "Title",
    "caption": "Caption",
    "cta": "Call to action",
    "logo": "Logo",
    "subtitle": "Captions",
}
_TICKS = (1, 2, 5, 10, 15, 30, 60)


def draw_timeline(
    timeline: Timeline,
    labels: Sequence[str],
    destination: Path,
    *,
    waveform: NDArray[np.float32] | None = None,
    downbeats: Sequence[int] = (),
    pictures: Sequence[NDArray[np.uint8]] | None = None,
    title: str = "",
) -> None:
    """Draw a timeline as PNG or JPEG, 1600 pixels wide.

    Args:
        labels: one for each shot.
        waveform: the film's sound as peaks from 0 to 1, evenly spread over its length; any number.
        downbeats: the film's frames at which bars of its music begin.
        pictures: one RGB frame ``(height, width, 3)`` for each shot, shown in its block.

    Raises:
        DiskFull: there is no room.
    """
    chart = _Chart(timeline)
    chart.head(title)
    chart.shots(labels, pictures)
    for name, bars in _tracks(timeline).items():
        chart.track(name, bars)
    if timeline.soundtrack is not None:
        chart.sound(waveform, downbeats)
    with written_whole(destination) as temporary:
        chart.finished().save(temporary)


class _Bar(NamedTuple):
    """Something on a track, with what is written on it."""

    start: int
    frames: int
    words: str


def _tracks(timeline: Timeline) -> dict[str, list[_Bar]]:
    """What lies over and beside the picture, by the name of its track; none is empty."""
    tracks: dict[str, list[_Bar]] = {name: [] for name in _NAMES.values()}
    for overlay in timeline.overlays:
        words = overlay.text if isinstance(overlay, TextOverlay) else overlay.corner.replace("_", " ")
        tracks[_NAMES[overlay.kind]].append(_Bar(overlay.start, overlay.frames, words))
    if timeline.subtitles and not tracks["Captions"]:
        tracks["Captions"] = [_Bar(cue.start, cue.frames, cue.text) for cue in timeline.subtitles.cues]
    tracks["Voice"] = [_Bar(part.start, part.frames, "") for part in timeline.voice]
    return {name: bars for name, bars in tracks.items() if bars}


class _Chart:
    """The picture in the making; ``_y`` is where the next track begins."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        tracks = len(_tracks(timeline))
        sound = _SOUND + _GAP if timeline.soundtrack else 0
        self._bottom = _TOP + _SHOT + _GAP + tracks * (_TRACK + _GAP) + sound
        self._image = Image.new("RGB", (_WIDTH * _DRAWN, (self._bottom + 30) * _DRAWN), BACKGROUND)
        self._draw = ImageDraw.Draw(self._image)
        brand = rgb(timeline.palette[0]) if timeline.palette else DEFAULT_BRAND
        self._hue, _, self._saturation = colorsys.rgb_to_hls(*(value / 255 for value in brand))
        self._brand = brand
        self._y = _TOP

    def finished(self) -> Image.Image:
        return self._image.resize((_WIDTH, self._bottom + 30), Image.Resampling.LANCZOS)

    def head(self, title: str) -> None:
        """Title, facts, and the ruler with its lines through all tracks."""
        timeline = self._timeline
        facts = f"{timeline.duration_s:.1f} s · {timeline.frames} frames · {len(timeline.shots)} shots · "
        facts += f"{timeline.size.width}×{timeline.size.height}"
        self._text(title or "Timeline", _LEFT, 44, Face("Bold", 24 * _DRAWN), TEXT, _WIDTH * 0.6)
        small = Face("Medium", 15 * _DRAWN)
        self._text(facts, _WIDTH - _RIGHT - small.width(facts) / _DRAWN, 44, small, FAINT)
        step = next((s for s in _TICKS if timeline.duration_s / s <= 16), 60)
        for second in range(0, int(timeline.duration_s) + 1, step):
            x = self._x(second * FPS)
            self._box(x, _TOP - 16, x + 1, self._bottom - _GAP, _GRID)
            label = f"{second // 60}:{second % 60:02d}"
            face = Face("Medium", 13 * _DRAWN)
            self._text(label, x - face.width(label) / _DRAWN / 2, _TOP - 24, face, FAINT)

    def shots(self, labels: Sequence[str], pictures: Sequence[NDArray[np.uint8]] | None) -> None:
        self._name("Shots", _SHOT)
        for index, (shot, start) in enumerate(zip(self._timeline.shots, self._timeline.starts, strict=True)):
            left, right = self._x(start) + 1.5, self._x(start + shot.frames) - 1.5
            fill = self._tint(index)
            if pictures is not None:
                self._picture(pictures[index], left, right)
            else:
                self._box(left, self._y, right, self._y + _SHOT, fill, radius=8)
            if shot.transition.frames:
                self._wedge(left, self._x(start + shot.transition.frames))
            self._box(left, self._y + _SHOT - 36, right, self._y + _SHOT, fill, radius=8)
            ink = self._ink(fill)
            room = right - left - 14
            self._text(
                str(index + 1), left + 8, self._y + _SHOT - 13, Face("ExtraBold", 15 * _DRAWN), ink, room
            )
            self._text(
                labels[index], left + 30, self._y + _SHOT - 13, Face("SemiBold", 14 * _DRAWN), ink, room - 24
            )
        self._y += _SHOT + _GAP

    def track(self, name: str, bars: Sequence[_Bar]) -> None:
        self._name(name, _TRACK)
        self._box(_LEFT, self._y, _WIDTH - _RIGHT, self._y + _TRACK, _PANEL, radius=8)
        for bar in bars:
            left, right = self._x(bar.start), self._x(bar.start + bar.frames)
            fill = {"Call to action": self._brand, "Title": (236, 238, 244), "Voice": self._tint(1)}.get(
                name, (92, 100, 122)
            )
            self._box(left, self._y + 5, right, self._y + _TRACK - 5, fill, radius=_TRACK // 2 - 5)
            face = Face("SemiBold", 14 * _DRAWN)
            self._text(
                bar.words, left + 13, self._y + _TRACK / 2 + 5, face, self._ink(fill), right - left - 24
            )
        self._y += _TRACK + _GAP

    def sound(self, waveform: NDArray[np.float32] | None, downbeats: Sequence[int]) -> None:
        """The waveform, or a plain band, under the fades' envelope; a line at each downbeat."""
        self._name("Music", _SOUND)
        self._box(_LEFT, self._y, _WIDTH - _RIGHT, self._y + _SOUND, _PANEL, radius=8)
        soundtrack, frames = self._timeline.soundtrack, self._timeline.frames
        assert soundtrack is not None
        middle, step = self._y + _SOUND / 2, 4
        columns = np.arange(_LEFT + 2, _WIDTH - _RIGHT - 2, step)
        places = (columns - _LEFT) / (_WIDTH - _RIGHT - _LEFT)
        if waveform is None or not len(waveform):
            heights = np.minimum(places * frames / max(1, soundtrack.fade_in), 1)
            heights = 0.5 * np.minimum(heights, (1 - places) * frames / max(1, soundtrack.fade_out))
        else:
            edges = np.linspace(0, len(waveform), len(columns) + 1).astype(int)
            heights = np.array([waveform[a : max(a + 1, b)].max(initial=0) for a, b in pairwise(edges)])
        for x, height in zip(columns, np.clip(heights, 0.02, 1), strict=True):
            half = float(height) * (_SOUND / 2 - 8)
            self._box(float(x), middle - half, float(x) + 2.5, middle + half, self._tint(0), radius=1)
        for frame in downbeats:
            self._box(self._x(frame) - 0.75, self._y, self._x(frame) + 0.75, self._y + _SOUND, FAINT)
        self._y += _SOUND + _GAP

    def _x(self, frame: float) -> float:
        return _LEFT + (_WIDTH - _RIGHT - _LEFT) * frame / self._timeline.frames

    def _name(self, name: str, height: float) -> None:
        face = Face("SemiBold", 14 * _DRAWN)
        self._text(name, _LEFT - 16 - face.width(name) / _DRAWN, self._y + height / 2 + 5, face, FAINT)

    def _tint(self, index: int) -> Rgb:
        """Neighbouring shades around the brand's hue."""
        hue = (self._hue + (0.0, 0.045, -0.03)[index % 3]) % 1
        lightness = (0.56, 0.46, 0.5)[index % 3]
        red, green, blue = colorsys.hls_to_rgb(hue, lightness, max(0.25, self._saturation * 0.85))
        return round(red * 255), round(green * 255), round(blue * 255)

    def _ink(self, fill: Rgb) -> Rgb:
        return WHITE if ratio(WHITE, fill) >= ratio(INK, fill) * 0.6 else INK

    def _box(
        self, left: float, top: float, right: float, bottom: float, fill: Rgb, radius: float = 0
    ) -> None:
        corners = [round(value * _DRAWN) for value in (left, top, max(left + 1, right), bottom)]
        self._draw.rounded_rectangle(corners, radius * _DRAWN, fill=fill)

    def _picture(self, picture: NDArray[np.uint8], left: float, right: float) -> None:
        """The shot's frame over and over, like a strip of film, above the label."""
        height = (_SHOT - 20) * _DRAWN
        image = Image.fromarray(picture)
        image = image.resize(
            (max(1, round(image.width * height / image.height)), height), Image.Resampling.LANCZOS
        )
        room = round((right - left) * _DRAWN)
        strip = Image.new("RGB", (room, height))
        for x in range(0, room, image.width):
            strip.paste(image, (x, 0))
        mask = Image.new("L", strip.size)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, room - 1, height + 40), 8 * _DRAWN, fill=255)
        self._image.paste(strip, (round(left * _DRAWN), self._y * _DRAWN), mask)

    def _wedge(self, left: float, right: float) -> None:
        """A transition: the shot before gives way to this one."""
        top, bottom = self._y, self._y + _SHOT - 36
        points = [(left, top), (right, top), (left, bottom)]
        self._draw.polygon([(x * _DRAWN, y * _DRAWN) for x, y in points], fill=BACKGROUND)
        line = [(right * _DRAWN, top * _DRAWN), (left * _DRAWN, bottom * _DRAWN)]
        self._draw.line(line, fill=TEXT, width=2 * _DRAWN)

    def _text(self, words: str, x: float, y: float, face: Face, fill: Rgb, room: float | None = None) -> None:
        """One line on its baseline, shortened to its room."""
        shown, _ = drawable(words, face)
        if room is not None and face.width(shown) > room * _DRAWN:
            kept = clusters(shown)
            while kept and face.width("".join(kept) + ELLIPSIS) > room * _DRAWN:
                kept.pop()
            shown = "".join(kept).rstrip() + ELLIPSIS if kept else ""
        face.draw(self._draw, x * _DRAWN, y * _DRAWN, shown, fill)
