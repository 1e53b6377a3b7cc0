"""`reelflow render` from prompt to film, and what it leaves behind."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from scipy.io import wavfile

from app.schemas.metadata import CompositionMetadata, JobMetadata
from bench import tracks
from media.files import sha256_of
from media.probe import probe
from media.provenance import read
from planning.storyboard import Storyboard
from scoring.instruments import RATE
from tests.renders.conftest import SHORT, Reelflow

PROMPT = 'Aurum, a luxurious perfume in the desert at golden hour. "Wear the light"'

SONG = tracks.make("song", tracks.rock, tempos=(110,), seconds=17)


@pytest.fixture(scope="module")
def film(reelflow: Reelflow, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    place = tmp_path_factory.mktemp("film")
    logo, music = place / "logo.png", place / "music.wav"
    Image.new("RGBA", (400, 160), "#c8963e").save(logo)
    wavfile.write(music, RATE, SONG.samples)
    return reelflow.render(
        *(PROMPT, *SHORT, "--brand-color", "#c8963e", "--cta", "Shop Aurum", "--seed", "3"),
        *("--logo", str(logo), "--music", str(music), "--out", str(place / "aurum.mp4")),
    )


def test_the_film_is_what_was_asked_for(film: dict[str, object]) -> None:
    found = probe(Path(str(film["video"])))
    assert (found.frames, found.width, found.height) == (450, 720, 720)
    assert found.decode_errors == 0
    assert {key: film[key] for key in ("frames", "duration_s", "width", "height", "clips", "cost_usd")} == {
        "frames": 450,
        "duration_s": 15.0,
        "width": 720,
        "height": 720,
        "clips": 3,
        "cost_usd": 0.0,
    }
    assert film["loudness_lufs"] == pytest.approx(-14.0, abs=0.5)


def test_the_report_has_its_keys_and_its_sums(film: dict[str, object]) -> None:
    assert set(film) == {
        *("job_id", "video", "contact_sheet", "timeline", "also", "frames", "duration_s", "width", "height"),
        *("loudness_lufs", "clips", "cost_usd", "prefect_flow_run", "seconds"),
    }
    seconds = film["seconds"]
    assert isinstance(seconds, dict)
    assert set(seconds) == {"total", "ffmpeg", "other"}
    assert 0 < seconds["ffmpeg"] < seconds["total"]
    assert seconds["other"] == pytest.approx(seconds["total"] - seconds["ffmpeg"], abs=0.02)


def test_the_pictures_are_pictures(film: dict[str, object]) -> None:
    for name in ("contact_sheet", "timeline"):
        with Image.open(str(film[name])) as picture:
            picture.load()
            assert picture.width >= 640


def test_the_rows_tell_the_same(film: dict[str, object], reelflow: Reelflow) -> None:
    (job,) = reelflow.rows(
        "SELECT status, progress, started_at, completed_at, storyboard FROM generation_jobs WHERE id = :id",
        id=film["job_id"],
    )
    assert (job.status, job.progress) == ("completed", 100)
    assert job.started_at < job.completed_at
    assert sum(scene.frames for scene in Storyboard.model_validate(job.storyboard).scenes) == 450
    clips = reelflow.rows("SELECT status, storage_key FROM clips WHERE job_id = :id", id=film["job_id"])
    assert [clip.status for clip in clips] == ["completed"] * 3
    (made,) = reelflow.rows(
        "SELECT status, frames, size_bytes FROM compositions WHERE job_id = :id", id=film["job_id"]
    )
    assert (made.status, made.frames) == ("completed", 450)
    assert made.size_bytes == Path(str(film["video"])).stat().st_size


def test_the_scenes_change_on_the_downbeats_of_the_music(film: dict[str, object], reelflow: Reelflow) -> None:
    (job,) = reelflow.rows("SELECT storyboard FROM generation_jobs WHERE id = :id", id=film["job_id"])
    board = Storyboard.model_validate(job.storyboard)
    for start, scene in zip(board.cuts, board.scenes[1:], strict=True):
        seen = (start + scene.transition_frames // 2) / 30
        assert min(abs(seen - second) for second in SONG.downbeats) < 1 / 30


def test_the_media_store_holds_every_key(film: dict[str, object], reelflow: Reelflow) -> None:
    media = reelflow.home / "media" / "objects"
    (composition,) = reelflow.rows("SELECT id FROM compositions WHERE job_id = :id", id=film["job_id"])
    expected = {
        *(f"generations/{film['job_id']}/clips/clip_{n:03d}.mp4" for n in (1, 2, 3)),
        *(f"generations/{film['job_id']}/thumbnails/clip_{n:03d}.jpg" for n in (1, 2, 3)),
        f"generations/{film['job_id']}/metadata.json",
        f"generations/{film['job_id']}/track.json",
        *(
            f"compositions/{composition.id}/{name}"
            for name in ("final.mp4", "thumbnail.jpg", "timeline.json", "metadata.json")
        ),
    }
    assert not [key for key in expected if not (media / key).is_file()]


def test_the_film_says_where_it_comes_from(film: dict[str, object]) -> None:
    found = read(Path(str(film["video"])))
    assert found.verdict == "valid, signer untrusted"
    assert str(found.digital_source).endswith("/compositeSynthetic")
    assert found.ingredients[3:] == ("logo", "music")
    assert [(clip["number"], clip["model"]) for clip in found.clips] == [(n, "drawn/1") for n in (1, 2, 3)]
    assert all(clip["prompt"] for clip in found.clips)


def test_the_metadata_tells_it_all_and_tells_the_truth(film: dict[str, object], reelflow: Reelflow) -> None:
    media = reelflow.home / "media" / "objects"
    (row,) = reelflow.rows("SELECT id, sha256 FROM compositions WHERE job_id = :id", id=film["job_id"])
    told = CompositionMetadata.model_validate_json(
        (media / f"compositions/{row.id}/metadata.json").read_bytes()
    )
    assert told.video.sha256 == row.sha256 == sha256_of(Path(str(film["video"])))
    assert (told.video.frames, told.video.loudness_lufs) == (450, film["loudness_lufs"])
    assert (told.provenance.signed, told.provenance.development) == (True, True)
    assert [clip.sha256 for clip in told.clips] == [
        sha256_of(media / f"generations/{film['job_id']}/clips/clip_{n:03d}.mp4") for n in (1, 2, 3)
    ]
    job = JobMetadata.model_validate_json(
        (media / f"generations/{film['job_id']}/metadata.json").read_bytes()
    )
    assert (job.seed, job.request["prompt"], job.clips) == (3, PROMPT, told.clips)


def test_prefect_shows_the_run_its_progress_and_its_pictures(
    film: dict[str, object], reelflow: Reelflow
) -> None:
    run = str(film["prefect_flow_run"]).rsplit("/", 1)[1]
    assert _get(reelflow, f"flow_runs/{UUID(run)}")["state"]["type"] == "COMPLETED"
    query = {"artifacts": {"flow_run_id": {"any_": [run]}}}
    artifacts = {
        artifact["key"].removesuffix(f"-{film['job_id']}"): artifact
        for artifact in _get(reelflow, "artifacts/filter", query)
    }
    assert set(artifacts) == {"film", "contact-sheet", "timeline", "video"}
    assert artifacts["film"]["data"] == 100.0
    assert artifacts["contact-sheet"]["data"].startswith("data:image/jpeg;base64,")


def test_a_second_film_of_the_same_clips_makes_none(film: dict[str, object], reelflow: Reelflow) -> None:
    music = Path(str(film["video"])).with_name("music.wav")
    again = reelflow.render(
        *(PROMPT, *SHORT, "--brand-color", "#c8963e", "--cta", "Shop Aurum", "--seed", "3"),
        *("--music", str(music)),
    )
    assert again["job_id"] != film["job_id"]
    counted = reelflow.rows(
        "SELECT name, sum(value) AS clips FROM job_metrics WHERE job_id = :id AND unit = 'clips' GROUP BY 1",
        id=again["job_id"],
    )
    assert {row.name: row.clips for row in counted} == {"clips_reused": 3}


def _get(reelflow: Reelflow, path: str, query: object = None):
    request = urllib.request.Request(
        f"{reelflow.prefect_api_url}/{path}",
        data=None if query is None else json.dumps(query).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
