"""What the API takes to have a clip made again."""

from pydantic import ConfigDict, Field, field_validator

from app.schemas.base import Request
from planning.brief import PROMPT_LIMIT, SEED_LIMIT, clean_text, refuse


class ClipRegenerate(Request):
    """How a clip is to be made again. With neither field it is drawn once more, by another seed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"description": "A red kettle on a wooden table, close up, at dawn"}]}
    )

    description: str | None = Field(default=None, max_length=PROMPT_LIMIT)
    """What is to be seen instead."""

    seed: int | None = Field(default=None, ge=0, le=SEED_LIMIT, strict=True)
    """The same description with the same seed is the same clip."""

    @field_validator("description")
    @classmethod
    def _in_words(cls, value: str | None) -> str | None:
        return None if value is None else described(value)


def described(value: str) -> str:
    """A description on one line; refused without any word in it."""
    text = " ".join(clean_text(value, "The description").split())
    if not any(character.isalnum() for character in text):
        refuse("The description has no letter or digit: describe the clip in words, or leave it out.")
    return text
