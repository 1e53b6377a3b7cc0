"""Films are planned by a model where it answers with something of use, and by rules otherwise."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from blocks.replicate.models import load_models
from blocks.replicate.planner import ReplicatePlanner, _read
from blocks.replicate.purchase import Counter
from planning.brief import Brief
from planning.builtin import BuiltinPlanner
from sandbox.replicate.running import StandIn

SCENES = '{"title": "T", "scenes": [{"description": "A kettle on a stove, steam"}]}'


def _brief(seed: int) -> Brief:
    return Brief(prompt="Volta, the electric city bike. Book a ride.", duration_s=15, clip_count=3, seed=seed)


def _books(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT model, state FROM predictions ORDER BY created_at, attempt"))
        return [(row[0], row[1]) for row in rows]


def test_a_model_plans_and_the_rules_pace(counter: Counter, engine: Engine) -> None:
    brief = _brief(71)
    board = ReplicatePlanner(counter, load_models()).plan(brief)
    by_rules = BuiltinPlanner().plan(brief)
    assert [scene.frames for scene in board.scenes] == [scene.frames for scene in by_rules.scenes]
    assert all(scene.description for scene in board.scenes)
    assert _books(engine) == [("openai/gpt-5-mini", "succeeded")]


def test_when_no_model_answers_the_rules_plan(counter: Counter, replicate: StandIn) -> None:
    replicate.fault("failed")
    brief = _brief(72)
    assert ReplicatePlanner(counter, load_models()).plan(brief) == BuiltinPlanner().plan(brief)


@pytest.mark.parametrize(
    ("answer", "scenes", "said"),
    [
        ("I can't help with that.", 1, "no JSON"),
        ('{"title": "T"}', 1, "scenes: Field required"),
        ('{"title": "T", "scenes": [{"description": "short"}]}', 1, "scenes.0.description"),
        (SCENES, 3, "1 scenes were planned, and 3 asked for"),
    ],
)
def test_what_is_of_no_use_is_told(answer: str, scenes: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _read(answer, scenes)


@pytest.mark.parametrize("answer", [SCENES, f"Here you are:\n```json\n{SCENES}\n```\nEnjoy!"])
def test_words_around_a_plan_do_no_harm(answer: str) -> None:
    assert _read(answer, 1).title == "T"
