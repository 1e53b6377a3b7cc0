"""A request for a generation: what a job is made from, and the fingerprint that tells two apart."""

import hashlib
import json
from uuid import UUID

from pydantic import ConfigDict, Field, field_validator
from pydantic.config import JsonDict

from planning.brief import Brief
from planning.voice_over import VoiceOver

_EXAMPLE: JsonDict = {
    "prompt": "Volta, the electric city bike: glide through the morning, arrive fresh.",
    "duration_s": 15,
    "aspect": "16:9",
    "brand_colors": ["#0fb5ae", "#ff8a3d"],
    "cta": "Book a test ride",
    "voice_over": "Glide through the morning. Arrive fresh.",
    "captions": "track",
    "clip_count": 3,
}


class GenerationCreate(Brief):
    """The film that is asked for: the seed may be left to chance, files are named by asset."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    # It can be planned by once its job has drawn the seed: see `brief`.

    seed: int | None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    """The same brief and seed are the same film. Without it one is drawn."""

    logo_asset_id: UUID | None = Field(default=None, title="Logo")
    """The id of an uploaded picture."""

    music_asset_id: UUID | None = Field(default=None, title="Music")
    """The id of an uploaded track, to whose beats the film is cut; without it one is made by a model, or a
    score composed."""

    voice_asset_id: UUID | None = Field(default=None, title="Recording")
    """The id of an uploaded recording that is heard instead of a spoken text; for captions, give what it says
    as the voice-over."""

    hls: bool = Field(default=False, title="HLS")
    """Whether every version of the film is also kept as a stream (HLS), beside the MP4."""

    built_in: bool = Field(default=False, title="Without models")
    """Whether it is planned, drawn, scored and spoken by what is built in, at no cost, even where there are
    models."""

    webhook_url: str | None = Field(default=None, title="Webhook", min_length=1, max_length=2000)
    """An https address of yours that is told when the film is completed, failed or cancelled."""

    @field_validator("seed")
    @classmethod
    def _check_seed(cls, value: int | None) -> int | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return None if value is None else Brief._check_seed(value)

    def brief(self, seed: int) -> Brief:
        """The brief to plan by, with the seed of the job (0 to 2³¹-1)."""
        own = {"seed", "logo_asset_id", "music_asset_id", "voice_asset_id", "hls", "built_in", "webhook_url"}
        return Brief.model_validate(self.model_dump(exclude=own) | {"seed": seed})

    @property
    def voice(self) -> VoiceOver | None:
        """What is said over the film."""
        if self.voice_over is None and self.voice_asset_id is None:
            return None
        return VoiceOver(
            asset_id=self.voice_asset_id,
            text=self.voice_over,
            language=self.language,
            captions=self.captions,
        )


def fingerprint(request: GenerationCreate) -> str:
    """SHA-256, in hex, of everything in a request that decides the film.

    A seed left to chance counts as such, not as the number drawn later: asked for again, the same
    request finds the job that was broken off.
    """
    deciding = request.model_dump(mode="json", exclude={"webhook_url"})
    canonical = json.dumps(deciding, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
