"""What a film's manifest claims: how the film was made, and of each of its clips by what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CLIPS = "org.reelflow.clips"
"""The label of our own assertion, with a row for each clip."""

# https://cv.iptc.org/newscodes/digitalsourcetype/
_TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED = f"{_TERMS}trainedAlgorithmicMedia"
ALGORITHMIC = f"{_TERMS}algorithmicMedia"
TRAINED_AMONG_OTHERS = f"{_TERMS}compositeWithTrainedAlgorithmicMedia"
SYNTHETIC_AMONG_OTHERS = f"{_TERMS}compositeSynthetic"
# Of what models make beside the clips, what is itself in the film.
_HEARD = ("music", "voice")


@dataclass(frozen=True)
class Origin:
    """Where one clip comes from.

    Attributes:
        number: of the clip, counted from 1.
        model: name and version of what made it.
        trained: whether that is a model trained on other media, rather than a drawing algorithm.
        seed: that it was made with.
        sha256: of the clip's file, in hex.
        prompt: what the model was told; None leaves it out of the manifest.
    """

    number: int
    model: str
    trained: bool
    seed: int
    sha256: str
    prompt: str | None = None


@dataclass(frozen=True)
class Story:
    """A film as its manifest tells it.

    Attributes:
        title: of the film.
        version: of Reelflow.
        clips: in the order in which they are first seen.
        uploads: what people brought along, such as "logo" and "music".
        beside: what else trained models have made: what it is, and the name of the model.
    """

    title: str
    version: str
    clips: tuple[Origin, ...]
    uploads: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()


def digital_source(clips: Sequence[Origin], uploads: Sequence[str]) -> str:
    """The IPTC term for how a film came to be, a URI."""
    trained = [clip.trained for clip in clips]
    if any(trained):
        return TRAINED if all(trained) and not uploads else TRAINED_AMONG_OTHERS
    return SYNTHETIC_AMONG_OTHERS if uploads else ALGORITHMIC


def definition(story: Story) -> dict[str, Any]:
    """The manifest to be signed, as the C2PA library takes it.

    The film was created, as its `digital_source` says, and each clip, sound and upload was placed in it: they
    are its ingredients. What is known of the clips, and of what else models made, is in the assertion
    `CLIPS`.
    """
    agent = {"name": "Reelflow", "version": story.version}
    sounds = [f"{name}, by {model}" for name, model in story.beside if name in _HEARD]
    ingredients = [_clip(clip) for clip in story.clips] + [_part(name) for name in (*sounds, *story.uploads)]
    created = {
        "action": "c2pa.created",
        "digitalSourceType": digital_source(story.clips, story.uploads),
        "softwareAgent": agent,
    }
    placed = [
        {
            "action": "c2pa.placed",
            "softwareAgent": agent,
            "parameters": {"ingredientIds": [ingredient["instance_id"]]},
        }
        for ingredient in ingredients
    ]
    return {
        "claim_generator_info": [agent],
        "title": story.title,
        "format": "video/mp4",
        "ingredients": ingredients,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created, *placed]}},
            {"label": CLIPS, "kind": "Json", "data": _known(story)},
        ],
    }


def _clip(clip: Origin) -> dict[str, Any]:
    ingredient = {
        "title": f"clip {clip.number}, by {clip.model}",
        "format": "video/mp4",
        "instance_id": f"xmp.iid:sha256:{clip.sha256}:{clip.number}",
        "relationship": "componentOf",
    }
    return ingredient | ({"description": clip.prompt} if clip.prompt else {})


def _part(title: str) -> dict[str, Any]:
    return {"title": title, "instance_id": f"xmp.iid:{title}", "relationship": "componentOf"}


def _known(story: Story) -> dict[str, Any]:
    beside = [{"what": name, "model": model, "digitalSourceType": TRAINED} for name, model in story.beside]
    return {"clips": [_row(clip) for clip in story.clips]} | ({"beside": beside} if beside else {})


def _row(clip: Origin) -> dict[str, Any]:
    row = {
        "number": clip.number,
        "model": clip.model,
        "digitalSourceType": TRAINED if clip.trained else ALGORITHMIC,
        "seed": clip.seed,
        "sha256": clip.sha256,
    }
    return row | ({"prompt": clip.prompt} if clip.prompt else {})
