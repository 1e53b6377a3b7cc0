"""Scenes from a language model at Replicate; lengths, transitions and seeds stay with the rules."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from prefect.logging import get_logger
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from blocks.clip_source import ClipSourceError, ClipSourceUnavailable
from blocks.replicate.buying import Useless, buy
from blocks.replicate.models import Models
from blocks.replicate.purchase import Counter, Offer, Purchase
from planning.brief import CTA_LIMIT, Brief
from planning.builtin import BuiltinPlanner
from planning.cut_list import TEXT_LIMIT
from planning.storyboard import Storyboard

ANSWERS_WITHIN_S = 180.0

SYSTEM = """You direct short films. Answer with one JSON object that fits the schema below, and nothing else.
Describe each scene in one or two sentences for a text-to-video model: subject, setting, light, camera.
Name the subject in the same words in every scene. No on-screen text in the descriptions. `title`, `caption`
and `cta` are laid over the picture: few scenes have a title or caption, the last one the call to action.
Keep the language of the brief for them.
Schema: """


class _PlannedScene(BaseModel):
    """What a model is asked for, scene by scene."""

    model_config = ConfigDict(extra="ignore")

    description: str = Field(min_length=10, max_length=1500)
    title: str | None = Field(default=None, max_length=TEXT_LIMIT)
    caption: str | None = Field(default=None, max_length=TEXT_LIMIT)
    cta: str | None = Field(default=None, max_length=CTA_LIMIT)


class _Planned(BaseModel):
    """What a model is asked for."""

    model_config = ConfigDict(extra="ignore")

    title: str = Field(min_length=1, max_length=200)
    scenes: list[_PlannedScene]


class ReplicatePlanner:
    """A `planning.planner.Planner` that asks a model for what is seen and said.

    What can't be used is asked for once more; then, or when no model answers, the built-in planner's scenes
    are taken: a film is worth more than its planner.

    Args:
        counter: where it is ordered.
        models: those of the role `plan` are asked, the first one first.
    """

    def __init__(self, counter: Counter, models: Models) -> None:
        self._counter, self._models = counter, models

    def plan(self, brief: Brief) -> Storyboard:
        """Plan the film that the brief asks for.

        Raises:
            BudgetExceeded: it would be too dear.
            ClipSourceUnavailable: Replicate can't be asked now; it may be later.
            Cancelled: the film is not wanted any more.
        """
        board = BuiltinPlanner().plan(brief)
        address, offers = self._order(brief)
        try:
            return buy(
                self._counter,
                address,
                lambda _: offers,
                lambda purchase: _taken(purchase, board, brief),
                within_s=ANSWERS_WITHIN_S,
            )
        except ClipSourceUnavailable:
            raise
        except ClipSourceError as error:
            get_logger(__name__).warning("The film is planned by rules: %s", error)
            return board

    def _order(self, brief: Brief) -> tuple[str, list[Offer]]:
        """Its address, and what each model would be asked."""
        told = {"prompt", "job_type", "duration_s", "aspect", "cta", "clip_count"}
        asked = brief.model_dump(mode="json", include=told)
        asked["clip_count"] = brief.clips
        given = {
            "prompt": f"The brief: {json.dumps(asked, ensure_ascii=False)}\nPlan {brief.clips} scenes.",
            "system": SYSTEM + json.dumps(_Planned.model_json_schema()),
            "seed": brief.seed,
        }
        offers = [Offer(model.name, model.inputs(given), model.price_of()) for model in self._models.plan]
        identity = json.dumps([self._models.identity("plan"), given], sort_keys=True)
        return f"plan:{hashlib.sha256(identity.encode()).hexdigest()}", offers


def _taken(purchase: Purchase, board: Storyboard, brief: Brief) -> Storyboard:
    """The rules' storyboard as a model has directed it."""
    output = purchase.output()
    answer = "".join(map(str, output)) if isinstance(output, list) else str(output)
    try:
        return _directed(board, _read(answer, len(board.scenes))).require(brief)
    except ValueError as fault:
        raise Useless(f"the plan can't be filmed: {fault}") from fault


def _read(answer: str, scenes: int) -> _Planned:
    """The plan in an answer, which may have words or a code fence around it; raises ValueError."""
    start, end = answer.find("{"), answer.rfind("}")
    if start < 0 or end < start:
        raise ValueError(f"there is no JSON in the answer: {answer[:100]!r}")
    try:
        planned = _Planned.model_validate_json(answer[start : end + 1])
    except ValidationError as error:
        first: Any = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if len(planned.scenes) != scenes:
        raise ValueError(f"{len(planned.scenes)} scenes were planned, and {scenes} asked for")
    return planned


def _directed(board: Storyboard, planned: _Planned) -> Storyboard:
    """The rules' storyboard with the model's words."""
    scenes = [
        scene.model_copy(update=told.model_dump())
        for scene, told in zip(board.scenes, planned.scenes, strict=True)
    ]
    # Validated anew: a copy is not.
    return Storyboard.model_validate(
        board.model_copy(update={"title": planned.title, "scenes": tuple(scenes)}).model_dump()
    )
