"""The models that this project orders from are there, take what it gives them, and cost what it expects."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from blocks.replicate.models import ROLES, ModelProfile, Use, load_models
from sandbox.replicate.models import ModelsInvalid, load_catalogue
from sandbox.replicate.orders import cost_of, read_order

USES: tuple[Use, ...] = ("final", "draft")
CONFIGURED = [profile for role in ROLES for profile in getattr(load_models(), role)]
GIVEN = {
    "prompt": "a lighthouse at dusk, calm",
    "text": "Arrive fresh.",
    "lyrics": "Glide through the morning",
    "system": "You plan films.",
    "negative": "letters",
    "seed": 7,
    "image": "data:image/jpeg;base64,AA==",
}


@pytest.mark.parametrize("profile", CONFIGURED, ids=lambda profile: profile.name)
def test_everything_that_may_be_ordered_is_taken_at_its_price(profile: ModelProfile) -> None:
    model = load_catalogue().named(profile.name)
    assert model is not None
    asked = product(
        USES, profile.seconds or (0,), profile.aspects or (None,), profile.languages.values() or (None,)
    )
    for use, seconds, aspect, language in asked:
        resolution = profile.resolution.get(use)
        wanted = {"seconds": seconds or None, "aspect": aspect, "resolution": resolution}
        given = profile.inputs({**GIVEN, **wanted, "language": language})
        assert set(given) <= set(model.input)
        order = read_order(model, given, chance=1)
        expected = profile.price_of(seconds=seconds, use=use, characters=len(GIVEN["text"]))
        assert cost_of(model, order) == expected
        if seconds:
            assert (order.seconds, order.frames) == (seconds, seconds * order.fps)
            assert order.width % 2 == order.height % 2 == 0
        if aspect and order.width:
            across, down = map(int, aspect.split(":"))
            assert order.width / order.height == pytest.approx(across / down, rel=0.05)


def test_further_models_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text(
        '[[model]]\nname = "us/ours"\nkind = "text"\ndescription = ""\nprice.per_run = "1.5"\n'
        'reads = { prompt = "prompt" }\ninput.prompt.type = "string"\n'
    )
    model = load_catalogue(file).named("us/ours")
    assert model
    assert str(cost_of(model, read_order(model, {"prompt": "a"}, chance=1))) == "1.500000"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"no \[\[model\]\]"),
        ("[[model", "can't be read"),
        ('[[model]]\nname = "ours"', r"0\.name"),
        ('[[model]]\nname = "a/b"\nkind = "smell"', r"0\.kind"),
    ],
)
def test_a_file_of_models_that_is_none(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "models.toml").write_text(text)
    with pytest.raises(ModelsInvalid, match=complaint):
        load_catalogue(tmp_path / "models.toml")
