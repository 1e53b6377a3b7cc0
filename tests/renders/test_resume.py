"""A render that is killed again and again loses nothing that it had finished."""

from __future__ import annotations

import dataclasses
import random
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from media.encoder import ffmpeg_binary
from tests.renders.conftest import SHORT, Reelflow, eventually, processes_of

PROMPT = "A lighthouse keeper's lantern brand, calm nights by the sea"
ARGUMENTS = (PROMPT, *SHORT, "--seed", "11")
KILLS = 5
LOSE_THE_FIRST_CLIP = (
    "DELETE FROM compositions WHERE job_id = :job",
    "DELETE FROM job_metrics WHERE job_id = :job AND labels ->> 'clip' = '1'",
    "UPDATE clips SET status = 'generating' WHERE job_id = :job AND number = 1",
    "UPDATE generation_jobs SET status = 'failed', error_code = 'interrupted' WHERE id = :job",
)


@pytest.mark.timeout(1200)
def test_kill_at_five_points_then_go_on(reelflow: Reelflow, tmp_path: Path) -> None:
    # One kill in each fifth of the film; where in it, chance decides, the same way each time.
    chance = random.Random(2)
    for part in range(KILLS):
        point = round(100 * (part + chance.random()) / (KILLS + 0.5))
        render = reelflow.start("render", *ARGUMENTS, "--json")
        reelflow.reach(render, PROMPT, point)
        render.send_signal(signal.SIGKILL)
        assert render.wait() == -signal.SIGKILL
        render.communicate()
        eventually(lambda: not processes_of(reelflow.home / "work"), within_s=10)

    report = reelflow.render(*ARGUMENTS)

    assert _made(reelflow, report) == {"1": 1, "2": 1, "3": 1}
    assert not (reelflow.home / "work" / report["job_id"]).exists()
    jobs = reelflow.rows("SELECT id, status FROM generation_jobs WHERE prompt = :prompt", prompt=PROMPT)
    assert [(str(job.id), job.status) for job in jobs] == [(report["job_id"], "completed")]

    # As a kill between the store and the row leaves it: the clip is there, and nothing says who made it.
    with reelflow.engine.begin() as connection:
        for statement in LOSE_THE_FIRST_CLIP:
            connection.execute(text(statement), {"job": report["job_id"]})
    again = reelflow.render(*ARGUMENTS)
    assert again["job_id"] == report["job_id"]
    assert _made(reelflow, report) == {"1": 1, "2": 1, "3": 1}
    reused = "SELECT id FROM job_metrics WHERE name = 'clips_reused' AND job_id = :job"
    assert reelflow.rows(reused, job=report["job_id"]) == []
    assert _streams(again["video"]) == _streams(report["video"])

    # Elsewhere, with nothing to reuse and nobody to disturb it, pictures and sound are the same to the byte.
    elsewhere = dataclasses.replace(reelflow, environment={"MEDIA_URL": (tmp_path / "media").as_uri()})
    undisturbed = elsewhere.render(*ARGUMENTS)
    assert undisturbed["job_id"] != report["job_id"]
    assert _streams(undisturbed["video"]) == _streams(report["video"])


def _made(reelflow: Reelflow, report: dict[str, Any]) -> dict[str, int]:
    """How often each clip of the job counts as made."""
    made = reelflow.rows(
        "SELECT labels ->> 'clip' AS clip, count(*) AS times FROM job_metrics"
        " WHERE job_id = :job AND name = 'clips_made' GROUP BY 1",
        job=report["job_id"],
    )
    return {row.clip: row.times for row in made}


def _streams(video: str) -> str:
    """The hashes of a film's packets. The file holds a signature too, and no two of those are the same."""
    command = [ffmpeg_binary(), "-v", "error", "-i", video, "-c", "copy", "-f", "streamhash", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
