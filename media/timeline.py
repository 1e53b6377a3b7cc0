"""The film as data: shots, transitions, overlays and sound, in whole frames at 30 per second.

The film is exactly the sum of its shots' frames, and shot *i* owns its own slot. A transition
of *d* frames into shot *i* covers the first *d* frames of that slot, while clip *i - 1* keeps
running below it: clip *i* must therefore hold its shot's frames plus those of the next transition,
after those that the shot leaves out at its beginning.
"""

from itertools import accumulate, pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from media.encoder import FPS

Aspect = Literal["16:9", "9:16", "1:1"]
Corner = Literal["top_left", "top_right", "bottom_left", "bottom_right"]
HexColour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]

_SIZES: dict[Aspect, tuple[int, int]] = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (720, 720)}
_DRAFT_SIZES: dict[Aspect, tuple[int, int]] = {"16:9": (854, 480), "9:16": (480, 854), "1:1": (480, 480)}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Size(_Model):
    """A picture's size in square pixels; both sides are even, as 4:2:0 chroma needs."""

    width: int = Field(ge=64, le=4096, multiple_of=2)
    height: int = Field(ge=64, le=4096, multiple_of=2)

    @classmethod
    def for_aspect(cls, aspect: Aspect, *, draft: bool = False) -> "Size":
        """The size of an aspect ratio: of the 720p class, or of the 480p class for a draft."""
        width, height = (_DRAFT_SIZES if draft else _SIZES)[aspect]
        return cls(width=width, height=height)

    @property
    def aspect(self) -> Aspect:
        """The nearest of the three aspect ratios."""
        ratio = self.width / self.height
        return min(_SIZES, key=lambda name: abs(_SIZES[name][0] / _SIZES[name][1] - ratio))


class Transition(_Model):
    """How a shot begins. ``dip`` goes through black."""

    kind: Literal["cut", "crossfade", "wipe", "dip"] = "cut"
    frames: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _frames_fit_kind(self) -> Self:
        if self.kind == "cut" and self.frames:
            raise ValueError("a cut lasts 0 frames")
        if self.kind != "cut" and self.frames < 2:
            raise ValueError(f"a {self.kind} lasts at least 2 frames")
        return self


class Shot(_Model):
    """One clip's slot. ``clip`` is its key in the clips given to compose, ``address`` its content hash.

    The slot shows ``frames`` frames of the clip from frame ``skip`` on.
    """

    clip: str = Field(min_length=1)
    address: str = Field(min_length=1)
    skip: int = Field(default=0, ge=0)
    frames: int = Field(ge=1)
    transition: Transition = Transition()


class TextOverlay(_Model):
    """Words over the picture from film frame ``start`` for ``frames`` frames."""

    kind: Literal["title", "caption", "cta", "subtitle"]
    text: str = Field(min_length=1, max_length=300)
    start: int = Field(ge=0)
    frames: int = Field(ge=1)


class LogoOverlay(_Model):
    """A picture in a corner. ``asset`` is its key in the assets given to compose."""

    kind: Literal["logo"] = "logo"
    asset: str = Field(min_length=1)
    address: str = Field(min_length=1)
    start: int = Field(ge=0)
    frames: int = Field(ge=1)
    corner: Corner = "top_left"


Overlay = Annotated[TextOverlay | LogoOverlay, Field(discriminator="kind")]


class Soundtrack(_Model):
    """Music under the whole film, looped or trimmed to it; fades are in frames."""

    asset: str = Field(min_length=1)
    address: str = Field(min_length=1)
    fade_in: int = Field(default=15, ge=0)
    fade_out: int = Field(default=45, ge=0)


class VoicePart(_Model):
    """Something spoken, heard from film frame ``start`` on; ``frames`` is its length, rounded up."""

    asset: str = Field(min_length=1)
    address: str = Field(min_length=1)
    start: int = Field(ge=0)
    frames: int = Field(ge=1)


class Cue(_Model):
    """Lines of a subtitle track, shown from film frame ``start`` for ``frames`` frames."""

    text: str = Field(min_length=1, max_length=300)
    start: int = Field(ge=0)
    frames: int = Field(ge=1)


class Subtitles(_Model):
    """A track of subtitles beside picture and sound; ``language`` as ISO 639-2 has it, such as ``eng``."""

    language: str = Field(pattern=r"^[a-z]{3}$")
    cues: tuple[Cue, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        for before, after in pairwise(self.cues):
            if after.start < before.start + before.frames:
                raise ValueError(f"the cue at frame {after.start} begins before the one before it ends")
        return self


class Timeline(_Model):
    """A whole film. Round-trips through ``model_dump_json`` and ``model_validate_json``.

    ``palette`` holds the brand's colours, the first being its main one.
    """

    size: Size
    shots: tuple[Shot, ...] = Field(min_length=1)
    overlays: tuple[Overlay, ...] = ()
    soundtrack: Soundtrack | None = None
    voice: tuple[VoicePart, ...] = ()
    subtitles: Subtitles | None = None
    palette: tuple[HexColour, ...] = ()

    @model_validator(mode="after")
    def _everything_fits(self) -> Self:
        if self.shots[0].transition.kind != "cut":
            raise ValueError("the first shot has nothing to come from: its transition must be a cut")
        for index, shot in enumerate(self.shots):
            if shot.transition.frames > shot.frames:
                raise ValueError(
                    f"shot {index}: a transition of {shot.transition.frames} frames is longer than "
                    f"the shot's {shot.frames}"
                )
        for index, overlay in enumerate(self.overlays):
            if overlay.start + overlay.frames > self.frames:
                raise ValueError(
                    f"overlay {index} ({overlay.kind}) ends at frame {overlay.start + overlay.frames}, "
                    f"past the film's {self.frames}"
                )
        for part in (*self.voice, *(self.subtitles.cues if self.subtitles else ())):
            if part.start + part.frames > self.frames:
                what = "voice" if isinstance(part, VoicePart) else "subtitle"
                raise ValueError(
                    f"the {what} at frame {part.start} ends at frame {part.start + part.frames}, "
                    f"past the film's {self.frames}"
                )
        if self.soundtrack and self.soundtrack.fade_in + self.soundtrack.fade_out > self.frames:
            raise ValueError("the soundtrack's fades are longer than the film")
        return self

    @property
    def frames(self) -> int:
        """The film's length in frames."""
        return sum(shot.frames for shot in self.shots)

    @property
    def duration_s(self) -> float:
        """The film's length in seconds."""
        return self.frames / FPS

    @property
    def starts(self) -> tuple[int, ...]:
        """The film frame at which each shot's slot begins."""
        return tuple(accumulate((shot.frames for shot in self.shots[:-1]), initial=0))

    def clip_frames(self, index: int) -> int:
        """The frames shot ``index``'s clip must hold: left out, shown, and the next transition's."""
        shot, following = self.shots[index], self.shots[index + 1 : index + 2]
        return shot.skip + shot.frames + sum(after.transition.frames for after in following)

    def keyframes(self, index: int) -> tuple[int, ...]:
        """The frames of shot ``index``'s clip at which the film cuts it: where its keyframes belong."""
        # Imported here because segments are cut from timelines: the module depends on this one.
        from media.segments import cut

        shot, begin = self.shots[index], self.starts[index]
        end, offset = begin + shot.frames, shot.skip - begin
        edges = {edge for part in cut(self) for edge in (part.start, part.end) if begin <= edge <= end}
        return tuple(sorted({edge + offset for edge in edges if edge + offset < self.clip_frames(index)}))
