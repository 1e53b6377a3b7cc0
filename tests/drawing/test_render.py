"""Frames: as many as asked, the same for the same request, alive, and different where the words differ."""

from itertools import islice, pairwise

import cv2
import numpy as np
import pytest

from drawing.light import from_hex, oklab
from drawing.render import render
from drawing.request import SceneRequest
from drawing.settings.registry import SETTINGS

SIZES = {"16:9": (320, 180), "9:16": (180, 320), "1:1": (180, 180)}
PALETTE = ("#ff5a36", "#1d3557", "#ffd166")
WORDS = {
    "studio": "in a photo studio",
    "stage": "on a concert stage",
    "abstract": "abstract shapes",
    "space": "outer space",
}


def request(description: str, *, size=(320, 180), frames=6, palette=PALETTE, seed=7, fps=30) -> SceneRequest:
    return SceneRequest(
        description=description,
        width=size[0],
        height=size[1],
        frames=frames,
        fps=fps,
        palette=palette,
        seed=seed,
    )


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Mean absolute difference of softened frames, so that grain does not count."""
    soft = [cv2.GaussianBlur(frame.astype(np.float32), (0, 0), 2) for frame in (first, second)]
    return float(np.abs(soft[0] - soft[1]).mean())


def test_yields_the_frames_asked_for():
    frames = list(render(request("the sea at dusk", frames=5)))

    assert len(frames) == 5
    assert {(frame.shape, frame.dtype.name) for frame in frames} == {((180, 320, 3), "uint8")}


def test_same_request_gives_the_same_bytes():
    asked = request("a city at night in the rain", frames=3)

    assert [f.tobytes() for f in render(asked)] == [f.tobytes() for f in render(asked)]


def test_thread_count_does_not_matter():
    asked = request("a meadow at golden hour", frames=2)
    alone = [f.tobytes() for f in render(asked)]
    frames = render(asked)
    first = next(frames)
    cv2.setNumThreads(2)
    try:
        assert [first.tobytes(), next(frames).tobytes()] == alone
    finally:
        cv2.setNumThreads(1)


@pytest.mark.parametrize("ratio", SIZES)
@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_draws_a_picture_that_lives(setting: str, ratio: str):
    words = f"{WORDS.get(setting, setting)} at golden hour, slow push in"
    frames = list(render(request(words, size=SIZES[ratio], frames=10)))

    grey = cv2.cvtColor(frames[-1], cv2.COLOR_BGR2GRAY)
    histogram = np.bincount(grey.ravel(), minlength=256) / grey.size
    entropy = -float((histogram[histogram > 0] * np.log2(histogram[histogram > 0])).sum())
    assert entropy > 5.0
    assert float(grey.std()) > 12
    assert float((grey < 3).mean()) < 0.35
    steps = [difference(a, b) for a, b in pairwise(frames)]
    assert difference(frames[0], frames[-1]) > 0.4
    assert max(steps) < 4 * np.median(steps) + 0.6


@pytest.mark.parametrize("subject", ["sneaker", "perfume", "car", "sailboat"])
def test_subject_and_lettering_are_seen(subject: str):
    plain = next(iter(render(request("studio, day", seed=3))))
    with_subject = next(iter(render(request(f"{subject} in the studio, day", seed=3))))
    assert difference(plain, with_subject) > 2

    lettered = list(islice(render(request('studio, day, "HELLO"', seed=3, frames=60, fps=15)), 30))
    bare = list(islice(render(request("studio, day", seed=3, frames=60, fps=15)), 30))
    assert difference(lettered[-1], bare[-1]) > 2
    assert difference(lettered[0], bare[0]) < difference(lettered[-1], bare[-1])


def test_different_words_light_and_seed_give_different_pictures():
    described = ["mountains at dawn", "mountains at night", "the sea at dawn", "a studio at dawn"]
    pictures = [next(iter(render(request(text)))) for text in described]
    pictures.append(next(iter(render(request("mountains at dawn", seed=8)))))

    for i, first in enumerate(pictures):
        for second in pictures[i + 1 :]:
            assert difference(first, second) > 8


@pytest.mark.parametrize("setting", ["mountains", "sea", "city", "studio", "abstract"])
def test_brand_colour_is_in_the_picture(setting: str):
    hues = {}
    for brand in ("#d81b60", "#00a878"):
        frame = next(iter(render(request(f"{WORDS.get(setting, setting)} at dusk", palette=(brand,)))))
        _, a, b = np.array(
            [
                oklab(pixel / 255)
                for pixel in cv2.resize(frame, (32, 18), interpolation=cv2.INTER_AREA).reshape(-1, 3)
            ]
        ).T
        _, brand_a, brand_b = oklab(from_hex(brand))
        hues[brand] = float(np.mean((a * brand_a + b * brand_b) / np.hypot(brand_a, brand_b) > 0.02))
    assert min(hues.values()) > 0.2
