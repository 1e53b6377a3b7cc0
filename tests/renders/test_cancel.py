"""A cancelled render stops its processes within five seconds and leaves the job cancelled."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable

import pytest
from sqlalchemy import text

from tests.renders.conftest import SHORT, Reelflow, eventually, processes_of

STOPS_WITHIN_S = 5.0


def by_ctrl_c(reelflow: Reelflow, render: subprocess.Popen[str], prompt: str) -> None:
    render.send_signal(signal.SIGINT)


def by_the_jobs_row(reelflow: Reelflow, render: subprocess.Popen[str], prompt: str) -> None:
    with reelflow.engine.begin() as connection:
        connection.execute(
            text("UPDATE generation_jobs SET cancel_requested_at = now() WHERE prompt = :prompt"),
            {"prompt": prompt},
        )


def by_prefects_page(reelflow: Reelflow, render: subprocess.Popen[str], prompt: str) -> None:
    ((run,),) = reelflow.rows(
        "SELECT flow_run_id FROM task_queue JOIN generation_jobs j ON j.id = job_id WHERE prompt = :prompt",
        prompt=prompt,
    )
    request = urllib.request.Request(
        f"{reelflow.prefect_api_url}/flow_runs/{run}/set_state",
        data=json.dumps({"state": {"type": "CANCELLING"}}).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()


@pytest.mark.parametrize("cancel", [by_ctrl_c, by_the_jobs_row, by_prefects_page])
def test_cancel(reelflow: Reelflow, cancel: Callable[[Reelflow, subprocess.Popen[str], str], None]) -> None:
    prompt = f"A kite shop on a windy beach, cancelled {cancel.__name__}"
    render = reelflow.start("render", prompt, *SHORT)
    reelflow.reach(render, prompt, 5)
    assert processes_of(reelflow.home / "work")
    cancel(reelflow, render, prompt)
    asked = time.monotonic()
    eventually(lambda: not processes_of(reelflow.home / "work"), within_s=STOPS_WITHIN_S)
    assert time.monotonic() - asked < STOPS_WITHIN_S
    _, err = render.communicate(timeout=30)
    assert render.returncode == 130, err
    assert err.strip().splitlines()[-1].startswith("reelflow: The film was cancelled.")
    ((status,),) = reelflow.rows("SELECT status FROM generation_jobs WHERE prompt = :prompt", prompt=prompt)
    assert status == "cancelled"
    clips = reelflow.rows(
        "SELECT c.status FROM clips c JOIN generation_jobs j ON j.id = job_id WHERE prompt = :prompt",
        prompt=prompt,
    )
    assert {clip.status for clip in clips} <= {"completed", "cancelled"}
