"""The file format of a scene request."""

import pytest
from pydantic import ValidationError

from drawing.request import SceneRequest

GOOD = {
    "description": "the sea",
    "width": 320,
    "height": 180,
    "frames": 3,
    "palette": ("#FF5A36",),
    "seed": 1,
}


def test_round_trip():
    request = SceneRequest(**GOOD)

    assert SceneRequest.model_validate_json(request.model_dump_json()) == request
    assert request.palette == ("#ff5a36",)
    assert request.fps == 30


@pytest.mark.parametrize(
    "change",
    [
        {"description": ""},
        {"width": 321},
        {"height": 0},
        {"frames": 0},
        {"fps": 0},
        {"palette": ()},
        {"palette": ("red",)},
        {"seed": -1},
        {"colour": "blue"},
    ],
)
def test_refuses(change: dict):
    with pytest.raises(ValidationError):
        SceneRequest(**{**GOOD, **change})
