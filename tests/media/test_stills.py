"""Pictures of a film show the frames they claim to."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media.chart import draw_timeline
from media.errors import SourceRejected
from media.frames import frames_at
from media.stills import (
    PREVIEW_MOMENT,
    PREVIEW_STEP,
    WARNING,
    SheetScene,
    contact_sheet,
    poster,
    preview,
    preview_starts,
    thumbnail,
    timecode,
)
from tests.media.films import SIZE, film, read_number


def number_of(picture: np.ndarray) -> int:
    return read_number(picture[..., 1])


def test_frames_are_those_asked_for(clips: dict[str, Path]) -> None:
    wanted = [0, 1, 17, 33, 34, 59]
    assert [number_of(picture) for picture in frames_at(clips["red"], wanted)] == wanted
    with pytest.raises(SourceRejected, match="no frame 60"):
        frames_at(clips["red"], [60])


def test_poster_and_thumbnail(clips: dict[str, Path], tmp_path: Path) -> None:
    poster(clips["red"], 21, tmp_path / "poster.png")
    thumbnail(clips["red"], 21, 96, tmp_path / "small.jpg")
    with Image.open(tmp_path / "poster.png") as large, Image.open(tmp_path / "small.jpg") as small:
        assert number_of(np.asarray(large)) == 21
        assert large.size == (SIZE.width, SIZE.height)
        assert (small.size, small.format) == ((96, 54), "JPEG")


@pytest.mark.parametrize("count", [1, 5, 12])
def test_contact_sheet_holds_every_scene(clips: dict[str, Path], tmp_path: Path, count: int) -> None:
    scenes = [
        SheetScene(frame=4 * n, label=f"Scene {n}, with a rather long description of it")
        for n in range(count)
    ]
    contact_sheet(clips["red"], scenes, tmp_path / "sheet.png", title="A film")
    with Image.open(tmp_path / "sheet.png") as sheet:
        pixels = np.asarray(sheet.convert("RGB")).astype(int)
    red = (pixels[..., 0] > 150) & (pixels[..., 1] < 90) & (pixels[..., 2] < 90)
    # Pictures are separated by gaps, so the red area falls into one block per scene.
    rows = np.flatnonzero(np.diff(red.any(axis=1).astype(int)) == 1).size
    columns = np.flatnonzero(np.diff(red.any(axis=0).astype(int)) == 1).size
    assert rows * columns >= count > (rows - 1) * columns


def test_a_flagged_scene_is_marked(clips: dict[str, Path], tmp_path: Path) -> None:
    def warned(scene: SheetScene) -> int:
        contact_sheet(clips["blue"], [scene], tmp_path / "sheet.png")
        with Image.open(tmp_path / "sheet.png") as sheet:
            return int((np.asarray(sheet.convert("RGB")) == WARNING).all(axis=2).sum())

    assert warned(SheetScene(frame=4, label="A scene", note="sharpness 0.74", mark="take 2")) == 0
    assert (
        warned(SheetScene(frame=4, label="A scene", note="sharpness 0.08", mark="blurred", flagged=True))
        > 900
    )


def test_timecode() -> None:
    assert [timecode(frame) for frame in (0, 29, 30, 1835)] == [
        "00:00:00",
        "00:00:29",
        "00:01:00",
        "01:01:05",
    ]


def test_timeline_chart_shows_overlays_where_they_are(tmp_path: Path) -> None:
    timeline, labels = film(), ["Dawn", "Kitchen", "Steam", "A very long label that must be shortened", "End"]
    draw_timeline(timeline, labels, tmp_path / "with.png", waveform=np.linspace(0, 1, 50, dtype=np.float32))
    draw_timeline(film(overlays=timeline.overlays[:2]), labels, tmp_path / "without.png")
    with Image.open(tmp_path / "with.png") as image, Image.open(tmp_path / "without.png") as fewer:
        assert image.width == fewer.width == 1600
        assert image.height > fewer.height
        brand = np.all(np.abs(np.asarray(image.convert("RGB")).astype(int) - (0xC2, 0x41, 0x0C)) < 6, axis=-1)
    columns = np.flatnonzero(brand.any(axis=0))
    start, end = (132 + (1600 - 132 - 40) * frame / 215 for frame in (188, 215))
    assert columns.min() == pytest.approx(start, abs=4)
    assert columns.max() == pytest.approx(end, abs=4)


@pytest.mark.parametrize(
    ("shots", "starts"),
    [
        ([(0, 90), (90, 90), (180, 20), (200, 97)], [31, 121, 235]),
        ([(index * 60, 60) for index in range(10)], [16, 196, 376, 556]),
        ([(0, 27)], [0]),
        ([(0, 10), (10, 10), (20, 10)], [0]),
    ],
)
def test_a_preview_is_of_the_middle_of_shots_all_over_the_film(
    shots: list[tuple[int, int]], starts: list[int]
) -> None:
    assert preview_starts(shots) == starts


def test_a_preview_moves_and_begins_again(clips: dict[str, Path], tmp_path: Path) -> None:
    preview(clips["red"], [5], tmp_path / "preview.webp", width=128, height=128)
    with Image.open(tmp_path / "preview.webp") as picture:
        assert (picture.format, picture.size, picture.info["loop"]) == ("WEBP", (128, 72), 0)
        assert getattr(picture, "n_frames", 1) == PREVIEW_MOMENT // PREVIEW_STEP
        seen = []
        for number in range(PREVIEW_MOMENT // PREVIEW_STEP):
            picture.seek(number)
            seen.append(picture.convert("RGB").tobytes())
    assert len(set(seen)) == len(seen)


def test_timeline_chart_shows_the_downbeats(tmp_path: Path) -> None:
    timeline, labels = film(), [""] * 5
    drawn = []
    for name, downbeats in (("with.png", (43, 129)), ("without.png", ())):
        draw_timeline(timeline, labels, tmp_path / name, downbeats=downbeats)
        with Image.open(tmp_path / name) as image:
            drawn.append(np.asarray(image.convert("RGB")).astype(int))
    columns = np.flatnonzero((drawn[0] != drawn[1]).any(axis=(0, 2)))
    places = [132 + (1600 - 132 - 40) * frame / 215 for frame in (43, 129)]
    assert all(min(abs(column - place) for place in places) < 4 for column in columns)
    assert all(min(abs(columns - place)) < 2 for place in places)
