"""The picture of a film's subject: drawn by a model before any shot, and given to all that show it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import Engine

from app import jobs, records, storage_keys
from app.database import session
from app.ledger import JobLedger
from app.models import GenerationJob, JobStatus, Purpose
from app.requests import GenerationCreate
from app.settings import settings
from blocks.clip_source import ClipRequest, ClipSourceError
from blocks.media_store import DirectoryMediaStore
from blocks.replicate.api import ReplicateApi
from blocks.replicate.clips import ReplicateClipSource
from blocks.replicate.models import load_models
from blocks.replicate.pictures import PictureOrder, ReplicatePictures
from blocks.replicate.purchase import Counter
from flows.generation import references
from flows.generation.film import clip_requests
from flows.generation.prompt import plan_shots
from flows.generation.references import carry_references
from flows.generation.subject import draw_subject
from media.timeline import Size
from planning.brief import Brief
from planning.builtin import BuiltinPlanner
from planning.storyboard import Storyboard
from planning.style_sheet import style_sheet
from sandbox.replicate.running import StandIn
from tests.replicate.conftest import States

FIRST, SECOND = (model.name for model in load_models().image)
PRICE = Decimal("0.003")


@pytest.fixture
def order() -> PictureOrder:
    """A picture that no other test has ordered."""
    prompt = "A red bicycle. Palette: teal (#0fb5ae)."
    return PictureOrder(prompt=prompt, aspect="9:16", seed=secrets.randbelow(1 << 30))


@pytest.fixture
def painter(eager: Counter) -> ReplicatePictures:
    return ReplicatePictures(eager, load_models())


def test_a_picture_has_its_shape_and_is_paid_once(
    painter: ReplicatePictures, order: PictureOrder, states: States, replicate: StandIn, tmp_path: Path
) -> None:
    before = replicate.bill()
    painter.draw(order, tmp_path / "subject.jpg")
    painter.draw(order, tmp_path / "again.jpg")
    with Image.open(tmp_path / "subject.jpg") as picture:
        assert picture.format == "JPEG"
        assert picture.width / picture.height == pytest.approx(9 / 16, rel=0.05)
    assert states() == [(FIRST, "succeeded", PRICE)]
    after = replicate.bill()
    assert Decimal(after["total_usd"]) - Decimal(before["total_usd"]) == PRICE


def test_where_the_first_model_fails_the_second_draws(
    painter: ReplicatePictures, order: PictureOrder, states: States, replicate: StandIn, tmp_path: Path
) -> None:
    replicate.fault("failed", model=FIRST)
    painter.draw(order, tmp_path / "subject.jpg")
    assert [(model, state) for model, state, _ in states()] == [
        *[(FIRST, "failed")] * 2,
        (SECOND, "succeeded"),
    ]


def test_a_picture_of_no_use_is_bought_once_more_and_no_more(
    painter: ReplicatePictures, order: PictureOrder, states: States, replicate: StandIn, tmp_path: Path
) -> None:
    replicate.fault("corrupt_output")
    for _ in range(2):
        with pytest.raises(ClipSourceError, match="of no use: the picture can't be decoded"):
            painter.draw(order, tmp_path / "subject.jpg")
    assert states() == [(FIRST, "refused", PRICE)] * 2
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def film(
    account: ReplicateApi, engine: Engine, job_id: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """As much of a `Production` as references need, at a source that takes them."""
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(references, "draw_subject", SimpleNamespace(submit=_at_once))
    monkeypatch.setattr(references, "make_clip", SimpleNamespace(submit=_nothing))
    settings.cache_clear()
    with session() as db:
        for step in (JobStatus.PLANNING, JobStatus.GENERATING):
            jobs.advance(db, job_id, step)
    brief = Brief(prompt="A red bicycle rides home at night", duration_s=15, clip_count=3)
    counters = {
        purpose: Counter(
            account, JobLedger(engine, job_id, purpose), told=lambda _: True, settles_within_s=1.0
        )
        for purpose in (Purpose.CLIP, Purpose.IMAGE)
    }
    yield SimpleNamespace(
        job_id=job_id,
        brief=brief.model_copy(update={"seed": secrets.randbelow(1 << 30), "draft": True}),
        request=GenerationCreate(prompt=brief.prompt),
        size=Size.for_aspect("16:9", draft=True),
        store=DirectoryMediaStore(root=tmp_path / "store"),
        workdir=tmp_path,
        cancel=threading.Event(),
        working=nullcontext,
        source=ReplicateClipSource(account=account, scratch=tmp_path).at(counters[Purpose.CLIP]),
        painter=ReplicatePictures(counters[Purpose.IMAGE], load_models()),
    )
    settings.cache_clear()


def _at_once(film: Any, storyboard: Storyboard) -> Any:
    return SimpleNamespace(result=lambda: draw_subject.fn(film, storyboard))


def _nothing(film: Any, number: int, order: ClipRequest) -> Any:
    pytest.fail(f"clip {number} was made before the picture")


def planned(film: Any) -> Storyboard:
    board = BuiltinPlanner().plan(film.brief)
    board = board.model_copy(update={"style": style_sheet(film.brief, board.mood, board.palette)})
    with session() as db:
        plan_shots(db, film, board)
    return board


def test_all_shots_of_the_subject_are_drawn_by_one_picture_made_before(
    film: Any, states: States, replicate: StandIn
) -> None:
    board = planned(film)
    carried = carry_references(film, board)
    followers = board.followers()
    referring = {scene.number: scene.reference for scene in carried.scenes if scene.reference}
    assert referring.keys() == {*followers, *followers.values()}
    (picture,) = set(referring.values())
    assert film.store.head(storage_keys.reference_key(film.job_id, picture))
    assert states() == [(FIRST, "succeeded", PRICE)]
    with session() as db:
        job = db.get_one(GenerationJob, film.job_id)
        assert Storyboard.model_validate(job.storyboard) == carried
        clips = sum(clip.estimated_cost_usd for clip in records.clips_of(db, film.job_id))
    assert carry_references(film, carried) == carried
    assert len(states()) == 1
    assert clips > 0


def test_the_model_of_clips_is_given_it_as_a_list(film: Any, states: States, tmp_path: Path) -> None:
    carried = carry_references(film, planned(film))
    order = next(each for each in clip_requests(carried, film.size, draft=True) if each.reference)
    order = order.model_copy(update={"reference_picture": tmp_path / f"{order.reference}.jpg"})
    submission = film.source.submit(order)
    for _ in range(600):
        if film.source.poll(submission).state == "succeeded":
            break
        film.cancel.wait(0.05)
    film.source.fetch(submission, tmp_path / "clip.mp4")
    seen = film.painter._counter.api.get(film.source._counter.ledger.entries(f"{submission}/0")[0].prediction)
    (given,) = seen.input["reference_images"]
    assert given.startswith("data:image/jpeg;base64,")
    assert "image" not in seen.input
    assert [state for _, state, _ in states()] == ["succeeded"] * 2


def test_where_no_model_draws_it_the_first_shot_is_waited_for(
    film: Any, replicate: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    replicate.fault("failed")
    made: list[int] = []

    def submit(_: Any, number: int, order: ClipRequest) -> Any:
        made.append(number)
        return SimpleNamespace(result=lambda: None)

    monkeypatch.setattr(references, "make_clip", SimpleNamespace(submit=submit))
    monkeypatch.setattr(references, "_picture_of", lambda *_: "0" * 64)
    board = planned(film)
    carried = carry_references(film, board)
    followers = board.followers()
    assert made == [next(iter(followers.values()))]
    assert {scene.number for scene in carried.scenes if scene.reference} == followers.keys()
