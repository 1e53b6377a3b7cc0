"""The gate: takes are judged once, written down, and the best of them is kept."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from sqlmodel import col, select

from app import jobs, records
from app.database import session
from app.models import Clip, JobStatus, SystemConfig
from app.quality import ClipQuality
from app.records import Shot
from app.requests import GenerationCreate
from app.settings import settings
from app.store import media_store
from blocks.clip_source import ClipRequest
from flows.generation.gate import ClipRefused, Gate, inherit
from tests.media.quality.test_measuring import FRAMES, SIZE, black, blurred, clip_of, scene

ORDER = ClipRequest(
    description="A blue sky over trees", width=SIZE.width, height=SIZE.height, frames=FRAMES, seed=7
)


@pytest.fixture
def film(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A job with three clips to make, as much of a `Production` as the gate needs."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("MEDIA_URL", (tmp_path / "media").as_uri())
    settings.cache_clear()
    with session() as db:
        job = jobs.create_job(db, GenerationCreate(prompt="A blue sky"), jobs.local_session(db))
        shots = [
            Shot(number=n, description="-", frames=FRAMES, address=f"{n:064d}", source="s") for n in (1, 2, 3)
        ]
        records.plan_clips(db, job.id, shots)
        for step in (JobStatus.PLANNING, JobStatus.GENERATING):
            jobs.advance(db, job.id, step)
        job_id = job.id
    refused_by_source: set[int] = set()
    workdir = tmp_path / "work"
    workdir.mkdir()
    source = SimpleNamespace(was_refused=lambda take: take.seed in refused_by_source)
    yield SimpleNamespace(
        job_id=job_id, workdir=workdir, store=media_store(), source=source, refused=refused_by_source
    )
    settings.cache_clear()


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A clip as it should be, and some that are not."""
    ways = {"good": lambda picture, _: picture, "black": black, "blurred": blurred}
    made = {name: clip_of(scene(change), tmp_path_factory.mktemp(name)) for name, change in ways.items()}
    corrupt = tmp_path_factory.mktemp("corrupt") / "clip.mp4"
    corrupt.write_bytes(made["good"].read_bytes()[:900])
    first = np.ascontiguousarray(next(scene()))
    frozen_and_blurred = clip_of(iter([blurred(first, 0)] * FRAMES), tmp_path_factory.mktemp("worse"))
    return made | {"corrupt": corrupt, "worse": frozen_and_blurred}


def shoot(film: Any, clips: dict[str, Path], *kinds: str, number: int = 2) -> Path:
    """What `make_clip` does with takes that arrive as these kinds; the file that is taken into the film."""
    gate = Gate(cast(Any, film), number, ORDER)
    arrived = film.workdir / "arrived.mp4"
    for take, kind in zip(gate.left(), kinds, strict=False):
        arrived.write_bytes(clips[kind].read_bytes())
        if gate.examine(take, arrived).accepted:
            break
    gate.choose(arrived)
    return arrived


def quality(film: Any, number: int = 2) -> ClipQuality:
    with session() as db:
        row = db.exec(select(Clip).where(Clip.job_id == film.job_id, Clip.number == number)).one()
        found = records.quality_of(row)
    assert found
    return found


def test_a_good_clip_is_made_once(film: Any, clips: dict[str, Path]) -> None:
    assert shoot(film, clips, "good", "good").read_bytes() == clips["good"].read_bytes()
    found = quality(film)
    assert (len(found.takes), found.chosen, found.warning, found.mark) == (1, 0, None, "")


def test_only_failures_are_made_again_from_another_seed(film: Any, clips: dict[str, Path]) -> None:
    taken = shoot(film, clips, "black", "corrupt", "good")
    assert taken.read_bytes() == clips["good"].read_bytes()
    found = quality(film)
    assert [take.faults for take in found.takes] == [("black",), ("corrupt",), ()]
    assert len({take.seed for take in found.takes}) == 3
    assert (found.chosen, found.warning, found.mark) == (2, None, "take 3")


def test_the_best_of_the_failed_is_flagged(film: Any, clips: dict[str, Path]) -> None:
    taken = shoot(film, clips, "corrupt", "blurred", "worse")
    assert taken.read_bytes() == clips["blurred"].read_bytes()
    found = quality(film)
    assert (found.chosen, found.mark) == (1, "blurred")
    assert found.warning
    assert found.warning.endswith("the best of 3 takes")


def test_a_clip_that_no_take_can_give_fails_the_film(film: Any, clips: dict[str, Path]) -> None:
    with pytest.raises(ClipRefused, match=r"Clip 2 could not be made: none of its 3 takes"):
        shoot(film, clips, "corrupt", "corrupt", "corrupt")


def test_a_killed_run_orders_no_refused_take_again(film: Any, clips: dict[str, Path]) -> None:
    first = Gate(cast(Any, film), 2, ORDER)
    arrived = film.workdir / "arrived.mp4"
    arrived.write_bytes(clips["blurred"].read_bytes())
    refused = first.left()[0]
    assert not first.examine(refused, arrived).accepted
    # Another machine goes on: it has the database and the store.
    for left_behind in film.workdir.iterdir():
        left_behind.unlink()
    assert refused not in Gate(cast(Any, film), 2, ORDER).left()
    assert shoot(film, clips, "corrupt", "corrupt").read_bytes() == clips["blurred"].read_bytes()


def test_what_the_ledger_knows_to_be_of_no_use_is_not_ordered_again(film: Any) -> None:
    gate = Gate(cast(Any, film), 2, ORDER)
    first, second, third = gate.left()
    film.refused.add(second.seed)
    assert gate.left() == [first, third]


def test_a_stranger_among_its_neighbours_is_told(film: Any, clips: dict[str, Path]) -> None:
    shoot(film, clips, "good", number=1)
    shoot(film, clips, "good", number=2)
    shown = quality(film).shown
    assert shown
    assert shown.style_distance is not None
    assert shown.style_distance < 0.01
    with session() as db:
        row = db.get_one(SystemConfig, "quality_gate")
        row.value = {"takes": 1, "thresholds": {"style_distance": 0.1, "black": 1.0}}
    shoot(film, clips, "black", number=3)
    assert quality(film, 3).mark == "stranger"


def test_limits_that_are_not_understood_stop_no_film(film: Any, clips: dict[str, Path]) -> None:
    with session() as db:
        db.get_one(SystemConfig, "quality_gate").value = {"takes": "many"}
    shoot(film, clips, "good")
    assert quality(film).chosen == 0


def test_a_clip_that_was_found_has_what_was_measured_on_it(film: Any, clips: dict[str, Path]) -> None:
    shoot(film, clips, "good")
    with session() as db:
        made, found = db.exec(
            select(Clip).where(Clip.job_id == film.job_id, Clip.number != 1).order_by(col(Clip.number))
        )
        found.address = made.address
        inherit(db, found)
        assert found.quality == made.quality
