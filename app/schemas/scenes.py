"""The scenes of a draft: looked at, described otherwise, approved, and promoted."""

from typing import Self

from pydantic import ConfigDict, Field, field_validator, model_validator
from pydantic.config import JsonDict

from app.schemas.base import Request, Schema
from app.schemas.clips import described
from planning.brief import PROMPT_LIMIT, refuse
from planning.cut_list import MOST_SCENES

_SCENE: JsonDict = {
    "number": 1,
    "description": "A bike leans on a wall at dawn",
    "frames": 160,
    "approved": True,
    "thumbnail_url": None,
    "cost_usd": 0.24,
    "already_made": False,
}


class Scene(Schema):
    """A scene of a draft, and what it takes to have it in full."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SCENE]})

    number: int
    """Counts from 1 in the order of the storyboard."""

    description: str
    """What is made in full; the draft may have been drawn before it was changed."""

    frames: int
    """How long it is seen."""

    approved: bool | None
    """Whether it is to be made in full; null while nobody has said."""

    thumbnail_url: str | None
    """How the draft has it, a JPEG; good for an hour."""

    cost_usd: float
    """Of its clip in full, to be paid when it is promoted."""

    already_made: bool
    """Whether its clip is there in full from before: then it costs nothing."""


class Scenes(Schema):
    """A draft's scenes, and what promoting those that are approved takes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_SCENE], "approved": 1, "cost_usd": 0.24}]}
    )

    items: list[Scene]

    approved: int
    """How many of them are."""

    cost_usd: float
    """Of those that are approved."""


class SceneChange(Request):
    """A verdict on a scene, or other words for it. Other words take an approval back, unless it is given."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"approved": True}]})

    description: str | None = Field(default=None, max_length=PROMPT_LIMIT)
    """What is to be seen instead."""

    approved: bool | None = Field(default=None, strict=True)
    """Whether it is to be made in full."""

    @field_validator("description")
    @classmethod
    def _in_words(cls, value: str | None) -> str | None:
        return None if value is None else described(value)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            refuse("Nothing would change: give a description, or whether the scene is approved.")
        return self


class Promotion(Request):
    """Which scenes of a draft the film is made of."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scenes": [1, 3]}]})

    scenes: list[int] | None = Field(default=None, min_length=1, max_length=MOST_SCENES)
    """By number; without it, those that are approved."""
