"""A finished film is cut anew: which version comes of it, and what is refused."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import select

from app import jobs
from app.database import session
from app.events import Event
from app.models import AssetKind, BrandAsset, Composition, GenerationJob, JobStatus, QueuedTask, SystemConfig
from tests.app.editing.films import ACTIVE, Film, finished_film, make, move


def test_the_timeline_says_how_a_version_is_cut_and_from_what(film: Film) -> None:
    shown = film.user.get(f"{film.version}/timeline").raise_for_status().json()
    assert {key: shown[key] for key in ("composition_id", "generation_id", "version", "fps", "frames")} == {
        "composition_id": str(film.version_id),
        "generation_id": str(film.job_id),
        "version": 1,
        "fps": 30,
        "frames": 450,
    }
    scenes, storyboard = shown["cut_list"]["scenes"], film.storyboard()
    assert [scene["frames"] for scene in scenes] == [scene.frames for scene in storyboard.scenes]
    assert shown["cut_list"]["music"] == {"kind": "score", "asset_id": None}
    assert [clip["number"] for clip in shown["clips"]] == [1, 2, 3]
    for clip, scene in zip(shown["clips"], scenes, strict=True):
        assert clip["frames"] >= scene["frames"]
        assert "/media/generations/" in clip["thumbnail_url"]


def test_an_edit_is_another_version_on_its_way(film: Film) -> None:
    cut_list = film.cut_list()
    third, first = cut_list["scenes"][2], cut_list["scenes"][0]
    edited = {
        "scenes": [
            {**third, "skip": 12, "frames": 60, "transition": "cut", "transition_frames": 0},
            {**first, "frames": 90, "caption": "Another line"},
        ],
        "music": {"kind": "none", "asset_id": None},
    }
    answer = film.user.post(f"{film.version}/edit", json=edited)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["id"], told["status"], told["progress"]) == (str(film.job_id), "pending", 0)
    before, after = told["compositions"]
    assert (before["status"], before["video_url"] is not None) == ("completed", True)
    assert (after["version"], after["status"], after["parent_id"]) == (2, "pending", str(film.version_id))
    with session() as db:
        row = db.get_one(Composition, UUID(after["id"]))
        sent = db.exec(select(QueuedTask).where(QueuedTask.job_id == film.job_id)).all()
    assert row.cut_list == edited | {"also": [], "voice": None}
    assert [(task.deployment, task.parameters) for task in sent] == [
        ("generate/film", {"job_id": str(film.job_id)})
    ] * 2
    assert make(film.job_id) == row.id
    assert film.versions() == [(1, "completed"), (2, "completed")]
    shown = film.user.get(f"/api/v1/compositions/{row.id}/timeline").raise_for_status().json()
    assert (shown["cut_list"], shown["frames"]) == (row.cut_list, 150)


def test_an_older_version_is_edited_from_its_own_cut(film: Film) -> None:
    short = {"scenes": [{"number": 1, "frames": 60}]}
    assert film.user.post(f"{film.version}/edit", json=short).status_code == 202
    make(film.job_id)
    assert len(film.cut_list()["scenes"]) == 3
    assert film.user.post(f"{film.version}/edit", json=film.cut_list()).status_code == 202
    made = film.state()["compositions"]
    assert [(version["version"], version["parent_id"]) for version in made] == [
        (1, None),
        (2, str(film.version_id)),
        (3, str(film.version_id)),
    ]


@pytest.mark.parametrize("status", [JobStatus.PENDING, *ACTIVE])
def test_a_film_in_the_making_is_not_edited(film: Film, status: JobStatus) -> None:
    cut_list = film.cut_list()
    film.user.post(f"{film.version}/edit", json=cut_list).raise_for_status()
    if status is not JobStatus.PENDING:
        move(film.job_id, status)
    for request in (
        lambda: film.user.post(f"{film.version}/edit", json=cut_list),
        lambda: film.user.post(f"{film.job}/clips/1/regenerate"),
    ):
        refused = request()
        assert refused.status_code == 409
        assert refused.json()["code"] == "conflict"
        assert status in refused.json()["detail"]
    assert len(film.versions()) == 2


def test_an_unfinished_version_is_not_edited(film: Film) -> None:
    film.user.post(f"{film.version}/edit", json=film.cut_list()).raise_for_status()
    unfinished = film.state()["compositions"][1]["id"]
    with session() as db:
        jobs.fail(db, film.job_id, "disk_full", "The disk is full", "Free some space")
    refused = film.user.post(f"/api/v1/compositions/{unfinished}/edit", json=film.cut_list())
    assert refused.status_code == 409
    assert "Version 2 can't be edited: it is failed" in refused.json()["detail"]


def changed(path: str, value: object) -> Callable[[dict[str, Any]], object]:
    *way, last = [int(part) if part.isdigit() else part for part in path.strip("/").split("/")]

    def change(cut_list: dict[str, Any]) -> None:
        place: Any = cut_list
        for part in way:
            place = place[part]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (changed("/scenes/1/frames", 5000), "/scenes/1/frames"),
        (changed("/scenes/1/frames", 0), "/scenes/1/frames"),
        (changed("/scenes/1/frames", "long"), "/scenes/1/frames"),
        (changed("/scenes/2/number", 4), "/scenes/2/number"),
        (changed("/scenes/0/skip", 5000), "/scenes/0/frames"),
        (changed("/scenes/0/title", "x" * 81), "/scenes/0/title"),
        (changed("/scenes/0/title", "a\x00b"), "/scenes/0/title"),
        (changed("/scenes/0/title", "\ud800"), "/scenes/0/title"),
        (changed("/scenes/0/transition", "wipe"), "/scenes/0/transition_frames"),
        (changed("/scenes", []), "/scenes"),
        (changed("/scenes", [{"number": 1, "frames": 20}]), "/scenes"),
        (changed("/music", {"kind": "upload"}), "/music/asset_id"),
        (changed("/music", {"kind": "noise"}), "/music/kind"),
        (changed("/voice", {}), "/voice"),
        (changed("/voice", {"text": "x" * 2000}), "/voice/text"),
        (changed("/voice", {"text": "…"}), "/voice/text"),
        (changed("/voice", {"text": "Hm", "language": "tlh"}), "/voice/language"),
        (changed("/voice", {"captions": "both", "asset_id": str(uuid4())}), "/voice/captions"),
        (changed("/speed", 2), "/speed"),
    ],
)
def test_what_cannot_be_cut_is_refused_at_its_place(
    film: Film, change: Callable[[dict[str, Any]], object], pointer: str
) -> None:
    cut_list = film.cut_list()
    change(cut_list)
    # Not by `json=`, which can't send a lone surrogate.
    refused = film.user.post(
        f"{film.version}/edit", content=json.dumps(cut_list), headers={"Content-Type": "application/json"}
    )
    assert refused.status_code == 422
    problem = refused.json()
    assert refused.headers["content-type"] == "application/problem+json"
    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert problem["remedy"]
    assert film.state()["status"] == "completed"
    assert film.versions() == [(1, "completed")]


def test_all_that_cannot_be_cut_is_told_at_once(film: Film) -> None:
    cut_list = {
        "scenes": [
            {"number": 1, "frames": 30, "transition": "dip", "transition_frames": 4},
            {"number": 7, "frames": 5},
        ]
    }
    problem = film.user.post(f"{film.version}/edit", json=cut_list).json()
    assert problem["code"] == "cut_list_invalid"
    assert [error["pointer"] for error in problem["errors"]] == ["/scenes/0/transition", "/scenes/1/number"]


def upload(owner: UUID | None, kind: AssetKind) -> UUID:
    sound = kind in (AssetKind.MUSIC, AssetKind.AUDIO)
    row = BrandAsset(
        session_id=owner,
        kind=kind,
        filename="file",
        content_type="audio/mpeg" if sound else "image/png",
        size_bytes=100,
        sha256="ab" * 32,
        storage_key="k",
        width=None if sound else 8,
        height=None if sound else 8,
        duration_seconds=9.0 if sound else None,
    )
    with session() as db:
        db.add(row)
        db.flush()
        return row.id


@pytest.mark.parametrize(
    ("asset", "status"), [("music", 202), ("logo", 422), ("another's", 422), ("no", 422)]
)
def test_music_is_an_upload_of_this_session(film: Film, asset: str, status: int) -> None:
    with session() as db:
        owner = db.get_one(GenerationJob, film.job_id).session_id
    ids = {
        "music": lambda: upload(owner, AssetKind.MUSIC),
        "logo": lambda: upload(owner, AssetKind.LOGO),
        "another's": lambda: upload(None, AssetKind.MUSIC),
        "no": uuid4,
    }
    cut_list = film.cut_list() | {"music": {"kind": "upload", "asset_id": str(ids[asset]())}}
    answer = film.user.post(f"{film.version}/edit", json=cut_list)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["code"] == "asset_unusable"
        assert film.versions() == [(1, "completed")]


def test_a_voice_over_can_be_given_to_a_film_and_stays_in_the_versions_after_it(film: Film) -> None:
    voice = {"text": "Arrive fresh.", "language": "de", "captions": "track", "asset_id": None}
    film.user.post(f"{film.version}/edit", json=film.cut_list() | {"voice": voice}).raise_for_status()
    second = f"/api/v1/compositions/{make(film.job_id)}"
    again = film.user.get(f"{second}/timeline").raise_for_status().json()["cut_list"]
    assert again["voice"] == voice
    film.user.post(f"{second}/edit", json=again).raise_for_status()
    third = film.user.get(f"/api/v1/compositions/{make(film.job_id)}/timeline").raise_for_status().json()
    assert third["cut_list"]["voice"] == voice


@pytest.mark.parametrize(("asset", "status"), [("audio", 202), ("music", 422), ("another's", 422)])
def test_a_recording_is_an_upload_of_this_session(film: Film, asset: str, status: int) -> None:
    with session() as db:
        owner = db.get_one(GenerationJob, film.job_id).session_id
    kind, whose = (
        (AssetKind.MUSIC if asset == "music" else AssetKind.AUDIO),
        (None if "'" in asset else owner),
    )
    cut_list = film.cut_list() | {"voice": {"asset_id": str(upload(whose, kind))}}
    assert film.user.post(f"{film.version}/edit", json=cut_list).status_code == status


def test_a_film_whose_logo_is_gone_is_not_begun_again(user: httpx.Client) -> None:
    own = user.post("/api/v1/generations", json={"prompt": "A red kettle"}).raise_for_status().json()["id"]
    with session() as db:
        logo = upload(db.get_one(GenerationJob, UUID(own)).session_id, AssetKind.LOGO)
    film = finished_film(user, logo_asset_id=str(logo))
    cut_list = film.cut_list()
    with session() as db:
        db.delete(db.get_one(BrandAsset, logo))
    for refused in (
        film.user.post(f"{film.version}/edit", json=cut_list),
        film.user.post(f"{film.job}/clips/1/regenerate"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (422, "asset_unusable")
    assert film.versions() == [(1, "completed")]


def test_a_pipeline_that_is_switched_off_edits_nothing(film: Film) -> None:
    cut_list = film.cut_list()
    with session() as db:
        db.get_one(SystemConfig, "enable_ad_pipeline").value = False
    for refused in (
        film.user.post(f"{film.version}/edit", json=cut_list),
        film.user.post(f"{film.job}/clips/1/regenerate"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (503, "pipeline_disabled")


def test_a_cancelled_edit_leaves_the_film_as_it_was(film: Film) -> None:
    cut_list = film.cut_list()
    film.user.post(f"{film.version}/edit", json=cut_list).raise_for_status()
    cancelled = film.user.post(f"{film.job}/cancel")
    assert cancelled.status_code == 202
    assert (cancelled.json()["status"], cancelled.json()["progress"]) == ("completed", 100)
    assert film.versions() == [(1, "completed"), (2, "cancelled")]
    assert cancelled.json()["composition_id"] == str(film.version_id)
    film.user.get(f"{film.version}/download").raise_for_status()

    film.user.post(f"{film.version}/edit", json=cut_list).raise_for_status()
    move(film.job_id, JobStatus.COMPOSING)
    asked = film.user.post(f"{film.job}/cancel").raise_for_status().json()
    assert (asked["status"], asked["cancel_requested"]) == ("composing", True)
    with session() as db:
        jobs.cancel(db, film.job_id)
    state = film.state()
    assert (state["status"], state["cancel_requested"]) == ("completed", False)
    assert {clip["status"] for clip in state["clips"]} == {"completed"}
    assert film.versions() == [(1, "completed"), (2, "cancelled"), (3, "cancelled")]
    assert film.user.post(f"{film.job}/cancel").status_code == 409


def test_a_failed_edit_leaves_the_film_and_is_retried_as_the_same_version(film: Film) -> None:
    film.user.post(f"{film.version}/edit", json=film.cut_list()).raise_for_status()
    move(film.job_id, JobStatus.COMPOSING)
    with session() as db:
        jobs.fail(db, film.job_id, "disk_full", "The disk is full", "Free some space")
    state = film.state()
    assert (state["status"], state["composition_id"]) == ("failed", str(film.version_id))
    assert film.versions() == [(1, "completed"), (2, "failed")]
    assert state["compositions"][1]["error_message"] == "The disk is full"
    film.user.get(f"{film.version}/download").raise_for_status()

    film.user.post(f"{film.job}/retry").raise_for_status()
    assert film.versions() == [(1, "completed"), (2, "pending")]
    assert str(make(film.job_id)) == state["compositions"][1]["id"]
    assert film.versions() == [(1, "completed"), (2, "completed")]


def test_a_film_whose_edit_failed_can_be_edited_anew(film: Film) -> None:
    cut_list = film.cut_list()
    film.user.post(f"{film.version}/edit", json=cut_list).raise_for_status()
    with session() as db:
        jobs.fail(db, film.job_id, "asset_missing", "The music is gone", "Upload it again")
    film.user.post(f"{film.version}/edit", json=cut_list).raise_for_status()
    assert film.versions() == [(1, "completed"), (2, "failed"), (3, "pending")]
    assert film.state()["error"] is None
    with session() as db:
        jobs.fail(db, film.job_id, "disk_full", "The disk is full", "Free some space")
    film.user.post(f"{film.job}/retry").raise_for_status()
    assert film.versions() == [(1, "completed"), (2, "failed"), (3, "pending")]


def test_a_finished_film_is_not_retried(film: Film) -> None:
    refused = film.user.post(f"{film.job}/retry")
    assert refused.status_code == 409
    assert "it has not failed" in refused.json()["detail"]


def test_strangers_learn_nothing(
    film: Film, sign_in: Callable[[], httpx.Client], anonymous: httpx.Client
) -> None:
    stranger = sign_in()
    cut_list = film.cut_list()
    for method, path, body in (
        ("GET", "/api/v1/compositions/{version}", None),
        ("GET", "/api/v1/compositions/{version}/timeline", None),
        ("GET", "/api/v1/compositions/{version}/download", None),
        ("POST", "/api/v1/compositions/{version}/edit", cut_list),
        ("POST", "/api/v1/generations/{job}/clips/1/regenerate", None),
        ("GET", "/api/v1/generations/{job}/assets", None),
    ):
        theirs, unknown = (str(film.version_id), str(film.job_id)), (str(uuid4()), str(uuid4()))
        answers = []
        for version, job in (theirs, unknown):
            place = path.format(version=version, job=job)
            answer = stranger.request(method, place, json=body)
            assert answer.status_code == 404
            answers.append(answer.text.replace(version, "-").replace(job, "-"))
            assert anonymous.request(method, place, json=body).status_code == 401
        assert answers[0] == answers[1]
    assert film.state()["status"] == "completed"


@pytest.mark.parametrize(
    ("kind", "facts", "last"),
    [
        ("status", {"status": "completed"}, True),
        ("status", {"status": "pending"}, False),
        ("progress", {"progress": 100}, False),
    ],
)
def test_who_follows_a_cancelled_edit_is_told_its_end(kind: Any, facts: dict[str, Any], last: bool) -> None:
    assert Event(1, kind, facts).last is last
