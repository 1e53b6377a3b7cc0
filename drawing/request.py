"""What is asked of the drawing engine."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class SceneRequest(BaseModel):
    """One scene to draw. ``model_dump_json`` and ``model_validate_json`` are the file format of the module.

    ``width`` and ``height`` are in pixels and even, ``frames`` is a count, ``palette`` holds hex colours of
    the form ``#rrggbb`` with the brand's first, ``cuts`` the frames at which a film will cut the clip: they
    get keyframes and change nothing that is seen. Raises ``pydantic.ValidationError`` for anything else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str = Field(min_length=1, max_length=4000)
    width: int = Field(ge=64, le=3840, multiple_of=2)
    height: int = Field(ge=64, le=3840, multiple_of=2)
    frames: int = Field(ge=1, le=10_000)
    fps: int = Field(default=30, ge=1, le=120)
    palette: Annotated[tuple[str, ...], Field(min_length=1, max_length=12)]
    seed: int = Field(ge=0, lt=2**63)
    cuts: tuple[int, ...] = ()

    @field_validator("palette")
    @classmethod
    def _hex_colours(cls, palette: tuple[str, ...]) -> tuple[str, ...]:
        for colour in palette:
            if not _HEX.fullmatch(colour):
                raise ValueError(f"{colour!r} is not a colour of the form #rrggbb")
        return tuple(colour.lower() for colour in palette)
