"""A film whose plan, subject, clips, music and voice models make: the books are one with the bill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.replicate.models import load_models
from media.provenance import read
from sandbox.replicate.running import StandIn, stand_in
from tests.renders.conftest import SHORT, Reelflow

MODELS = load_models()
PROMPT = "Volta, the electric city bike: glide through the morning, arrive fresh. Book a test ride."


@pytest.fixture(scope="module")
def replicate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with stand_in(tmp_path_factory.mktemp("replicate"), "--quick") as running:
        yield running


@pytest.fixture(scope="module")
def film(
    reelflow: Reelflow, replicate: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    video = tmp_path_factory.mktemp("film") / "film.mp4"
    ordering = replace(reelflow, environment=replicate.environment())
    return ordering.render(
        *(PROMPT, *SHORT, "--draft", "--seed", "3", "--out", str(video)),
        *("--voice-over", "Glide through the morning. Arrive fresh."),
    )


def test_estimate_ledger_and_bill_are_one(
    film: dict[str, object], reelflow: Reelflow, replicate: StandIn
) -> None:
    books = {
        row.purpose: (row.n, row.usd, row.estimated)
        for row in reelflow.rows(
            "SELECT purpose, count(*) AS n, sum(cost_usd) AS usd, sum(estimated_usd) AS estimated"
            " FROM predictions WHERE job_id = :id AND state = 'succeeded' GROUP BY 1",
            id=film["job_id"],
        )
    }
    assert {purpose: n for purpose, (n, _, _) in books.items()} == {
        "clip": 3,
        "image": 1,
        "music": 1,
        "plan": 1,
        "voice": 2,
    }
    assert all(usd == estimated > 0 for _, usd, estimated in books.values())
    (job,) = reelflow.rows(
        "SELECT estimated_cost_usd, actual_cost_usd FROM generation_jobs WHERE id = :id", id=film["job_id"]
    )
    total = sum((usd for _, usd, _ in books.values()), Decimal(0))
    assert total == Decimal(replicate.bill()["total_usd"])
    # A job's row has ten-thousandths of a dollar, and the ledger millionths.
    assert job.estimated_cost_usd == job.actual_cost_usd == round(total, 4)


def test_the_film_tells_which_models_made_it(film: dict[str, object], reelflow: Reelflow) -> None:
    media = reelflow.home / "media" / "objects"
    told = json.loads((media / f"generations/{film['job_id']}/metadata.json").read_bytes())
    beside = {each["purpose"]: (each["model"], len(each["predictions"])) for each in told["beside"]}
    assert beside == {
        "image": (MODELS.image[0].name, 1),
        "plan": (MODELS.plan[0].name, 1),
        "music": (MODELS.music[0].name, 1),
        "voice": (MODELS.voice[0].name, 2),
    }
    assert told["estimated_cost_usd"] == told["actual_cost_usd"]
    found = read(Path(str(film["video"])))
    assert f"music, by {MODELS.music[0].name}" in found.ingredients
    assert f"voice, by {MODELS.voice[0].name}" in found.ingredients
    assert {each["what"]: each["model"] for each in found.beside} == {
        purpose: model for purpose, (model, _) in beside.items()
    }


def test_its_subject_was_drawn_before_any_shot(film: dict[str, object], reelflow: Reelflow) -> None:
    first = reelflow.rows(
        "SELECT purpose FROM predictions WHERE job_id = :id ORDER BY created_at", id=film["job_id"]
    )
    assert [row.purpose for row in first][:3] == ["plan", "music", "image"]


def test_the_film_of_the_draft_pays_for_its_clips_alone(
    film: dict[str, object], reelflow: Reelflow, replicate: StandIn, tmp_path: Path
) -> None:
    before = replicate.bill()["count"]
    ordering = replace(reelflow, environment=replicate.environment())
    scenes = [option for number in (1, 2, 3) for option in ("--scene", str(number))]
    done = ordering.run(
        *("promote", str(film["job_id"]), *scenes, "--json", "--out", str(tmp_path / "full.mp4"))
    )
    assert done.returncode == 0, done.stderr
    promoted = json.loads(done.stdout)
    assert promoted["job_id"] != film["job_id"]
    ordered = reelflow.rows("SELECT purpose FROM predictions WHERE job_id = :id", id=promoted["job_id"])
    assert [row.purpose for row in ordered] == ["clip"] * 3
    assert replicate.bill()["count"] - before == 3
    assert f"music, by {MODELS.music[0].name}" in read(tmp_path / "full.mp4").ingredients
    drawn, drafted = (
        reelflow.rows("SELECT storyboard FROM generation_jobs WHERE id = :id", id=job)[0].storyboard
        for job in (promoted["job_id"], film["job_id"])
    )
    references = [scene["reference"] for scene in drafted["scenes"]]
    assert [scene["reference"] for scene in drawn["scenes"]] == references
    assert len(set(filter(None, references))) == 1
