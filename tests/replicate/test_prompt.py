"""What a video model is told of a shot."""

from decimal import Decimal

import pytest

from blocks.clip_source import ClipRequest
from blocks.replicate.clips import prompt_for
from blocks.replicate.models import ModelProfile

ORDER = ClipRequest(
    description="A bike at dawn.",
    width=1280,
    height=720,
    frames=60,
    style="Lens: 50 mm.",
    negative="text, blur",
)


def model(**names: str) -> ModelProfile:
    taken = {"prompt": "prompt", "seconds": "duration", **names}
    return ModelProfile.model_validate(
        {"name": "an/other", "price": {"per_run": Decimal(1)}, "seconds": (2,), "input": taken}
    )


@pytest.mark.parametrize(
    ("order", "names", "told"),
    [
        (ORDER, {}, "A bike at dawn. Lens: 50 mm. Avoid: text, blur."),
        (ORDER, {"negative": "negative_prompt"}, "A bike at dawn. Lens: 50 mm."),
        (ORDER.model_copy(update={"style": "", "negative": ""}), {}, "A bike at dawn."),
    ],
)
def test_a_prompt_has_what_all_shots_share(order: ClipRequest, names: dict[str, str], told: str) -> None:
    assert prompt_for(order, model(**names)) == told
