"""An input is checked as Replicate checks it, and read into what is to be made."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from sandbox.replicate.models import Kind, Model, Reading
from sandbox.replicate.problems import invalid


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a model was asked for, by our own words.

    Attributes:
        prompt: of a voice, the text to be spoken.
        image: the address or data URL of the picture to begin with.
        references: the same of pictures that show the subject.
        frames, fps: of a video; `seconds` is the length that is paid for.
        width, height: pixels, even.
        shapes: all sizes that the model makes at this resolution; a picture to begin with chooses among them.
        count: how many pictures.
        format: the files' ending.
        language: of a voice, by its English name; empty where it was not told.
    """

    kind: Kind
    prompt: str
    system: str
    seconds: float
    frames: int
    fps: int
    width: int
    height: int
    shapes: tuple[tuple[int, int], ...]
    resolution: str
    seed: int
    image: str | None
    references: tuple[str, ...]
    count: int
    format: str
    speed: float
    language: str


def read_order(model: Model, given: dict[str, Any], *, chance: int) -> Order:
    """Checks an input against the model's schema.

    Args:
        chance: the seed where none is given.

    Raises:
        Problem: 422, with one line for each thing that is wrong, worded as Go's JSON schema library does.
    """
    errors = sorted(
        Draft202012Validator(model.schema_of_input()).iter_errors(given), key=lambda error: error.json_path
    )
    if errors:
        raise invalid([_told(error) for error in errors])
    return _read(model, given, chance)


def cost_of(model: Model, order: Order) -> Decimal:
    """The price of an order in US dollars."""
    return model.cost(
        seconds=order.seconds,
        resolution=order.resolution,
        images=order.count,
        characters=len(order.prompt),
    )


def _read(model: Model, given: dict[str, Any], chance: int) -> Order:
    def asked(word: Reading, otherwise: Any) -> Any:
        name = model.reads.get(word)
        if name is None:
            return otherwise
        value = given.get(name, model.input[name].get("default"))
        return otherwise if value is None else value

    resolution = str(asked("resolution", model.resolution))
    fps = int(asked("fps", model.fps))
    frames = int(asked("frames", 0))
    milliseconds = float(asked("milliseconds", 0))
    told_s = milliseconds / 1000 if milliseconds else float(asked("seconds", model.seconds))
    seconds = frames / fps if frames else told_s
    sizes = model.sizes.get(resolution, {})
    width, height = sizes.get(str(asked("aspect", model.aspect)), (0, 0))
    return Order(
        kind=model.kind,
        prompt=str(asked("prompt", "")) or _last_message(given),
        system=str(asked("system", "")),
        seconds=seconds,
        frames=frames or round(seconds * fps),
        fps=fps,
        width=width,
        height=height,
        shapes=tuple(sizes.values()),
        resolution=resolution,
        seed=int(asked("seed", chance)),
        image=asked("image", None),
        references=tuple(asked("references", ())),
        count=int(asked("count", 1)),
        format=str(asked("format", model.format)),
        speed=float(asked("speed", 1.0)),
        language=str(asked("language", "")),
    )


def _last_message(given: dict[str, Any]) -> str:
    """The newest of the messages that a language model may be given in place of a prompt."""
    messages = given.get("messages") or [{}]
    newest = messages[-1]
    return str(newest.get("content", "")) if isinstance(newest, dict) else ""


def _told(error: ValidationError) -> tuple[str, str, str]:
    """The kind, place and words of one fault."""
    place = ".".join(["input", *map(str, error.absolute_path)])
    wanted: Any = error.validator_value
    match error.validator:
        case "required":
            missing = next(name for name in wanted if name not in error.instance)
            return "required", place, f"{missing} is required"
        case "enum":
            allowed = ", ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in wanted)
            return "enum", place, f"{place.rpartition('.')[2]} must be one of the following: {allowed}"
        case "type":
            return "invalid_type", place, f"Invalid type. Expected: {wanted}, given: {_kind(error.instance)}"
        case "minimum":
            return "number_gte", place, f"Must be greater than or equal to {wanted}"
        case "maximum":
            return "number_lte", place, f"Must be less than or equal to {wanted}"
        case "minLength":
            return "string_gte", place, f"String length must be greater than or equal to {wanted}"
        case "maxLength":
            return "string_lte", place, f"String length must be less than or equal to {wanted}"
        case _:
            return "invalid", place, error.message


def _kind(value: Any) -> str:
    """What JSON schema calls the type of a value."""
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")
