"""The voice-over of a film as it is ordered: spoken or recorded, and with which captions."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from planning.brief import VOICE_LIMIT, captions_need_words, clean_voice_over, refuse
from planning.narration import Captions, Language


class VoiceOver(BaseModel):
    """What is said over a film. With a recording, `text` is what that says: captions are made of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    asset_id: UUID | None = None
    """Of an uploaded recording; without it the text is spoken."""

    text: str | None = Field(default=None, json_schema_extra={"maxLength": VOICE_LIMIT})
    """Up to 15 characters for each second of film; sentences are spread over the scenes."""

    language: Language = "en"
    """As ISO 639-1 has it."""

    captions: Captions = Field(default="none", validate_default=True)
    """The text to read: burned into the picture, as a track that can be switched on, or both."""

    @field_validator("text")
    @classmethod
    def _clean(cls, value: str | None) -> str | None:
        return clean_voice_over(value)

    @field_validator("captions")
    @classmethod
    def _have_words(cls, value: Captions, info: ValidationInfo) -> Captions:
        return captions_need_words(value, "text" in info.data and not info.data["text"])

    @model_validator(mode="after")
    def _says_something(self) -> "VoiceOver":
        if self.asset_id is None and self.text is None:
            refuse("The voice-over has neither a text nor a recording: give one, or leave it out.")
        return self
