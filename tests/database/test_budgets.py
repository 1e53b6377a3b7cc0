"""Before the first clip of a planned film is ordered, there has to be room for the last one."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlmodel import Session

from app import admission, records
from app.budgets import BudgetExceeded, require_room_for_clips
from app.configuration import configure
from app.models import ClipStatus, GenerationJob, Prediction, PredictionState, Purpose, UserSession
from app.records import Shot
from app.requests import GenerationCreate

Order = Callable[[int, PredictionState], None]


@pytest.fixture
def job(db: Session, user: UserSession) -> GenerationJob:
    """One of three clips of a dollar each, where a job may cost two and a half."""
    configure(db, "job_budget_usd", 2.5)
    job = admission.create_job(db, GenerationCreate(prompt="A red kettle"), user)
    shots = [
        Shot(
            number=number,
            description="A kettle",
            frames=60,
            address=f"{number}" * 64,
            source="a/b",
            estimated_cost_usd=Decimal(1),
        )
        for number in (1, 2, 3)
    ]
    records.plan_clips(db, job.id, shots)
    return job


@pytest.fixture
def order(db: Session, job: GenerationJob) -> Order:
    def make(number: int, state: PredictionState) -> None:
        open_ = state in (PredictionState.INTENDED, PredictionState.ACCEPTED)
        row = Prediction(
            job_id=job.id,
            clip_number=number,
            purpose=Purpose.CLIP,
            address=f"{number}/0",
            attempt=1,
            model="a/b",
            input_sha256="ab" * 32,
            state=state,
            prediction_id=f"p{number}",
            estimated_usd=Decimal(1),
            cost_usd=None if open_ else Decimal(1),
        )
        db.add(row)
        db.flush()

    return make


def test_without_it_nothing_is_begun(db: Session, job: GenerationJob) -> None:
    with pytest.raises(BudgetExceeded, match=r"scenes were not made: it costs \$3\.00, and of the \$2\.50"):
        require_room_for_clips(db, job.id)
    configure(db, "job_budget_usd", 3)
    require_room_for_clips(db, job.id)


@pytest.mark.parametrize("state", [PredictionState.ACCEPTED, PredictionState.SUCCEEDED])
def test_what_a_killed_run_has_ordered_counts_once(
    db: Session, job: GenerationJob, order: Order, state: PredictionState
) -> None:
    configure(db, "job_budget_usd", 3)
    order(1, state)
    require_room_for_clips(db, job.id)


def test_what_was_refused_is_to_be_paid_again(db: Session, job: GenerationJob, order: Order) -> None:
    configure(db, "job_budget_usd", 3)
    order(1, PredictionState.REFUSED)
    with pytest.raises(BudgetExceeded, match=r"it costs \$3\.00, and of the \$3\.00 for the job \$1\.00"):
        require_room_for_clips(db, job.id)


def test_what_another_job_has_made_costs_nothing(db: Session, job: GenerationJob, user: UserSession) -> None:
    other = admission.create_job(db, GenerationCreate(prompt="A red kettle"), user)
    [clip, *_] = records.clips_of(db, job.id)
    shot = Shot(
        number=1,
        description="A kettle",
        frames=60,
        address=clip.address,
        source="a/b",
        estimated_cost_usd=Decimal(1),
    )
    [made] = records.plan_clips(db, other.id, [shot])
    made.status = ClipStatus.COMPLETED
    made.storage_key, made.thumbnail_key = "clip", "thumbnail"
    db.flush()
    require_room_for_clips(db, job.id)
