"""The brief: what a user asked for, checked once for the command, the API and the flow."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal, NoReturn

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from planning.narration import Captions, Language, longest_narration

FPS = 30
"""Frames per second of every film."""

PROMPT_LIMIT = 2000
CTA_LIMIT = 40
BRAND_COLOR_LIMIT = 5
SEED_LIMIT = 2**31 - 1

JobType = Literal["ad_creative", "music_video"]
Aspect = Literal["16:9", "9:16", "1:1"]


class Limits(BaseModel):
    """What one job type allows: seconds of film and number of clips, both ends included."""

    model_config = ConfigDict(frozen=True)

    name: str
    seconds: tuple[int, int]
    default_seconds: int
    clips: tuple[int, int]
    default_clips: int


LIMITS: dict[JobType, Limits] = {
    "ad_creative": Limits(name="an ad", seconds=(15, 60), default_seconds=30, clips=(3, 5), default_clips=5),
    "music_video": Limits(
        name="a music video", seconds=(60, 180), default_seconds=60, clips=(10, 20), default_clips=15
    ),
}

VOICE_LIMIT = longest_narration(max(limits.seconds[1] for limits in LIMITS.values()) * FPS)
"""Characters that can be spoken during the longest film."""

_HEX = re.compile(r"#?(?:[0-9a-f]{3}|[0-9a-f]{6})")


class BriefError(ValueError):
    """The brief was refused. ``problems`` maps each field to one sentence: the limit and the remedy."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class Brief(BaseModel):
    """A film as it was ordered.

    Invalid input raises ``pydantic.ValidationError``; :func:`read_brief` gives the same refusals as
    sentences. ``duration_s`` and ``clip_count`` depend on ``job_type`` when they are left out.
    """

    # The docstrings are what forms and API descriptions say; limits in them are told here, and checked
    # below, where a refusal can be a sentence.
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    prompt: str = Field(json_schema_extra={"minLength": 1, "maxLength": PROMPT_LIMIT})
    """What the film is about, in 1 to 2000 characters."""

    job_type: JobType = Field(default="ad_creative", title="Type")
    """An ad lasts 15 to 60 seconds, a music video 60 to 180."""

    duration_s: int = Field(
        default=LIMITS["ad_creative"].default_seconds,
        title="Duration in seconds",
        json_schema_extra={"minimum": 15, "maximum": 180},
    )
    """15 to 60 for an ad, 60 to 180 for a music video."""

    aspect: Aspect = Field(default="16:9", title="Aspect ratio")
    """16:9 for screens, 9:16 for phones, 1:1 for feeds."""

    also: tuple[Aspect, ...] = Field(
        default=(), title="Also in", fail_fast=True, json_schema_extra={"maxItems": 2, "uniqueItems": True}
    )
    """Further aspect ratios: the same clips are cropped for each, and none is paid for again."""

    draft: bool = Field(default=False, title="Draft", strict=True)
    """Small, quick and cheap, and marked as such: to be looked at, and then promoted shot by shot."""

    brand_colors: tuple[str, ...] = Field(
        default=(), title="Brand colours", fail_fast=True, json_schema_extra={"maxItems": BRAND_COLOR_LIMIT}
    )
    """Up to five, as #rrggbb; the first leads."""

    cta: str | None = Field(default=None, title="Call to action", examples=["Book a test ride"])
    """What is written at the end, in up to 40 characters. Without it one is looked for in the prompt."""

    voice_over: str | None = Field(
        default=None,
        title="Voice-over",
        json_schema_extra={"maxLength": VOICE_LIMIT},
        examples=["Glide through the morning. Arrive fresh."],
    )
    """What is spoken, up to 15 characters for each second of film; sentences are spread over the scenes."""

    captions: Captions = "none"
    """The voice-over to read: burned into the picture, as a track that can be switched on, or both."""

    language: Language = "en"
    """Of the voice-over, as ISO 639-1 has it."""

    clip_count: int | None = Field(default=None, title="Scenes")
    """3 to 5 for an ad, 10 to 20 for a music video. Without it as the operator has it, at first 5 or 15."""

    seed: int = 0
    """The same brief and seed are the same film; another seed is another film."""

    @model_validator(mode="before")
    @classmethod
    def _default_duration(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("duration_s") is not None:
            return data
        filled = {key: value for key, value in data.items() if key != "duration_s"}
        if isinstance(job := filled.get("job_type"), str) and job in LIMITS:
            filled["duration_s"] = LIMITS[job].default_seconds
        return filled

    @field_validator("prompt")
    @classmethod
    def _check_prompt(cls, value: str) -> str:
        prompt = clean_text(value, "The prompt")
        if not prompt:
            refuse("The prompt is empty: describe the film in 1 to 2000 characters.")
        if len(prompt) > PROMPT_LIMIT:
            refuse(f"The prompt has {len(prompt)} characters and may have {PROMPT_LIMIT}: shorten it.")
        if not any(character.isalnum() for character in prompt):
            refuse("The prompt has no letter or digit: describe the film in words.")
        return prompt

    @field_validator("cta")
    @classmethod
    def _check_cta(cls, value: str | None) -> str | None:
        if value is None:
            return None
        cta = " ".join(clean_text(value, "The call to action").split())
        if len(cta) > CTA_LIMIT:
            refuse(f"The call to action has {len(cta)} characters and may have {CTA_LIMIT}: shorten it.")
        if cta and not any(character.isalnum() for character in cta):
            refuse("The call to action has no letter or digit: write it in words or leave it out.")
        return cta or None

    @field_validator("voice_over")
    @classmethod
    def _check_voice_over(cls, value: str | None, info: ValidationInfo) -> str | None:
        text = clean_voice_over(value)
        if text and (seconds := info.data.get("duration_s")):
            room = longest_narration(seconds * FPS)
            if len(text) > room:
                refuse(
                    f"The voice-over has {len(text)} characters and a film of {seconds} s has time for "
                    f"{room}: shorten it, or make the film longer."
                )
        return text

    @field_validator("captions")
    @classmethod
    def _check_captions(cls, value: Captions, info: ValidationInfo) -> Captions:
        return captions_need_words(value, "voice_over" in info.data and not info.data["voice_over"])

    @field_validator("brand_colors")
    @classmethod
    def _check_colors(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) > BRAND_COLOR_LIMIT:
            refuse(
                f"{len(value)} brand colours were given and {BRAND_COLOR_LIMIT} is the most: leave some out."
            )
        return tuple(dict.fromkeys(_color(color) for color in value))

    @field_validator("also")
    @classmethod
    def _each_once(cls, value: tuple[Aspect, ...], info: ValidationInfo) -> tuple[Aspect, ...]:
        return tuple(aspect for aspect in dict.fromkeys(value) if aspect != info.data.get("aspect"))

    @field_validator("seed")
    @classmethod
    def _check_seed(cls, value: int) -> int:
        if not 0 <= value <= SEED_LIMIT:
            refuse(f"The seed is {value} and must lie between 0 and {SEED_LIMIT}: choose another number.")
        return value

    @model_validator(mode="after")
    def _check_limits(self) -> "Brief":
        limits = LIMITS[self.job_type]
        low, high = limits.seconds
        if not low <= self.duration_s <= high:
            refuse(
                f"The duration is {self.duration_s} s and {limits.name} lasts {low} to {high} s: "
                "choose a duration in that range." + _other_type(self.job_type, self.duration_s)
            )
        low, high = limits.clips
        if self.clip_count is not None and not low <= self.clip_count <= high:
            refuse(
                f"The clip count is {self.clip_count} and {limits.name} has {low} to {high} clips: "
                "choose a number in that range or leave it out."
            )
        return self

    @property
    def frames(self) -> int:
        """Length of the film in frames."""
        return self.duration_s * FPS

    @property
    def clips(self) -> int:
        """Number of scenes to plan: the one asked for, else the default of the job type."""
        return self.clip_count or LIMITS[self.job_type].default_clips


def read_brief(data: Mapping[str, Any]) -> Brief:
    """Check raw input, as it came from a command line or a request.

    Raises:
        BriefError: with one sentence for each field that was refused.
    """
    try:
        return Brief.model_validate(dict(data))
    except ValidationError as error:
        problems: dict[str, str] = {}
        for item in error.errors():
            place = str(item["loc"][0]) if item["loc"] else _limit_field(item["msg"])
            problems.setdefault(place, _sentence(place, item["type"], item["msg"], item["input"]))
        raise BriefError(problems) from error


def _limit_field(message: str) -> str:
    return "clip_count" if message.startswith("The clip count") else "duration_s"


_EXPECTED = {
    "prompt": "The prompt must be text of 1 to 2000 characters: describe the film in words.",
    "job_type": "The job type must be ad_creative or music_video, not {input}: choose one of the two.",
    "duration_s": "The duration must be a whole number of seconds, not {input}: give a number such as 30.",
    "aspect": "The aspect ratio must be 16:9, 9:16 or 1:1, not {input}: choose one of the three.",
    "also": "The further aspect ratios must be a list of 16:9, 9:16 or 1:1, not {input}: leave it out or "
    "choose of the three.",
    "draft": "Whether it is a draft must be true or false, not {input}: give one of the two.",
    "brand_colors": "The brand colours must be a list of up to 5 hex colours such as #ff5a1f, not {input}: "
    "write them so or leave them out.",
    "cta": "The call to action must be text of up to 40 characters, not {input}: write it in words.",
    "voice_over": f"The voice-over must be text of up to {VOICE_LIMIT} characters, not {{input}}: write what "
    "is to be said.",
    "captions": "The captions must be none, burned, track or both, not {input}: choose one of the four.",
    "language": "The language must be one of two letters that can be spoken, such as en or de, not {input}: "
    "choose another.",
    "clip_count": "The clip count must be a whole number, not {input}: give a number or leave it out.",
    "seed": f"The seed must be a whole number between 0 and {SEED_LIMIT}, not {{input}}: give such a number.",
}


def _sentence(place: str, kind: str, message: str, value: Any) -> str:
    if kind == "brief":
        return message
    if place not in _EXPECTED:
        return f"The brief has no field {place!r}: leave it out; the fields are {', '.join(_EXPECTED)}."
    shown = repr(value)
    return _EXPECTED[place].format(input=shown if len(shown) <= 40 else shown[:37] + "...")


def refuse(message: str) -> NoReturn:
    """Raise what pydantic makes a validation error of, with the message as it is."""
    raise PydanticCustomError("brief", "{sentence}", {"sentence": message})


def clean_text(text: str, place: str) -> str:
    """Trim and compose the text (NFC); line breaks and tabs may stay, other control characters may not."""
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t":
            refuse(f"{place} holds the control character U+{ord(character):04X}: remove it.")
    return unicodedata.normalize("NFC", text).strip()


def clean_voice_over(value: str | None) -> str | None:
    """A text that can be spoken; None for nothing."""
    text = clean_text(value, "The voice-over") if value else ""
    if len(text) > VOICE_LIMIT:
        refuse(f"The voice-over has {len(text)} characters and may have {VOICE_LIMIT}: shorten it.")
    if text and not any(character.isalnum() for character in text):
        refuse("The voice-over has no letter or digit: write it in words or leave it out.")
    return text or None


def captions_need_words(captions: Captions, wordless: bool) -> Captions:
    """The captions, refused where there is nothing that they could say."""
    if captions != "none" and wordless:
        refuse("The captions have no words: give what is said as the voice-over's text, or choose none.")
    return captions


def _color(value: str) -> str:
    color = value.strip().lower()
    if not _HEX.fullmatch(color):
        refuse(f"The brand colour {value[:40]!r} is not a hex colour: write it like #ff5a1f or #f51.")
    digits = color.removeprefix("#")
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _other_type(job_type: JobType, seconds: int) -> str:
    """Point at the other job type when that one allows the duration."""
    for other, limits in LIMITS.items():
        if other != job_type and limits.seconds[0] <= seconds <= limits.seconds[1]:
            return f" (For {seconds} s ask for the type {other}.)"
    return ""
