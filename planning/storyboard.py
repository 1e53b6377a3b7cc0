"""The storyboard: the film as planned, scene by scene, in whole frames."""

import re
from collections.abc import Collection, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from planning.brief import SEED_LIMIT, Brief
from planning.style_sheet import StyleSheet

Transition = Literal["cut", "crossfade", "wipe", "dip"]

PALETTE_SIZE = 5
_HEX = re.compile(r"#[0-9a-f]{6}")


class StoryboardError(ValueError):
    """A storyboard does not fit the brief it was planned for."""


class Scene(BaseModel):
    """One shot: what is seen, for how long, how it begins, and the text laid over it.

    ``transition`` leads into this scene and lasts ``transition_frames``, centred on the boundary with the
    scene before; it takes no time away from the film. ``title``, ``caption`` and ``cta`` are overlay texts.
    A scene that is ``left_out`` is planned, but neither made nor shown. ``reference`` is the hash of the
    picture by which a model keeps the subject as it was, or of its order; it stays when scenes are changed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1)
    description: str = Field(min_length=1)
    frames: int = Field(ge=1)
    transition: Transition = "cut"
    transition_frames: int = Field(default=0, ge=0)
    title: str | None = None
    caption: str | None = None
    cta: str | None = None
    seed: int = Field(ge=0, le=SEED_LIMIT)
    left_out: bool = False
    reference: str | None = None

    @model_validator(mode="after")
    def _cut_is_instant(self) -> "Scene":
        if (self.transition == "cut") != (self.transition_frames == 0):
            raise ValueError(
                f"scene {self.number} has a {self.transition} of {self.transition_frames} frames: "
                "a cut takes 0 frames, every other transition at least 1"
            )
        return self


class Storyboard(BaseModel):
    """A planned film: its title, mood, palette (five hex colours, brand colours first) and scenes.

    ``style`` is what its shots are told alike; None where what draws them would not read it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    mood: str
    palette: tuple[str, ...]
    scenes: tuple[Scene, ...] = Field(min_length=1)
    style: StyleSheet | None = None

    @field_validator("palette")
    @classmethod
    def _five_colors(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) != PALETTE_SIZE or not all(_HEX.fullmatch(color) for color in value):
            raise ValueError(f"the palette is {value}: it must hold five colours like #ff5a1f")
        return value

    @model_validator(mode="after")
    def _scenes_join(self) -> "Storyboard":
        if [scene.number for scene in self.scenes] != list(range(1, len(self.scenes) + 1)):
            raise ValueError("the scenes must be numbered 1, 2, 3 … in order")
        if self.scenes[0].transition != "cut":
            raise ValueError("scene 1 must begin with a cut: there is no scene before it")
        if not self.shown:
            raise ValueError("every scene is left out: one must be shown")
        for before, after in zip(self.scenes, self.scenes[1:], strict=False):
            longest = min(before.frames, after.frames) // 2
            if after.transition_frames > longest:
                raise ValueError(
                    f"the transition into scene {after.number} takes {after.transition_frames} frames "
                    f"and may take {longest}: half of the shorter of its two scenes"
                )
        return self

    @property
    def frames(self) -> int:
        """Length of the film in frames: the sum over its scenes."""
        return sum(scene.frames for scene in self.scenes)

    @property
    def shown(self) -> tuple[Scene, ...]:
        """The scenes that are made: all but those that are left out."""
        return tuple(scene for scene in self.scenes if not scene.left_out)

    def showing(self, numbers: Collection[int]) -> "Storyboard":
        """The same plan with the scenes of these numbers shown, and every other one left out."""
        scenes = [scene.model_copy(update={"left_out": scene.number not in numbers}) for scene in self.scenes]
        return Storyboard.model_validate(self.model_dump() | {"scenes": scenes})

    @property
    def cuts(self) -> tuple[int, ...]:
        """The frame at which each scene after the first begins."""
        starts, position = [], 0
        for scene in self.scenes[:-1]:
            position += scene.frames
            starts.append(position)
        return tuple(starts)

    def style_of(self, scene: Scene) -> tuple[str, str]:
        """What a scene's model is told beside its description, and what it must not show; maybe empty."""
        if self.style is None:
            return "", ""
        return self.style.words(scene.description), self.style.unwanted(scene.description)

    def followers(self) -> dict[int, int]:
        """The shots that show the subject again, each with the number of the first that does."""
        if self.style is None:
            return {}
        showing = [each.number for each in self.shown if self.style.shows_subject(each.description)]
        return dict.fromkeys(showing[1:], showing[0]) if showing else {}

    def with_references(self, references: Mapping[int, str]) -> "Storyboard":
        """The same film, with pictures that scenes refer to, by number."""
        scenes = (
            each.model_copy(update={"reference": references[each.number]})
            if each.number in references
            else each
            for each in self.scenes
        )
        return self.model_copy(update={"scenes": tuple(scenes)})

    def without_references(self) -> "Storyboard":
        """The same film for another job: what its scenes refer to is the pictures of this one."""
        return self.model_copy(
            update={"scenes": tuple(each.model_copy(update={"reference": None}) for each in self.scenes)}
        )

    def require(self, brief: Brief) -> "Storyboard":
        """Return this storyboard if it fits the brief; planners end with it.

        Raises:
            StoryboardError: if length or number of scenes differ from what the brief asks for.
        """
        if self.frames != brief.frames:
            raise StoryboardError(
                f"The storyboard lasts {self.frames} frames and the brief asks for {brief.frames}: "
                "plan the film again, or scale its scenes."
            )
        if len(self.scenes) != brief.clips:
            raise StoryboardError(
                f"The storyboard has {len(self.scenes)} scenes and the brief asks for {brief.clips}: "
                "plan the film again."
            )
        return self
