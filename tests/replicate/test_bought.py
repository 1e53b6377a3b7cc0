"""What is paid for by length, as the planner of cuts is told it."""

import pytest
from pydantic import SecretStr

from blocks.replicate.api import ReplicateApi
from blocks.replicate.clips import ReplicateClipSource
from blocks.replicate.models import Models, load_models


@pytest.mark.parametrize(
    ("frames", "expected"), [(1, 6), (180, 6), (181, 10), (300, 10), (301, 12), (390, 16)]
)
def test_clips_are_bought_by_the_lengths_of_the_model_that_is_wanted(frames: int, expected: int) -> None:
    models = load_models()
    sold = models.clip[0].model_copy(update={"seconds": (6, 10)})
    source = ReplicateClipSource(
        account=ReplicateApi(token=SecretStr("r8"), url="http://127.0.0.1:9"), models=Models(clip=(sold,))
    )
    assert source.bought_frames(frames) == expected * 30
