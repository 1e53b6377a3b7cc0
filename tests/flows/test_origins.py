"""A clip is told of by who made the take that is shown: the one who stood in, not the first choice."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app import admission, local_user, records
from app.models import Prediction, PredictionState, Purpose
from app.quality import ClipQuality, Take
from app.requests import GenerationCreate
from flows.generation.film import clip_requests
from flows.generation.origins import Sourced, sourced_clips
from media.timeline import Size
from planning.brief import Brief
from planning.builtin import BuiltinPlanner
from planning.storyboard import Storyboard

SIZE = Size.for_aspect("1:1")
FIRST_CHOICE = "replicate/maker/best/ab12"
RETAKE_SEED = 4711


@pytest.fixture
def storyboard() -> Storyboard:
    return BuiltinPlanner().plan(Brief(prompt="A red kettle", duration_s=15, aspect="1:1", clip_count=3))


def take(seed: int, *faults: str) -> Take:
    return Take(
        seed=seed,
        faults=faults,
        decode_errors=0,
        frames=1,
        width=1,
        height=1,
        black=0,
        frozen=0,
        sharpness=None,
        palette_distance=None,
        lettering=None,
        milliseconds=1,
    )


def planned(db: Session, storyboard: Storyboard, workdir: Path, source: str) -> tuple[Any, list[Any]]:
    """A job with its clips planned at a source, their files there, as the flow has it."""
    job = admission.create_job(db, GenerationCreate(prompt="A red kettle"), local_user.local_session(db))
    orders = clip_requests(storyboard, SIZE)
    shots = [
        records.Shot(
            number=n, description=o.description, frames=o.frames, address=o.address(source), source=source
        )
        for n, o in enumerate(orders, 1)
    ]
    records.plan_clips(db, job.id, shots)
    for shot in shots:
        (workdir / f"clip_{shot.number:03d}.mp4").write_bytes(b"clip")
    film = SimpleNamespace(job_id=job.id, size=SIZE, brief=SimpleNamespace(draft=False), workdir=workdir)
    return film, orders


def paid(db: Session, address: str, model: str, name: str, state: PredictionState) -> None:
    db.add(
        Prediction(
            purpose=Purpose.CLIP,
            address=address,
            attempt=1,
            model=model,
            input_sha256="0" * 64,
            state=state,
            prediction_id=name,
            estimated_usd=Decimal("0.2"),
            cost_usd=Decimal("0.2"),
        )
    )
    db.flush()


def first(db: Session, film: Any, storyboard: Storyboard) -> Sourced:
    return sourced_clips(db, film, storyboard)[0]


def test_a_drawn_clip_is_of_the_drawing_engine(
    engine: Engine, storyboard: Storyboard, tmp_path: Path
) -> None:
    with Session(engine) as db:
        film, orders = planned(db, storyboard, tmp_path, "drawn/1")
        found = first(db, film, storyboard)
    assert (found.origin.model, found.origin.trained, found.predictions) == ("drawn/1", False, ())
    assert (found.origin.seed, found.origin.prompt) == (orders[0].seed, orders[0].description)


def test_who_stood_in_is_named_and_not_the_first_choice(
    engine: Engine, storyboard: Storyboard, tmp_path: Path
) -> None:
    with Session(engine) as db:
        film, orders = planned(db, storyboard, tmp_path, FIRST_CHOICE)
        address = orders[0].address(FIRST_CHOICE)
        paid(db, f"{address}/0", "maker/second", "p1", PredictionState.SUCCEEDED)
        paid(db, f"{address}/1", "maker/best", "p2", PredictionState.SUCCEEDED)
        paid(db, f"{address}/2", "maker/third", "p3", PredictionState.CANCELLED)
        found = first(db, film, storyboard)
    assert (found.origin.model, found.origin.trained) == ("maker/second + maker/best", True)
    assert found.predictions == ("p1", "p2")


def test_the_take_that_is_shown_counts(engine: Engine, storyboard: Storyboard, tmp_path: Path) -> None:
    with Session(engine) as db:
        film, orders = planned(db, storyboard, tmp_path, FIRST_CHOICE)
        clip = records.clips_of(db, film.job_id)[0]
        takes = (take(orders[0].seed, "blurred"), take(RETAKE_SEED))
        records.note_quality(db, clip.id, ClipQuality(takes=takes, chosen=1))
        again = orders[0].model_copy(update={"seed": RETAKE_SEED})
        paid(db, f"{orders[0].address(FIRST_CHOICE)}/0", "maker/best", "p1", PredictionState.REFUSED)
        paid(db, f"{again.address(FIRST_CHOICE)}/0", "maker/second", "p2", PredictionState.SUCCEEDED)
        found = first(db, film, storyboard)
    assert (found.origin.seed, found.origin.model, found.predictions) == (
        RETAKE_SEED,
        "maker/second",
        ("p2",),
    )
