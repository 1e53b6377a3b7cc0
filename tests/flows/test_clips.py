"""Ordering clips take by take, and showing models what the subject looks like."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app import records, storage_keys
from app.budgets import BudgetExceeded
from app.database import DatabaseUnavailable, session
from app.models import ClipStatus, GenerationJob
from flows.generation import clips, references
from flows.generation.gate import ClipRefused
from flows.generation.references import carry_references
from planning.builtin import BuiltinPlanner
from planning.storyboard import Storyboard
from planning.style_sheet import style_sheet
from tests.flows.gated import ORDER

SPENT = BudgetExceeded("Clip 2 was not ordered", "the job's budget is spent", "Raise it")


@pytest.fixture(autouse=True)
def no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect's limit is tried where its server runs."""
    monkeypatch.setattr(clips, "_machine", lambda needed: nullcontext())


def make(film: Any, *deliveries: Path | Exception) -> Path:
    film.source.deliveries = list(deliveries)
    clip = film.workdir / "clip_002.mp4"
    clips._make(film, 2, ORDER, clip)
    return clip


def test_the_ledger_is_told_what_was_refused(film: Any, broken: dict[str, Path]) -> None:
    assert make(film, broken["black"], broken["good"]).exists()
    first, second = (order.seed for order in film.source.ordered)
    assert film.source.refused == {first: film.source.refused[first]}
    assert "100% of it is black" in film.source.refused[first]
    assert second != first


def test_a_spent_budget_settles_for_the_best_take(film: Any, broken: dict[str, Path]) -> None:
    assert make(film, broken["blurred"], SPENT).exists()
    with session() as db:
        quality = records.quality_of(records.clips_of(db, film.job_id)[1])
    assert quality
    assert quality.mark == "blurred"


@dataclass(frozen=True)
class Ended:
    """A task that has ended."""

    how: Path | Exception

    def result(self) -> Path:
        if isinstance(self.how, Exception):
            raise self.how
        return self.how


def _ended(*results: Path | Exception) -> dict[int, Any]:
    """Tasks of clips that have ended so, by the clips' numbers."""
    return {number: Ended(how) for number, how in enumerate(results, 1)}


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect's futures are tried where its server runs."""
    monkeypatch.setattr(clips, "as_completed", lambda futures: futures)


REFUSED = ClipRefused("Clip 2 could not be made", "none of its 3 takes can be used: black", "Try again")


@pytest.mark.usefixtures("ended")
def test_the_clips_come_in_the_films_order(film: Any) -> None:
    made = [Path("a"), Path("b"), Path("c")]
    assert clips.gather(film, _ended(*made)) == made


@pytest.mark.parametrize(
    ("fault", "unwanted", "status", "says"),
    [
        (REFUSED, False, ClipStatus.FAILED, f"{REFUSED.what}: {REFUSED.cause}"),
        (REFUSED, True, ClipStatus.PENDING, None),
        (DatabaseUnavailable("It was away", "it restarts", "Wait"), False, ClipStatus.PENDING, None),
    ],
)
@pytest.mark.usefixtures("ended")
def test_a_clip_that_fails_for_good_says_why(
    film: Any, fault: Exception, unwanted: bool, status: ClipStatus, says: str | None
) -> None:
    if unwanted:
        film.cancel.set()
    with pytest.raises(type(fault)):
        clips.gather(film, _ended(Path("a"), fault, Path("c")))
    with session() as db:
        clip = records.clips_of(db, film.job_id)[1]
        assert (clip.status, clip.error_message) == (status, says)


def test_a_spent_budget_without_a_take_of_use_fails(film: Any, broken: dict[str, Path]) -> None:
    with pytest.raises(BudgetExceeded):
        make(film, broken["corrupt"], SPENT)


def test_takes_of_no_use_fail_and_leave_no_clip(film: Any, broken: dict[str, Path]) -> None:
    with pytest.raises(ClipRefused):
        make(film, *[broken["corrupt"]] * 3)
    assert not (film.workdir / "clip_002.mp4").exists()


def planned(film: Any) -> Storyboard:
    brief = film.brief.model_copy(update={"prompt": "A red bicycle rides home at night", "clip_count": 3})
    board = BuiltinPlanner().plan(brief)
    return board.model_copy(update={"style": style_sheet(brief, board.mood, board.palette)})


def test_a_first_shot_of_the_subject_that_fails_for_good_says_why(
    film: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "make_clip", SimpleNamespace(submit=lambda *_: Ended(REFUSED)))
    board = planned(film)
    anchor = min(board.followers().values())
    with pytest.raises(ClipRefused):
        carry_references(film, board)
    with session() as db:
        clip = records.clips_of(db, film.job_id)[anchor - 1]
        assert (clip.status, clip.error_message) == (ClipStatus.FAILED, f"{REFUSED.what}: {REFUSED.cause}")


def test_later_shots_are_drawn_by_the_first_one_of_the_subject(
    film: Any, broken: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def submit(_: Any, number: int, order: Any) -> Any:
        made.append(number)
        (film.workdir / f"clip_{number:03d}.mp4").write_bytes(broken["good"].read_bytes())
        return SimpleNamespace(result=lambda: None)

    monkeypatch.setattr(references, "make_clip", SimpleNamespace(submit=submit))
    monkeypatch.setattr(references, "_picture_of", _short_clip(references._picture_of))
    board = planned(film)
    followers = board.followers()
    assert followers
    carried = carry_references(film, board)
    assert made == [next(iter(followers.values()))]
    pictures = {scene.number: scene.reference for scene in carried.scenes if scene.reference}
    assert pictures.keys() == followers.keys()
    (picture,) = set(pictures.values())
    assert film.store.head(storage_keys.reference_key(film.job_id, picture))
    with session() as db:
        kept = Storyboard.model_validate(db.get_one(GenerationJob, film.job_id).storyboard)
    assert kept == carried
    # Another run finds it all pinned.
    assert carry_references(film, kept) == kept
    assert len(made) == 1


def test_a_source_that_takes_no_picture_is_left_alone(film: Any) -> None:
    film.source.takes_reference = False
    board = planned(film)
    assert carry_references(film, board) is board


def _short_clip(picture_of: Any) -> Any:
    """The clips of this test are shorter than the storyboard's."""
    return lambda film, number, frames: picture_of(film, number, ORDER.frames)
