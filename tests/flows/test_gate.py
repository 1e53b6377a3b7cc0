"""The gate: takes are judged once, written down, and the best of them is kept."""

from pathlib import Path
from typing import Any, cast

import pytest
from sqlmodel import col, select

from app import records
from app.database import session
from app.models import Clip, SystemConfig
from app.quality import ClipQuality
from flows.generation.gate import ClipRefused, Gate, inherit
from tests.flows.gated import ORDER


def shoot(film: Any, broken: dict[str, Path], *kinds: str, number: int = 2) -> Path:
    """What `make_clip` does with takes that arrive as these kinds; the file that is taken into the film."""
    gate = Gate(cast(Any, film), number, ORDER)
    arrived = film.workdir / "arrived.mp4"
    for take, kind in zip(gate.left(), kinds, strict=False):
        arrived.write_bytes(broken[kind].read_bytes())
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


def test_a_good_clip_is_made_once(film: Any, broken: dict[str, Path]) -> None:
    assert shoot(film, broken, "good", "good").read_bytes() == broken["good"].read_bytes()
    found = quality(film)
    assert (len(found.takes), found.chosen, found.warning, found.mark) == (1, 0, None, "")


def test_only_failures_are_made_again_from_another_seed(film: Any, broken: dict[str, Path]) -> None:
    taken = shoot(film, broken, "black", "corrupt", "good")
    assert taken.read_bytes() == broken["good"].read_bytes()
    found = quality(film)
    assert [take.faults for take in found.takes] == [("black",), ("corrupt",), ()]
    assert len({take.seed for take in found.takes}) == 3
    assert (found.chosen, found.warning, found.mark) == (2, None, "take 3")


def test_the_best_of_the_failed_is_flagged(film: Any, broken: dict[str, Path]) -> None:
    taken = shoot(film, broken, "corrupt", "blurred", "worse")
    assert taken.read_bytes() == broken["blurred"].read_bytes()
    found = quality(film)
    assert (found.chosen, found.mark) == (1, "blurred")
    assert found.warning
    assert found.warning.endswith("the best of 3 takes")


def test_a_clip_that_no_take_can_give_fails_the_film(film: Any, broken: dict[str, Path]) -> None:
    with pytest.raises(ClipRefused, match=r"Clip 2 could not be made: none of its 3 takes"):
        shoot(film, broken, "corrupt", "corrupt", "corrupt")


def test_a_killed_run_orders_no_refused_take_again(film: Any, broken: dict[str, Path]) -> None:
    first = Gate(cast(Any, film), 2, ORDER)
    arrived = film.workdir / "arrived.mp4"
    arrived.write_bytes(broken["blurred"].read_bytes())
    refused = first.left()[0]
    assert not first.examine(refused, arrived).accepted
    # Another machine goes on: it has the database and the store.
    for left_behind in film.workdir.iterdir():
        left_behind.unlink()
    assert refused not in Gate(cast(Any, film), 2, ORDER).left()
    assert shoot(film, broken, "corrupt", "corrupt").read_bytes() == broken["blurred"].read_bytes()


def test_what_the_ledger_knows_to_be_of_no_use_is_not_ordered_again(film: Any) -> None:
    gate = Gate(cast(Any, film), 2, ORDER)
    first, second, third = gate.left()
    film.source.refuse(second, "it is black")
    assert gate.left() == [first, third]


def test_a_stranger_among_its_neighbours_is_told(film: Any, broken: dict[str, Path]) -> None:
    shoot(film, broken, "good", number=1)
    shoot(film, broken, "good", number=2)
    shown = quality(film).shown
    assert shown
    assert shown.style_distance is not None
    assert shown.style_distance < 0.01
    with session() as db:
        row = db.get_one(SystemConfig, "quality_gate")
        row.value = {"takes": 1, "thresholds": {"style_distance": 0.1, "black": 1.0}}
    shoot(film, broken, "black", number=3)
    assert quality(film, 3).mark == "stranger"


def test_limits_that_are_not_understood_stop_no_film(film: Any, broken: dict[str, Path]) -> None:
    with session() as db:
        db.get_one(SystemConfig, "quality_gate").value = {"takes": "many"}
    shoot(film, broken, "good")
    assert quality(film).chosen == 0


def test_a_clip_that_was_found_has_what_was_measured_on_it(film: Any, broken: dict[str, Path]) -> None:
    shoot(film, broken, "good")
    with session() as db:
        made, found = db.exec(
            select(Clip).where(Clip.job_id == film.job_id, Clip.number != 1).order_by(col(Clip.number))
        )
        found.address = made.address
        inherit(db, found)
        assert found.quality == made.quality
