"""The subject is one thing through a film, whatever its scenes say of colour, light and place."""

import numpy as np
import pytest

from drawing.request import SceneRequest
from drawing.subjects import draw_subject


@pytest.mark.parametrize(("first", "second"), [("in teal ", ""), ("", "in pink ")])
def test_scenes_of_one_film_show_one_product(
    monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    seeds = []

    def drawn(*args: object, **options: object) -> object:
        seeds.append(options["seed"])
        return draw_subject(*args, **options)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr("drawing.hero.draw_subject", drawn)
    for seed, colour in ((1, first), (2, second)):
        request = SceneRequest(
            description=f"A backpack {colour}on a studio plinth",
            width=160,
            height=90,
            frames=1,
            palette=("#224466", "#cc8844"),
            seed=seed,
        )
        from drawing.render import render

        (frame,) = render(request)
        assert frame.dtype == np.uint8
    assert len(set(seeds)) == 1
