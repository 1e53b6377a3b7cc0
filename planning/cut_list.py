"""The cut list: the film as it is edited, in whole frames of the clips that are there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.config import JsonDict

from planning.brief import CTA_LIMIT, FPS, LIMITS, Aspect, clean_text, refuse
from planning.narration import longest_narration
from planning.storyboard import Storyboard, Transition
from planning.voice_over import VoiceOver

MOST_SCENES = max(limits.clips[1] for limits in LIMITS.values())
SHORTEST_FILM = FPS
LONGEST_FILM = max(limits.seconds[1] for limits in LIMITS.values()) * FPS
TEXT_LIMIT = 80
SHORTEST_TRANSITION = 2
"""Frames of the shortest transition that is no cut."""

# A text appears once its picture has settled and leaves before the next one comes.
TEXT_LEAD = 10
TEXT_TAIL = 8
SHORTEST_TEXT = 15
"""Frames for which a text is seen at least."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class CutScene(_Model):
    """A clip's place in the film: which of its frames are shown, how it begins, and the words over it."""

    number: int = Field(ge=1, le=MOST_SCENES)
    """Of the clip, counted from 1 in the order of the storyboard."""

    skip: int = Field(default=0, ge=0, le=LONGEST_FILM)
    """Frames of the clip that are left out at its beginning."""

    frames: int = Field(ge=1, le=LONGEST_FILM)
    """How long it is shown. While the next transition lasts, the clip runs on below it."""

    transition: Transition = "cut"
    transition_frames: int = Field(default=0, ge=0, le=LONGEST_FILM, validate_default=True)
    """0 for a cut; every other transition takes its first frames, at most half of each scene it joins."""

    title: str | None = Field(default=None, max_length=TEXT_LIMIT)
    caption: str | None = Field(default=None, max_length=TEXT_LIMIT)
    cta: str | None = Field(default=None, max_length=CTA_LIMIT)

    @field_validator("transition_frames")
    @classmethod
    def _fits_its_kind(cls, value: int, info: ValidationInfo) -> int:
        kind = info.data.get("transition", "cut")
        if kind == "cut" and value:
            refuse(f"A cut takes no time: give 0 transition frames, not {value}, or another transition.")
        if kind != "cut" and value < SHORTEST_TRANSITION:
            refuse(f"A {kind} takes at least {SHORTEST_TRANSITION} frames: give more, or make it a cut.")
        return value

    @field_validator("title", "caption", "cta")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        return (" ".join(clean_text(value, "The text").split()) or None) if value else None

    @property
    def has_text(self) -> bool:
        return any((self.title, self.caption, self.cta))

    @property
    def text_start(self) -> int:
        """The frame of the scene at which its texts appear."""
        return max(TEXT_LEAD, self.transition_frames)

    @property
    def text_frames(self) -> int:
        """For how many frames its texts are seen; 0 or less where there is no time for any."""
        return self.frames - self.text_start - TEXT_TAIL


class Music(_Model):
    """What is heard: the score, composed for the cuts; an upload; or nothing."""

    kind: Literal["score", "upload", "none"] = "score"
    asset_id: UUID | None = Field(default=None, validate_default=True)
    """Of the upload; null for everything else."""

    @field_validator("asset_id")
    @classmethod
    def _only_of_uploads(cls, value: UUID | None, info: ValidationInfo) -> UUID | None:
        kind = info.data.get("kind")
        if kind == "upload" and value is None:
            refuse("The music is to be an upload: name its asset_id, or choose score or none.")
        if kind in ("score", "none") and value is not None:
            refuse(f"The music is to be {kind}: leave asset_id out, or choose upload.")
        return value


EXAMPLE: JsonDict = {
    "scenes": [
        {"number": 2, "skip": 15, "frames": 120, "title": "Slow mornings"},
        {
            "number": 1,
            "frames": 90,
            "transition": "crossfade",
            "transition_frames": 12,
            "cta": "Book a table",
        },
    ],
    "music": {"kind": "score"},
}


class CutList(_Model):
    """A film as it is to be cut. A clip may be left out, and be shown more than once."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    # Pydantic's own min_length would count the valid scenes, and complain of both.
    scenes: tuple[CutScene, ...] = Field(max_length=MOST_SCENES, json_schema_extra={"minItems": 1})
    """In the order of the film."""

    music: Music = Music()

    voice: VoiceOver | None = None
    """What is said over it; null for nothing."""

    also: tuple[Aspect, ...] = Field(default=(), max_length=len(get_args(Aspect)))
    """Aspect ratios in which the film is made besides its own, from the same clips."""

    @field_validator("also")
    @classmethod
    def _each_once(cls, value: tuple[Aspect, ...]) -> tuple[Aspect, ...]:
        return tuple(dict.fromkeys(value))

    @field_validator("scenes")
    @classmethod
    def _not_empty(cls, value: tuple[CutScene, ...]) -> tuple[CutScene, ...]:
        if not value:
            refuse("The film has no scene: give at least one.")
        return value

    @property
    def frames(self) -> int:
        """Length of the film in frames."""
        return sum(scene.frames for scene in self.scenes)


@dataclass(frozen=True)
class Misfit:
    """What can't be cut so: the place in the cut list as a JSON pointer (RFC 6901), why, and what to do."""

    pointer: str
    cause: str
    remedy: str


def cut_list_of(
    storyboard: Storyboard,
    music_asset_id: UUID | None = None,
    voice: VoiceOver | None = None,
    also: tuple[Aspect, ...] = (),
) -> CutList:
    """The film as it was planned: every clip in its order, over the upload if there is one.

    Scenes that are left out are not shown, and what comes after one begins with a cut.
    """
    own = {"number", "frames", "transition", "transition_frames", "title", "caption", "cta"}
    music = Music(kind="upload", asset_id=music_asset_id) if music_asset_id else Music()
    scenes = []
    for before, scene in zip((None, *storyboard.scenes), storyboard.scenes, strict=False):
        if scene.left_out:
            continue
        # The clip before holds no frames for a transition into any but its own next scene.
        into = {"transition": "cut", "transition_frames": 0} if before and before.left_out else {}
        scenes.append(CutScene.model_validate(scene.model_dump(include=own) | into))
    return CutList(scenes=tuple(scenes), music=music, voice=voice, also=also)


def check(cut_list: CutList, available: Mapping[int, int]) -> list[Misfit]:
    """Whatever keeps a film from being cut so, in the order of the film; nothing if it can be.

    Args:
        available: the frames that each clip holds, by its number.
    """
    return [
        *_length(cut_list),
        *_first(cut_list),
        *_spoken(cut_list),
        *(misfit for index in range(len(cut_list.scenes)) for misfit in _scene(cut_list, index, available)),
    ]


def _length(cut_list: CutList) -> Iterator[Misfit]:
    if not SHORTEST_FILM <= cut_list.frames <= LONGEST_FILM:
        yield Misfit(
            "/scenes",
            f"the film would last {cut_list.frames} frames, and lasts {SHORTEST_FILM} to {LONGEST_FILM}",
            "Make scenes longer or shorter, or leave some out",
        )


def _first(cut_list: CutList) -> Iterator[Misfit]:
    if cut_list.scenes[0].transition != "cut":
        yield Misfit(
            "/scenes/0/transition",
            f"the film would begin with a {cut_list.scenes[0].transition}, and there is no scene before it",
            "Make the first scene begin with a cut",
        )


def _spoken(cut_list: CutList) -> Iterator[Misfit]:
    text = cut_list.voice.text if cut_list.voice else None
    room = longest_narration(cut_list.frames)
    if text and len(text) > room:
        yield Misfit(
            "/voice/text",
            f"the voice-over has {len(text)} characters and the film has time for {room}",
            "Shorten it, or make scenes longer",
        )


def _scene(cut_list: CutList, index: int, available: Mapping[int, int]) -> Iterator[Misfit]:
    scene, place = cut_list.scenes[index], f"/scenes/{index}"
    following = cut_list.scenes[index + 1].transition_frames if index + 1 < len(cut_list.scenes) else 0
    holds = available.get(scene.number)
    if holds is None:
        known = ", ".join(map(str, sorted(available)))
        yield Misfit(f"{place}/number", f"there is no clip {scene.number}", f"Choose one of {known}")
    elif scene.skip + scene.frames > holds:
        yield Misfit(
            f"{place}/frames",
            f"clip {scene.number} holds {holds} frames and {scene.skip + scene.frames} of it are asked for",
            _room(holds - scene.skip, "Leave out fewer frames at its beginning"),
        )
    elif scene.skip + scene.frames + following > holds:
        yield Misfit(
            f"{place}/frames",
            f"clip {scene.number} holds {holds} frames: with {scene.skip} left out and {scene.frames} shown, "
            f"the {following} of the transition into the next scene are too many",
            _room(holds - scene.skip - following, "Shorten the transition")
            + ", or begin the next scene with a cut",
        )
    if index and scene.transition_frames > (most := _longest(cut_list.scenes[index - 1], scene)):
        yield Misfit(
            f"{place}/transition_frames",
            f"the {scene.transition} takes {scene.transition_frames} frames and may take {most}, "
            "half of the shorter of its two scenes",
            f"Make it {most} frames, or longer scenes" if most >= SHORTEST_TRANSITION else "Make it a cut",
        )
    if scene.has_text and scene.text_frames < SHORTEST_TEXT:
        needed = scene.text_start + SHORTEST_TEXT + TEXT_TAIL
        yield Misfit(
            f"{place}/frames",
            f"its text can't be read in {scene.frames} frames",
            f"Show the scene for {needed} frames, or leave its text out",
        )


def _longest(before: CutScene, after: CutScene) -> int:
    """The most frames that a transition between two scenes may take."""
    return min(before.frames, after.frames) // 2


def _room(frames: int, otherwise: str) -> str:
    return f"Show {frames} frames of it" if frames > 0 else otherwise
