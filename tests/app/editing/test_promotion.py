"""A draft's scenes are approved and promoted: what is paid, what is left out, and what is refused."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from app import admission, jobs, promotion
from app.clip_source import clip_source
from app.database import session
from app.models import GenerationJob, JobStatus, UserSession
from app.records import clips_of
from app.requests import GenerationCreate, fingerprint
from blocks.clip_source import ClipRequest
from flows.generation.film import clip_requests
from media.timeline import Size
from planning.brief import Brief
from planning.builtin import BuiltinPlanner
from planning.storyboard import Storyboard
from tests.app.editing.films import Film, finished_film, make, move


@pytest.fixture
def draft(user: httpx.Client) -> Film:
    return finished_film(user, draft=True)


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that takes a cent a frame, a tenth of that for drafts."""

    def cost(_: object, request: ClipRequest) -> Decimal:
        return Decimal(request.frames) / (1000 if request.draft else 100)

    monkeypatch.setattr(type(clip_source()), "cost", cost)


def scenes(film: Film) -> dict[str, Any]:
    return film.user.get(f"{film.job}/scenes").raise_for_status().json()


def say(film: Film, number: int, **change: object) -> httpx.Response:
    return film.user.patch(f"{film.job}/scenes/{number}", json=change)


def promote(film: Film, *numbers: int) -> httpx.Response:
    return film.user.post(f"{film.job}/promote", json={"scenes": numbers} if numbers else {})


def test_approved_scenes_become_a_film_of_their_own(draft: Film, priced: None) -> None:
    assert [scene["approved"] for scene in scenes(draft)["items"]] == [None, None, None]
    say(draft, 1, approved=True)
    say(draft, 2, approved=False)
    told = say(draft, 3, approved=True, description="A cup steams on the sill").json()
    first, _, third = told["items"]
    assert (told["approved"], third["description"]) == (2, "A cup steams on the sill")
    assert told["cost_usd"] == pytest.approx(first["cost_usd"] + third["cost_usd"])

    answer = promote(draft)
    assert answer.status_code == 202, answer.text
    made = answer.json()
    assert (made["draft"], made["status"], made["title"]) == (False, "pending", draft.state()["title"])
    assert answer.headers["Location"].endswith(made["id"])
    assert (draft.state()["status"], draft.state()["draft"]) == ("completed", True)
    job_id = UUID(made["id"])
    make(job_id)
    film = Film(
        draft.user, job_id, UUID(draft.user.get(f"/api/v1/generations/{job_id}").json()["composition_id"])
    )
    assert [scene["number"] for scene in film.cut_list()["scenes"]] == [1, 3]
    assert [clip["number"] for clip in film.state()["clips"]] == [1, 3]
    assert film.state()["clips"][1]["description"] == "A cup steams on the sill"


def test_what_was_made_in_full_is_not_paid_again(draft: Film, priced: None) -> None:
    make(UUID(promote(draft, 1, 2).json()["id"]))
    assert [(scene["already_made"], scene["cost_usd"] > 0) for scene in scenes(draft)["items"]] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    more = UUID(promote(draft, 1, 2, 3).json()["id"])
    move(more, JobStatus.GENERATING)
    with session() as db:
        addresses = [clip.address for clip in clips_of(db, more)]
        first = db.get_one(GenerationJob, UUID(promote(draft, 1, 2).json()["id"]))
        assert [clip.address for clip in clips_of(db, first.id)] == addresses[:2]


def test_prices_and_addresses_are_those_of_what_is_ordered() -> None:
    storyboard = BuiltinPlanner().plan(Brief(prompt="A calm coffee brand at dawn", clip_count=5, seed=3))
    size = Size.for_aspect("9:16")
    for shown in ([1, 2, 3, 4, 5], [2, 5]):
        ordered = clip_requests(storyboard.showing(shown), size)
        foreseen = promotion.orders_in_full(storyboard, size)
        assert [order.address("x") for order in ordered] == [foreseen[n - 1].address("x") for n in shown]


def test_promoted_twice_is_one_film(draft: Film) -> None:
    first = promote(draft, 2, 1).json()["id"]
    assert promote(draft, 1, 2, 2).json()["id"] == first
    assert promote(draft, 3).json()["id"] != first
    with session() as db:
        jobs.fail(db, UUID(first), "disk_full", "There was no room", "Make some")
    again = promote(draft, 1, 2).json()
    assert (again["id"], again["status"]) == (first, "pending")
    draft.user.post(f"/api/v1/generations/{first}/cancel").raise_for_status()
    anew = promote(draft, 1, 2).json()
    assert (anew["id"] == first, anew["status"]) == (False, "pending")


def test_the_same_request_in_full_is_not_taken_for_the_promoted_film(draft: Film) -> None:
    promoted = UUID(promote(draft, 1).json()["id"])
    with session() as db:
        job = db.get_one(GenerationJob, promoted)
        user = db.get_one(UserSession, job.session_id)
        request = GenerationCreate.model_validate(job.parameters)
        assert admission.resume_candidate(db, fingerprint(request), user) is None


def test_other_words_take_the_approval_back(draft: Film) -> None:
    say(draft, 1, approved=True)
    assert say(draft, 1, description="Another cup").json()["items"][0]["approved"] is None
    say(draft, 1, approved=True)
    assert say(draft, 1, description="Another cup").json()["items"][0]["approved"] is True
    draft.user.post(f"{draft.job}/clips/1/regenerate", json={"description": "A third cup"}).raise_for_status()
    make(draft.job_id)
    assert scenes(draft)["items"][0]["approved"] is None


def test_a_draft_is_drawn_small(draft: Film) -> None:
    with session() as db:
        storyboard = Storyboard.model_validate(db.get_one(GenerationJob, draft.job_id).storyboard)
    (order, *_) = clip_requests(storyboard, Size.for_aspect("16:9", draft=True), draft=True)
    assert (order.width, order.height, order.draft) == (854, 480, True)


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/promote", {}, 409, "no scene of the draft is approved"),
        ("/promote", {"scenes": [4]}, 404, "There is no scene 4"),
        ("/promote", {"scenes": []}, 422, "scenes"),
        ("/promote", {"scenes": ["all"]}, 422, "scenes"),
        ("/scenes/9", {"approved": True}, 404, "There is no scene 9"),
        ("/scenes/1", {}, 422, "Nothing would change"),
        ("/scenes/1", {"approved": "yes"}, 422, "approved"),
        ("/scenes/1", {"description": "…"}, 422, "no letter or digit"),
        ("/scenes/1", {"left_out": True}, 422, "left_out"),
    ],
)
def test_refusals(draft: Film, path: str, body: dict[str, Any], status: int, said: str) -> None:
    method = "POST" if path == "/promote" else "PATCH"
    answer = draft.user.request(method, draft.job + path, json=body)
    assert answer.status_code == status, answer.text
    assert said in answer.text


def test_only_finished_drafts_have_scenes_to_approve(user: httpx.Client, draft: Film) -> None:
    full = finished_film(user)
    for refused in (say(full, 1, approved=True), promote(full, 1)):
        assert refused.status_code == 409
        assert "it is no draft" in refused.text
    draft.user.post(f"{draft.job}/clips/1/regenerate").raise_for_status()
    assert say(draft, 1, approved=True).status_code == 409
    assert promote(draft, 1).status_code == 409


def test_estimates_tell_both_prices(user: httpx.Client, priced: None) -> None:
    order = {"prompt": "A red kettle", "duration_s": 15, "clip_count": 3}
    full, small = (
        user.post("/api/v1/generations/estimate", json=order | {"draft": draft}).raise_for_status().json()
        for draft in (False, True)
    )
    assert (full["cost_usd"], small["cost_usd"]) == (4.5, 0.45)
    for estimate in (full, small):
        assert (estimate["full_cost_usd"], estimate["draft_cost_usd"]) == (4.5, 0.45)
