"""Every kind of model puts out what was ordered."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest
from PIL import Image

from media.frames import frames_at
from media.probe import probe
from media.quality.measuring import measure
from media.quality.thresholds import Thresholds
from media.quality.verdict import Wanted, judge
from planning.brief import Brief
from planning.storyboard import Scene, Storyboard
from sandbox.replicate.conduct import Conduct
from tests.sandbox.replicate.conftest import CLIP, Standing, play


def outputs(conduct: Conduct, model: str, given: dict[str, Any]) -> list[Any]:
    """What a prediction puts out: the bytes of its files, or its pieces of text."""
    found: list[Any] = []

    async def test(at: Standing) -> None:
        made = await at.made(f"/v1/models/{model}/predictions", input=given)
        assert made["status"] == "succeeded", made["error"]
        output = made["output"] if isinstance(made["output"], list) else [made["output"]]
        async with httpx.AsyncClient(transport=at.client._transport) as nobody:
            for item in output:
                is_file = item.startswith("http://")
                found.append((await nobody.get(item)).content if is_file else item)

    play(conduct, test)
    return found


def red_picture(width: int, height: int) -> str:
    picture = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 40)).save(picture, "PNG")
    return f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"


def test_a_clip_begins_with_the_picture_that_was_given_in_its_shape(conduct: Conduct, tmp_path: Path) -> None:
    given = {"prompt": "it turns", "image": red_picture(90, 160), "duration": 2, "resolution": "480p"}
    [clip] = outputs(conduct, "bytedance/seedance-1-lite", given)
    (tmp_path / "clip.mp4").write_bytes(clip)
    found = probe(tmp_path / "clip.mp4")
    assert (found.frames, found.width, found.height) == (48, 480, 864)
    [first] = frames_at(tmp_path / "clip.mp4", [0])
    assert np.abs(first.mean(axis=(0, 1)) - (200, 30, 40)).max() < 6


@pytest.mark.parametrize(
    ("image", "why"),
    [
        ("data:image/png;base64,AAAA", "can't be read"),
        ("data:image/png;base64,%%%", "can't be read"),
        ("no address", "can't be read"),
    ],
)
def test_a_picture_that_is_none_fails_and_costs_nothing(conduct: Conduct, image: str, why: str) -> None:
    async def test(at: Standing) -> None:
        made = await at.made(input={"prompt": "it turns", "image": image})
        assert made["status"] == "failed"
        assert why in made["error"]
        assert str(at.account.bill.total_usd) == "0"

    play(conduct, test)


def test_frames_are_counted_where_the_model_counts_them(conduct: Conduct, tmp_path: Path) -> None:
    given = {"prompt": "waves", "num_frames": 90, "frames_per_second": 20, "aspect_ratio": "9:16"}
    [clip] = outputs(conduct, "wan-video/wan-2.2-t2v-fast", given)
    (tmp_path / "clip.mp4").write_bytes(clip)
    found = probe(tmp_path / "clip.mp4", decode=False)
    assert (found.fps, found.duration_s, found.width, found.height) == (20, 4.5, 480, 832)


def test_a_clip_is_drawn_where_it_need_not_be_quick(conduct: Conduct, tmp_path: Path) -> None:
    given = {
        "prompt": "Abstract waves, #ff5a1f",
        "num_outputs": 1,
        "aspect_ratio": "1:1",
        "megapixels": "0.25",
    }
    drawn = dataclasses.replace(conduct, quick=False)
    [picture] = outputs(drawn, "black-forest-labs/flux-schnell", given | {"output_format": "png"})
    with Image.open(io.BytesIO(picture)) as image:
        assert (image.format, image.size) == ("PNG", (512, 512))
        assert len(image.convert("RGB").getcolors(1 << 20) or []) > 1000


def test_pictures_differ_by_their_seeds(conduct: Conduct) -> None:
    given = {"prompt": "a lamp", "num_outputs": 2, "seed": 4, "output_format": "jpg", "megapixels": "0.25"}
    first, second = outputs(conduct, "black-forest-labs/flux-schnell", given)
    assert first != second
    assert outputs(conduct, "black-forest-labs/flux-schnell", given) == [first, second]


def test_music_has_its_length_and_its_mood(conduct: Conduct) -> None:
    given = {"prompt": "calm piano", "duration": 5, "output_format": "mp3", "seed": 2}
    [music] = outputs(conduct, "meta/musicgen", given)
    with av.open(io.BytesIO(music), "r") as container:
        assert container.streams.audio[0].codec.name.startswith("mp3")
        samples = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert samples.shape[1] / 48000 == pytest.approx(5.0, abs=0.1)
    assert np.abs(samples).max() > 0.1


def test_a_voice_speaks_as_fast_as_it_is_told(conduct: Conduct) -> None:
    def seconds(speed: float) -> float:
        given = {"text": "Glide through the morning, and arrive fresh.", "speed": speed}
        [speech] = outputs(conduct, "minimax/speech-02-turbo", given)
        with av.open(io.BytesIO(speech), "r") as container:
            return float(container.duration or 0) / av.time_base

    assert 1.5 < seconds(1.0) < 6.0
    assert seconds(2.0) == pytest.approx(seconds(1.0) / 2, abs=0.2)


def test_a_voice_speaks_the_language_that_it_is_told(conduct: Conduct) -> None:
    text = "Guten Morgen, ihr Lieben."
    spoken = {
        language: outputs(conduct, "minimax/speech-02-turbo", {"text": text, "language_boost": language})
        for language in ("German", "English")
    }
    assert spoken["German"] != spoken["English"]


def test_a_length_in_milliseconds_is_as_long(conduct: Conduct) -> None:
    [music] = outputs(conduct, "elevenlabs/music", {"prompt": "calm piano", "music_length_ms": 5500})
    with av.open(io.BytesIO(music), "r") as container:
        assert float(container.duration or 0) / av.time_base == pytest.approx(5.5, abs=0.1)


def test_pictures_of_the_subject_are_read_and_go_with_no_first_frame(conduct: Conduct) -> None:
    given = {**CLIP, "seed": 2, "reference_images": [red_picture(90, 160)]}

    async def test(at: Standing) -> None:
        made = await at.made(input=given)
        assert (made["status"], "1 reference images read" in made["logs"]) == ("succeeded", True)
        refused = await at.made(input={**given, "image": red_picture(90, 160)})
        assert "can't be combined with a first frame" in refused["error"]
        unread = await at.made(input={**given, "reference_images": ["no address"]})
        assert "can't be read" in unread["error"]

    play(conduct, test)


def test_a_language_model_answers_a_brief_with_a_storyboard(conduct: Conduct) -> None:
    brief = Brief(prompt="Volta, the electric city bike.", duration_s=20, clip_count=4, seed=5)
    given = {"prompt": f"Plan this film as JSON.\n{brief.model_dump_json()}"}
    pieces = outputs(conduct, "openai/gpt-5-mini", given)
    assert len(pieces) > 10
    board = Storyboard.model_validate_json("".join(pieces))
    assert [len(board.scenes), sum(scene.frames for scene in board.scenes)] == [4, 600]
    assert outputs(conduct, "openai/gpt-5-mini", given) == pieces


def test_it_gives_what_the_schema_names_and_nothing_else(conduct: Conduct) -> None:
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "scenes": {"type": "array", "items": {"$ref": "#/$defs/Scene"}},
        },
        "$defs": {"Scene": {"properties": {name: {} for name in ("number", "description", "frames")}}},
    }
    given = {
        "system_prompt": f"You plan films. Answer with JSON of this schema: {json.dumps(schema)}",
        "prompt": f"An ad of 20 seconds in 3 scenes for a lighthouse hotel. {json.dumps(schema)}",
    }
    board = json.loads("".join(outputs(conduct, "openai/gpt-5-mini", given)))
    assert list(board) == ["title", "scenes"]
    assert "properties" not in board["title"]
    assert [list(scene) for scene in board["scenes"]] == [["number", "description", "frames"]] * 3
    assert sum(scene["frames"] for scene in board["scenes"]) == 600
    assert set(Scene.model_fields) > set(board["scenes"][0])


def test_other_prompts_are_answered_in_words(conduct: Conduct) -> None:
    pieces = outputs(conduct, "openai/gpt-5-mini", {"prompt": "Say {something} kind of me."})
    assert "Say {something} kind of me." in "".join(pieces)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (None, []),
        ("black_output", ["black", "frozen"]),
        ("frozen_output", ["frozen"]),
        ("short_output", ["short"]),
        ("corrupt_output", ["corrupt"]),
    ],
)
def test_the_gate_takes_quick_clips_and_refuses_broken_ones(
    conduct: Conduct, tmp_path: Path, fault: str | None, found: list[str]
) -> None:
    palette = ("#0fb5ae", "#ff8a3d", "#22313f")
    clip = tmp_path / "clip.mp4"

    async def test(at: Standing) -> None:
        if fault:
            await at.fault(fault)
        made = await at.made(input={**CLIP, "seed": 2, "prompt": f"A bike. Colours: {', '.join(palette)}"})
        async with httpx.AsyncClient(transport=at.client._transport) as nobody:
            clip.write_bytes((await nobody.get(made["output"])).content)

    play(conduct, test)
    verdict = judge(measure(clip, palette), Wanted(frames=60, width=864, height=480), Thresholds())
    assert [item.name for item in verdict.faults] == found, verdict.cause
