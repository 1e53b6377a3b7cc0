"""Every part of the stack is killed once while five films are made: all are finished, and nothing twice."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import httpx
import pytest

from media.probe import Expectation, probe, verify
from tests.app.waiting import until
from tests.whole import Stack, whole_product

pytestmark = [pytest.mark.soak, pytest.mark.timeout(2400)]

FILMS = 5
ALL_MADE_WITHIN_S = 1500
VICTIMS = ("api", "worker", "redis", "postgres", "prefect")


def test_every_part_may_die_while_films_are_made(tmp_path: Path) -> None:
    with whole_product() as stack:
        _make_films_while_parts_die(stack, tmp_path)


def _make_films_while_parts_die(stack: Stack, tmp_path: Path) -> None:
    token = httpx.post(f"{stack.url}/api/v1/sessions").json()["token"]
    client = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    jobs = [_submit(client, number) for number in range(FILMS)]

    for number, name in enumerate(VICTIMS):
        # In the middle: work has been done since the last death, and there is more to do.
        done = _done(stack)
        until(lambda done=done: _done(stack) > done, ALL_MADE_WITHIN_S)
        assert _unfinished(stack) > 0, f"the films were made before {VICTIMS[number:]} could be killed"
        stack.kill(name)

    until(lambda: _unfinished(stack) == 0, ALL_MADE_WITHIN_S)
    assert [row.status for row in stack.rows("SELECT status FROM generation_jobs")] == ["completed"] * FILMS
    twice = stack.rows(
        "SELECT job_id, labels ->> 'clip' FROM job_metrics WHERE name = 'clips_made'"
        " GROUP BY 1, 2 HAVING count(*) <> 1"
    )
    assert twice == []
    assert [row.count for row in stack.rows("SELECT count(*) FROM compositions")] == [FILMS]
    for job_id in jobs:
        film = client.get(f"/api/v1/generations/{job_id}").json()["compositions"][-1]
        download = client.get(f"/api/v1/compositions/{film['id']}/download").json()
        path = tmp_path / f"{job_id}.mp4"
        path.write_bytes(httpx.get(download["url"]).raise_for_status().content)
        verify(probe(path), Expectation(450, 720, 720, audio=True))


def _submit(client: httpx.Client, number: int) -> UUID:
    request = {
        "prompt": f"A calm tea brand at dawn, edition {number}. Order yours.",
        "duration_s": 15,
        "clip_count": 3,
        "aspect": "1:1",
        "seed": number,
    }
    return UUID(client.post("/api/v1/generations", json=request).raise_for_status().json()["id"])


def _done(stack: Stack) -> int:
    """The percents of all films together."""
    return stack.rows("SELECT coalesce(sum(progress), 0) AS done FROM generation_jobs")[0].done


def _unfinished(stack: Stack) -> int:
    ended = "('completed', 'failed', 'cancelled')"
    return stack.rows(f"SELECT count(*) AS n FROM generation_jobs WHERE status NOT IN {ended}")[0].n
