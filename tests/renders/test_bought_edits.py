"""Bought clips are bought once: other words over them cost nothing, another clip costs that clip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from app.database import session
from app.editing import edit_composition, regenerate_clip
from app.local_user import LOCAL_SESSION_ID
from app.schemas.clips import ClipRegenerate
from planning.cut_list import CutList
from sandbox.replicate.running import StandIn, stand_in
from tests.renders.conftest import SHORT, Reelflow
from tests.renders.test_edit import newest, run

PROMPT = "Larch, a wooden watch made slowly, on a rainy morning. Order yours."


@pytest.fixture
def replicate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with stand_in(tmp_path, "--quick") as standing:
        for name, value in standing.environment().items():
            monkeypatch.setenv(name, value)
        yield standing


def test_only_what_is_made_anew_is_paid(reelflow: Reelflow, replicate: StandIn) -> None:
    buying = replace(reelflow, environment=replicate.environment())
    job_id = UUID(str(buying.render(PROMPT, *SHORT, "--seed", "5")["job_id"]))
    film = replicate.bill()
    made = newest(reelflow, job_id)

    scenes = [
        {"number": number, "frames": 40, "cta": "Wear it today" if number == 3 else None}
        for number in (1, 2, 3)
    ]
    with session(reelflow.engine) as db:
        edit_composition(db, LOCAL_SESSION_ID, made.row.id, CutList.model_validate({"scenes": scenes}))
    run(reelflow, job_id)
    assert replicate.bill() == film

    with session(reelflow.engine) as db:
        regenerate_clip(db, LOCAL_SESSION_ID, job_id, 2, ClipRegenerate())
    run(reelflow, job_id)
    bill = replicate.bill()
    (row,) = reelflow.rows(
        "SELECT count(*) AS n, sum(cost_usd) AS usd FROM predictions WHERE job_id = :id", id=job_id
    )
    assert bill["count"] == film["count"] + 1
    assert (row.n, row.usd) == (bill["count"], Decimal(bill["total_usd"]))
    # The stand-in draws all small clips alike, so their bytes tell nothing.
    assert newest(reelflow, job_id).made == {"1": 1, "2": 2, "3": 1}
