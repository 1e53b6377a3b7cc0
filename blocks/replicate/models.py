"""The models that may be ordered from, as configured: what each takes, how long it draws, what it costs."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

BUILT_IN = Path(__file__).with_name("models.toml")

Role = Literal["clip", "plan", "image", "music", "voice"]
Use = Literal["final", "draft"]
ROLES: tuple[Role, ...] = ("clip", "plan", "image", "music", "voice")
_PRECISION = Decimal("0.000001")


class ModelsInvalid(Exception):
    """The file of models can't be used; says where and why."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(_Model):
    """US dollars, by one measure: a number, or a table by resolution."""

    per_second: Decimal | dict[str, Decimal] | None = None
    per_run: Decimal | None = None
    per_image: Decimal | None = None
    per_1000_characters: Decimal | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("give one of per_second, per_run, per_image, per_1000_characters")
        return self


class ModelProfile(_Model):
    """One model.

    Attributes:
        name: `owner/name`.
        seconds: the lengths that can be ordered.
        resolution: what to ask for, by use.
        aspects: the shapes that it draws, such as `16:9`; empty where what it is given decides.
        languages: what it is told of those that it speaks, by ISO 639-1; empty where it finds them out.
        input: what it calls what we give it; what is missing here is not given.
        lists: those of them that it takes as a list.
        units: how many of its units one of ours is, where that is not one.
        fixed: what it is given besides.
    """

    name: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    price: Price
    seconds: tuple[int, ...] = ()
    resolution: dict[Use, str] = Field(default_factory=dict)
    aspects: tuple[str, ...] = ()
    languages: dict[str, str] = Field(default_factory=dict)
    input: dict[str, str]
    lists: tuple[str, ...] = ()
    units: dict[str, int] = Field(default_factory=dict)
    fixed: dict[str, Any] = Field(default_factory=dict)

    @field_validator("seconds", mode="before")
    @classmethod
    def _range(cls, value: Any) -> Any:
        """Every length from one to another, written as those two."""
        if isinstance(value, dict) and value.keys() == {"from", "to"}:
            return tuple(range(value["from"], value["to"] + 1))
        return value

    @model_validator(mode="after")
    def _lengths_rise(self) -> Self:
        if list(self.seconds) != sorted(set(self.seconds)) or any(length < 1 for length in self.seconds):
            raise ValueError(f"{self.name}: the seconds must rise from 1 on")
        if isinstance(self.price.per_second, dict):
            for resolution in self.resolution.values():
                if resolution not in self.price.per_second:
                    raise ValueError(f"{self.name}: there is no price for {resolution}")
        return self

    def inputs(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What is sent: the things it takes of what is given, by its own names."""
        named = {
            self.input[key]: self._said(key, value)
            for key, value in given.items()
            if key in self.input and value is not None
        }
        return {**self.fixed, **named}

    def _said(self, key: str, value: Any) -> Any:
        value = value * self.units[key] if key in self.units else value
        return [value] if key in self.lists else value

    def speaks(self, language: str) -> bool:
        """Whether it speaks a language, by ISO 639-1."""
        return not self.languages or language in self.languages

    def length_for(self, seconds: float) -> int | None:
        """The shortest length that can be ordered and lasts so many seconds; None where there is none."""
        return next((length for length in self.seconds if length >= seconds - 1e-9), None)

    def price_of(self, *, seconds: float = 0.0, use: Use = "final", characters: int = 0) -> Decimal:
        """What one prediction costs in US dollars, to a millionth."""
        price = self.price
        if price.per_second is not None:
            rate = price.per_second
            rate = rate[self.resolution[use]] if isinstance(rate, dict) else rate
            usd = rate * Decimal(str(seconds))
        elif price.per_1000_characters is not None:
            usd = price.per_1000_characters * characters / 1000
        else:
            usd = price.per_run if price.per_run is not None else price.per_image or Decimal(0)
        return usd.quantize(_PRECISION, ROUND_HALF_UP)

    def parts(self, seconds: float) -> tuple[int, ...]:
        """The lengths to order for so many seconds, the fewest predictions first, then the least footage."""
        return _parts(self.seconds, seconds)


class Models(_Model):
    """All of them, by role; the first of a role is taken while it works."""

    clip: tuple[ModelProfile, ...] = Field(min_length=1)
    plan: tuple[ModelProfile, ...] = ()
    image: tuple[ModelProfile, ...] = ()
    music: tuple[ModelProfile, ...] = ()
    voice: tuple[ModelProfile, ...] = ()

    @model_validator(mode="after")
    def _clips_have_lengths(self) -> Self:
        for model in self.clip:
            if not model.seconds or not {"prompt", "seconds"} <= set(model.input):
                raise ValueError(
                    f"{model.name}: a clip's model needs seconds, and inputs for prompt and seconds"
                )
        return self

    @model_validator(mode="after")
    def _are_told_what_is_wanted(self) -> Self:
        for models, word in ((self.image, "prompt"), (self.music, "prompt"), (self.voice, "text")):
            for model in models:
                if word not in model.input:
                    raise ValueError(f"{model.name}: it needs an input for {word}")
        return self

    def identity(self, role: Role) -> str:
        """A name for all that decides what comes out, besides what is asked for."""
        profiles: tuple[ModelProfile, ...] = getattr(self, role)
        decisive = [
            # What is not said leaves the name that it had before one could.
            (model.name, model.input, model.fixed, model.resolution, *filter(None, (model.languages,)))
            for model in profiles
        ]
        digest = hashlib.sha256(repr(decisive).encode()).hexdigest()[:8]
        return f"replicate/{profiles[0].name}/{digest}"


@cache
def load_models(file: Path = BUILT_IN) -> Models:
    """The models of a TOML file such as `models.toml` beside this module, which says what is in it.

    Raises:
        ModelsInvalid: it can't be read, or something in it is wrong.
    """
    try:
        return Models.model_validate(tomllib.loads(file.read_text()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelsInvalid(
            f"The models in {file} can't be read: {error}. Correct REPLICATE_MODELS."
        ) from error
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(map(str, found['loc']))}: {found['msg'].removeprefix('Value error, ')}"
            for found in error.errors()
        )
        raise ModelsInvalid(
            f"The models in {file} are not as they must be: {places}. Correct them."
        ) from error


def _parts(slots: tuple[int, ...], seconds: float) -> tuple[int, ...]:
    if seconds <= slots[-1]:
        return (next(length for length in slots if length >= seconds - 1e-9),)
    number = -int(-seconds // slots[-1])
    # As even as the lengths allow: a last part of two seconds would be a shot of its own.
    parts: list[int] = []
    for left in range(number, 0, -1):
        share = (seconds - sum(parts)) / left
        parts.append(next((length for length in slots if length >= share - 1e-9), slots[-1]))
    return tuple(parts)
