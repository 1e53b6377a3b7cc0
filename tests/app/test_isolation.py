"""Two sessions that try each other's ids everywhere: what is another's is as if it were not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlmodel import SQLModel
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app.database import session
from app.main import create_app
from tests.app.editing.films import ORDER, finished_film
from tests.app.files import png, wav

GENERATIONS = "/api/v1/generations"
DOCUMENT = create_app().openapi()
BY_ID = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods if "{" in path]


@dataclass(frozen=True)
class Belongings:
    """One of everything that a session can have."""

    user: httpx.Client
    asset_id: str
    music_id: str
    generation_id: str
    composition_id: str

    def parameters(self) -> dict[str, str]:
        """What may stand in a path. A route with another parameter fails these tests until it is here."""
        return {
            "asset_id": self.asset_id,
            "generation_id": self.generation_id,
            "composition_id": self.composition_id,
            "number": "1",
        }


def belongings(user: httpx.Client) -> Belongings:
    film = finished_film(user)
    uploads = ((png(), "logo"), (wav(), "music"))
    logo, music = (
        user.post("/api/v1/assets", files={"file": ("own", content)}, data={"kind": kind}).json()["id"]
        for content, kind in uploads
    )
    return Belongings(user, logo, music, str(film.job_id), str(film.version_id))


@pytest.fixture
def owner(sign_in: Callable[[], httpx.Client]) -> Belongings:
    return belongings(sign_in())


@pytest.fixture
def stranger(sign_in: Callable[[], httpx.Client]) -> Belongings:
    return belongings(sign_in())


def rows() -> dict[str, list[Any]]:
    """The whole database."""
    with session() as db:
        return {
            table.name: sorted(map(repr, db.connection().execute(table.select()).all()))
            for table in SQLModel.metadata.sorted_tables
        }


def body_of(method: str, path: str) -> Any:
    """The example of what an operation takes."""
    content = DOCUMENT["paths"][path][method].get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("example")


@pytest.mark.parametrize(("method", "path"), BY_ID)
def test_an_id_of_another_session_is_unknown(
    method: str, path: str, owner: Belongings, stranger: Belongings
) -> None:
    def asked(by: Belongings, parameters: dict[str, str]) -> tuple[int, str, str]:
        answer = by.user.request(method, path.format(**parameters), json=body_of(method, path))
        text = answer.text
        for name, value in parameters.items():
            if name != "number":
                text = text.replace(value, f"<{name}>")
        return answer.status_code, answer.headers["Content-Type"], text

    unknown = {name: str(uuid4()) for name in owner.parameters()} | {"number": "1"}
    before = rows()
    nothing = asked(owner, unknown)
    assert nothing[:2] == (404, "application/problem+json")
    assert asked(stranger, owner.parameters()) == nothing
    assert rows() == before


def test_the_ids_lead_to_something_for_their_owner(owner: Belongings) -> None:
    """Or the test above would prove nothing."""
    found = [
        owner.user.get(path.format(**owner.parameters())).status_code
        for method, path in BY_ID
        if method == "get"
    ]
    assert len(found) > 5
    assert set(found) == {200}


@pytest.mark.parametrize("target", [GENERATIONS, f"{GENERATIONS}/estimate"])
@pytest.mark.parametrize("field", ["logo_asset_id", "music_asset_id"])
def test_an_order_can_not_name_anothers_upload(
    target: str, field: str, owner: Belongings, stranger: Belongings
) -> None:
    own = owner.asset_id if field == "logo_asset_id" else owner.music_id
    assert refused(stranger, target, ORDER | {field: own}, own) == refused(
        stranger, target, ORDER | {field: (unknown := str(uuid4()))}, unknown
    )
    assert owner.user.post(f"{GENERATIONS}/estimate", json=ORDER | {field: own}).status_code == 200


def test_an_edit_can_not_name_anothers_music(owner: Belongings, stranger: Belongings) -> None:
    version = f"/api/v1/compositions/{stranger.composition_id}"
    cut_list = stranger.user.get(f"{version}/timeline").json()["cut_list"]

    def over(music: str) -> str:
        edited = cut_list | {"music": {"kind": "upload", "asset_id": music}}
        return refused(stranger, f"{version}/edit", edited, music)

    assert over(owner.music_id) == over(str(uuid4()))


def refused(by: Belongings, path: str, body: dict[str, Any], asset_id: str) -> str:
    before = rows()
    answer = by.user.post(path, json=body)
    assert answer.status_code == 422, answer.text
    assert rows() == before
    return answer.text.replace(asset_id, "<asset>")


@pytest.mark.parametrize("path", ["/api/v1/assets", GENERATIONS])
def test_lists_show_ones_own_whatever_the_cursor(path: str, owner: Belongings, stranger: Belongings) -> None:
    def ids(user: httpx.Client, **query: str | int) -> tuple[set[str], str | None]:
        page = user.get(path, params=query).raise_for_status().json()
        return {item["id"] for item in page["items"]}, page["next_cursor"]

    if path == GENERATIONS:
        finished_film(owner.user)
    theirs, _ = ids(owner.user)
    _, cursor = ids(owner.user, limit=1)
    assert cursor
    assert len(theirs) == 2
    assert not theirs & ids(stranger.user)[0]
    assert not theirs & ids(stranger.user, cursor=cursor)[0]


def test_a_key_of_another_session_means_nothing(owner: Belongings, stranger: Belongings) -> None:
    def submitted(by: Belongings) -> str:
        answer = by.user.post(GENERATIONS, json=ORDER, headers={"Idempotency-Key": "the same"})
        return answer.raise_for_status().json()["id"]

    assert submitted(owner) == submitted(owner)
    assert submitted(stranger) != submitted(owner)


def test_anothers_film_can_not_be_followed(owner: Belongings, stranger: Belongings, server_url: str) -> None:
    def closed(by: Belongings, generation_id: str) -> tuple[int, str]:
        url = f"{server_url.replace('http', 'ws', 1)}/ws/generations/{generation_id}"
        headers = {"Authorization": by.user.headers["Authorization"]}
        with connect(url, additional_headers=headers) as socket, pytest.raises(ConnectionClosed) as closing:
            json.loads(socket.recv(timeout=60))
        assert closing.value.rcvd is not None
        return closing.value.rcvd.code, closing.value.rcvd.reason

    assert closed(stranger, owner.generation_id) == closed(stranger, str(uuid4()))
    assert closed(stranger, owner.generation_id)[0] == 4404


def test_a_link_opens_what_it_was_made_for_and_nothing_else(owner: Belongings, stranger: Belongings) -> None:
    """Links need no session; what they open is signed."""
    own, other = (
        by.user.get(f"/api/v1/assets/{by.asset_id}").raise_for_status().json()["url"]
        for by in (stranger, owner)
    )
    assert httpx.get(own).status_code == 200
    forged = f"{other.partition('?')[0]}?{own.partition('?')[2]}"
    assert httpx.get(forged).status_code == 403
