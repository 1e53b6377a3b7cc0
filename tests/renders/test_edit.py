"""A film that was rendered is edited, then one of its clips is made again: versions of the same film."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from app import storage_keys
from app.database import session
from app.editing import edit_composition, regenerate_clip
from app.local_user import LOCAL_SESSION_ID
from app.schemas.clips import ClipRegenerate
from media.frames import frames_at
from media.probe import probe
from planning.cut_list import CutList
from tests.renders.conftest import SHORT, Reelflow

PROMPT = "Nimbus, a light rain jacket for city walks, calm and cool"
EDIT = {
    "scenes": [
        {"number": 3, "skip": 30, "frames": 45, "caption": "Another line"},
        {"number": 1, "skip": 5, "frames": 40, "transition": "crossfade", "transition_frames": 10},
        {"number": 2, "frames": 35},
    ],
    "music": {"kind": "none"},
}


@dataclass(frozen=True)
class Version:
    """A version of the film as stored, with how often each clip had been made by then."""

    row: Any
    video: Path
    clips: list[bytes]
    made: dict[str, int]


@pytest.fixture(scope="module")
def versions(reelflow: Reelflow) -> list[Version]:
    """The film as rendered, as edited, and with its second clip made again."""
    job_id = UUID(str(reelflow.render(PROMPT, *SHORT, "--seed", "4")["job_id"]))
    rendered = newest(reelflow, job_id)
    with session(reelflow.engine) as db:
        edit_composition(db, LOCAL_SESSION_ID, rendered.row.id, CutList.model_validate(EDIT))
    run(reelflow, job_id)
    edited = newest(reelflow, job_id)
    with session(reelflow.engine) as db:
        regenerate_clip(db, LOCAL_SESSION_ID, job_id, 2, ClipRegenerate(seed=99))
    run(reelflow, job_id)
    return [rendered, edited, newest(reelflow, job_id)]


def run(reelflow: Reelflow, job_id: UUID) -> None:
    """Runs the job's flow as a worker does, in a process of its own."""
    script = f"from flows.generate import generate; generate(job_id='{job_id}')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env=os.environ
        | {
            "DATABASE_URL": reelflow.engine.url.render_as_string(hide_password=False),
            "PREFECT_API_URL": reelflow.prefect_api_url,
            "REELFLOW_HOME": str(reelflow.home),
        },
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def newest(reelflow: Reelflow, job_id: UUID) -> Version:
    row = reelflow.rows(
        "SELECT * FROM compositions WHERE job_id = :id ORDER BY version DESC LIMIT 1", id=job_id
    )[0]
    made = reelflow.rows(
        "SELECT labels ->> 'clip' AS clip, count(*) AS times FROM job_metrics"
        " WHERE job_id = :id AND name = 'clips_made' GROUP BY 1",
        id=job_id,
    )
    media = reelflow.home / "media" / "objects"
    return Version(
        row,
        media / storage_keys.composition_key(row.id),
        [(media / storage_keys.clip_key(job_id, number)).read_bytes() for number in (1, 2, 3)],
        {count.clip: count.times for count in made},
    )


def test_every_version_is_finished_and_stays(versions: list[Version], reelflow: Reelflow) -> None:
    rows = [version.row for version in versions]
    assert [(row.version, row.status) for row in rows] == [(n, "completed") for n in (1, 2, 3)]
    assert [row.parent_id for row in rows] == [None, rows[0].id, rows[1].id]
    (job,) = reelflow.rows("SELECT status, progress FROM generation_jobs WHERE id = :id", id=rows[0].job_id)
    assert (job.status, job.progress) == ("completed", 100)
    assert len({version.video.read_bytes() for version in versions}) == 3


def test_the_films_are_as_long_as_asked_for(versions: list[Version]) -> None:
    for version, frames in zip(versions, (450, 120, 120), strict=True):
        found = probe(version.video)
        assert (found.frames, found.width, found.height, found.decode_errors) == (frames, 720, 720, 0)
        assert version.row.frames == frames
    assert versions[0].row.loudness_lufs == pytest.approx(-14.0, abs=0.5)
    assert [version.row.loudness_lufs for version in versions[1:]] == [None, None]
    assert versions[2].row.cut_list == versions[1].row.cut_list


def test_the_edit_shows_the_frames_that_it_names(versions: list[Version], tmp_path: Path) -> None:
    _, edited, _ = versions
    clips = [tmp_path / f"{number}.mp4" for number in (1, 2, 3)]
    for path, content in zip(clips, edited.clips, strict=True):
        path.write_bytes(content)
    # Before its caption; after the crossfade; after a cut.
    for shown, clip, frame in ((0, 3, 30), (5, 3, 35), (60, 1, 20), (84, 1, 44), (85, 2, 0), (119, 2, 34)):
        (here,) = frames_at(edited.video, [shown])
        (there,) = frames_at(clips[clip - 1], [frame])
        (other,) = frames_at(clips[clip % 3], [frame])
        assert difference(here, there) < 4 < difference(here, other)


def difference(first: Any, second: Any) -> float:
    return float(np.abs(first.astype(np.int16) - second.astype(np.int16)).mean())


def test_a_clip_is_made_once_and_only_the_one_asked_for_again(versions: list[Version]) -> None:
    rendered, edited, regenerated = versions
    assert rendered.made == edited.made == {"1": 1, "2": 1, "3": 1}
    assert regenerated.made == {"1": 1, "2": 2, "3": 1}
    assert edited.clips == rendered.clips
    assert [old == new for old, new in zip(edited.clips, regenerated.clips, strict=True)] == [
        True,
        False,
        True,
    ]
