"""The public models that are stood in for: what they take, what they give, what they cost."""

from __future__ import annotations

import hashlib
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

BUILT_IN = Path(__file__).with_name("models.toml")

Kind = Literal["video", "image", "text", "music", "voice"]
Measure = Literal["per_second", "per_run", "per_image", "per_1000_characters"]
Reading = Literal[
    "prompt",
    "system",
    "seconds",
    "milliseconds",
    "frames",
    "fps",
    "resolution",
    "aspect",
    "seed",
    "image",
    "references",
    "count",
    "format",
    "speed",
    "language",
]
_PRECISION = Decimal("0.000001")


class ModelsInvalid(Exception):
    """A file of models can't be used; says where and why."""


class Model(BaseModel):
    """One model.

    Attributes:
        name: `owner/name`.
        price: US dollars by measure; a table by resolution where that decides.
        input: its fields, as JSON schemas.
        required: those that must be given.
        reads: under which name it takes what is asked for; what is missing here it does not take.
        seconds, fps, resolution, aspect, format: where its input says nothing.
        sizes: width and height in pixels, by resolution and aspect ratio.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    kind: Kind
    description: str
    price: dict[Measure, Decimal | dict[str, Decimal]] = Field(min_length=1, max_length=1)
    input: dict[str, dict[str, Any]]
    required: tuple[str, ...] = ()
    reads: dict[Reading, str]
    seconds: float = 0.0
    fps: int = 24
    resolution: str = ""
    aspect: str = "16:9"
    format: str = ""
    sizes: dict[str, dict[str, tuple[int, int]]] = Field(default_factory=dict)

    @property
    def version(self) -> str:
        """The id of its only version: 64 hexadecimal digits."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    def schema_of_input(self) -> dict[str, Any]:
        """JSON schema of its input; as at Replicate, other fields may be there and are ignored."""
        return {
            "type": "object",
            "title": "Input",
            "required": list(self.required),
            "properties": {
                name: {"x-order": order, "title": name, **schema}
                for order, (name, schema) in enumerate(self.input.items())
            },
        }

    def cost(self, *, seconds: float, resolution: str, images: int, characters: int) -> Decimal:
        """The price of one prediction in US dollars, to a millionth."""
        [(measure, table)] = self.price.items()
        rate = table if isinstance(table, Decimal) else table[resolution]
        quantities: dict[Measure, Decimal] = {
            "per_second": Decimal(str(seconds)),
            "per_run": Decimal(1),
            "per_image": Decimal(images),
            "per_1000_characters": Decimal(characters) / 1000,
        }
        return (rate * quantities[measure]).quantize(_PRECISION, ROUND_HALF_UP)


class Catalogue:
    """Models by name and by version."""

    def __init__(self, models: list[Model]) -> None:
        self._by_name = {model.name: model for model in models}
        self._by_version = {model.version: model for model in models}

    def named(self, name: str) -> Model | None:
        return self._by_name.get(name)

    def version(self, reference: str) -> Model | None:
        """The model of a version's id, of `owner/name:id`, or of `owner/name` where it is official."""
        name, _, version = reference.rpartition(":")
        model = self._by_version.get(version) or self._by_name.get(reference)
        return None if model and name and model.name != name else model


def load_catalogue(*more: Path) -> Catalogue:
    """The built-in models and those of further files, which come before them where the name is the same.

    Raises:
        ModelsInvalid: a file can't be read, or something in it is wrong.
    """
    models: list[Model] = []
    for file in (BUILT_IN, *more):
        try:
            models += TypeAdapter(list[Model]).validate_python(tomllib.loads(file.read_text())["model"])
        except KeyError as error:
            raise ModelsInvalid(f"There is no [[model]] in {file}: write one as in {BUILT_IN}.") from error
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ModelsInvalid(f"The models in {file} can't be read: {error}. Correct the file.") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise ModelsInvalid(
                f"The models in {file} are wrong: {place}: {first['msg']}. Correct it."
            ) from error
    return Catalogue(models)
