"""A clip is made again: what of the film becomes another, and what is refused."""

from typing import Any

import pytest

from app import jobs
from app.database import session
from app.models import JobStatus
from app.records import clips_of
from flows.generation.film import clip_requests
from media.timeline import Size
from planning.brief import SEED_LIMIT
from planning.storyboard import Storyboard
from tests.app.editing.films import Film, finished_film, make, move


def addresses(storyboard: Storyboard) -> list[str]:
    return [order.address("drawn/1") for order in clip_requests(storyboard, Size.for_aspect("16:9"))]


@pytest.mark.parametrize(
    "change",
    [
        None,
        {},
        {"seed": 77},
        {"seed": SEED_LIMIT},
        {"description": "A red kettle, close up"},
        {"description": "A red kettle, close up", "seed": 0},
    ],
)
def test_only_that_clip_becomes_another(film: Film, change: dict[str, Any] | None) -> None:
    before, cut_list = film.storyboard(), film.cut_list()
    answer = film.user.post(f"{film.job}/clips/2/regenerate", json=change)
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "pending"
    after = film.storyboard()
    assert [old == new for old, new in zip(addresses(before), addresses(after), strict=True)] == [
        True,
        False,
        True,
    ]
    scene, asked = after.scenes[1], change or {}
    assert scene.description == asked.get("description", before.scenes[1].description)
    if "seed" in asked:
        assert scene.seed == asked["seed"]
    elif "description" in asked:
        assert scene.seed == before.scenes[1].seed
    assert scene.frames == before.scenes[1].frames

    move(film.job_id, JobStatus.GENERATING)
    with session() as db:
        assert [clip.status for clip in clips_of(db, film.job_id)] == ["completed", "pending", "completed"]
        jobs.fail(db, film.job_id, jobs.INTERRUPTED, "It was killed", "Run it again")
    film.user.post(f"{film.job}/retry").raise_for_status()
    version = make(film.job_id)
    assert film.versions() == [(1, "completed"), (2, "completed")]
    shown = film.user.get(f"/api/v1/compositions/{version}/timeline").raise_for_status().json()
    assert shown["cut_list"] == cut_list
    assert film.state()["compositions"][1]["parent_id"] == str(film.version_id)


def test_the_new_version_is_cut_as_the_newest(film: Film) -> None:
    short = {"scenes": [{"number": 2, "frames": 60}], "music": {"kind": "none"}}
    film.user.post(f"{film.version}/edit", json=short).raise_for_status()
    second = make(film.job_id)
    film.user.post(f"{film.job}/clips/2/regenerate").raise_for_status()
    made = film.state()["compositions"][2]
    assert made["parent_id"] == str(second)
    shown = film.user.get(f"/api/v1/compositions/{made['id']}/timeline").raise_for_status().json()
    assert [scene["number"] for scene in shown["cut_list"]["scenes"]] == [2]
    assert shown["cut_list"]["music"]["kind"] == "none"


@pytest.mark.parametrize(
    ("number", "change", "status"),
    [
        (4, None, 404),
        (0, None, 422),
        (21, None, 422),
        (2, {"seed": -1}, 422),
        (2, {"seed": SEED_LIMIT + 1}, 422),
        (2, {"description": ""}, 422),
        (2, {"description": " … "}, 422),
        (2, {"description": "x" * 2001}, 422),
        (2, {"description": "a\x00b"}, 422),
        (2, {"frames": 30}, 422),
    ],
)
def test_what_is_refused(film: Film, number: int, change: dict[str, Any] | None, status: int) -> None:
    before = film.storyboard()
    refused = film.user.post(f"{film.job}/clips/{number}/regenerate", json=change)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert film.storyboard() == before
    assert film.versions() == [(1, "completed")]


def test_the_very_same_clip_is_not_made_again(film: Film) -> None:
    scene = film.storyboard().scenes[1]
    for change in ({"seed": scene.seed}, {"description": scene.description}):
        refused = film.user.post(f"{film.job}/clips/2/regenerate", json=change)
        assert (refused.status_code, refused.json()["code"]) == (422, "unprocessable")
    assert film.state()["status"] == "completed"


def test_a_film_that_was_never_finished_has_its_clips_retried_instead(film: Film) -> None:
    answer = film.user.post("/api/v1/generations", json={"prompt": "A red kettle at dawn"})
    job = f"/api/v1/generations/{answer.raise_for_status().json()['id']}"
    with session() as db:
        jobs.fail(db, answer.json()["id"], "disk_full", "The disk is full", "Free some space")
    refused = film.user.post(f"{job}/clips/1/regenerate")
    assert (refused.status_code, refused.json()["remedy"]) == (409, "Retry it first.")
    assert film.user.post(f"{job}/retry").status_code == 202
    film.user.post(f"{job}/cancel").raise_for_status()
    refused = film.user.post(f"{job}/clips/1/regenerate")
    assert refused.status_code == 409
    assert "cancelled" in refused.json()["detail"]


def test_a_clip_whose_making_was_cancelled_comes_with_the_next_version(film: Film) -> None:
    film.user.post(f"{film.job}/clips/2/regenerate").raise_for_status()
    described = film.storyboard()
    move(film.job_id, JobStatus.GENERATING)
    with session() as db:
        jobs.cancel(db, film.job_id)
    state = film.state()
    assert state["status"] == "completed"
    assert [clip["status"] for clip in state["clips"]] == ["completed", "pending", "completed"]
    film.user.post(f"{film.version}/edit", json=film.cut_list()).raise_for_status()
    make(film.job_id)
    assert film.storyboard() == described
    assert film.versions() == [(1, "completed"), (2, "cancelled"), (3, "completed")]


def test_two_films_are_two_jobs(film: Film) -> None:
    other = finished_film(film.user, seed=6)
    film.user.post(f"{film.job}/clips/1/regenerate").raise_for_status()
    assert other.versions() == [(1, "completed")]
