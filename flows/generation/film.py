"""From storyboard and cut list to what other packages work on: clips to order, a timeline to compose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from blocks.clip_source import ClipRequest
from media.timeline import (
    Corner,
    Cue,
    LogoOverlay,
    Overlay,
    Shot,
    Size,
    Soundtrack,
    Subtitles,
    TextOverlay,
    Timeline,
    Transition,
    VoicePart,
)
from planning.captions import Caption
from planning.cut_list import CutList, CutScene, cut_list_of
from planning.narration import THREE_LETTERS, Captions, Language
from planning.storyboard import Storyboard

MUSIC_FADE_IN_FRAMES = 12
MUSIC_FADE_OUT_FRAMES = 45


@dataclass(frozen=True)
class Narration:
    """What is said over a film.

    Attributes:
        parts: recordings, each with its first film frame and its length in frames.
        captions: the words to read, in order.
        shown: how they are shown.
    """

    parts: tuple[tuple[Asset, int, int], ...] = ()
    captions: tuple[Caption, ...] = ()
    shown: Captions = "none"
    language: Language = "en"


@dataclass(frozen=True)
class Asset:
    """A file that a timeline refers to: its key there, its content hash, and where it lies."""

    key: str
    address: str
    path: Path


def clip_name(number: int) -> str:
    return f"clip_{number:03d}"


def timeline_of(
    cut_list: CutList,
    size: Size,
    *,
    palette: Sequence[str],
    addresses: Mapping[int, str],
    logo: Asset | None = None,
    mark: Asset | None = None,
    music: Asset | None = None,
    narration: Narration | None = None,
) -> Timeline:
    """The film of a cut list as the composition engine takes it.

    Args:
        palette: `#rrggbb` colours, the brand's first.
        addresses: the content address of each clip, by number.
        logo: shown in a corner throughout the film.
        mark: what says that the film is a draft, in another corner.
        music: laid under the whole film; none makes it silent.
        narration: heard above the music, and read.
    """
    shots = tuple(
        Shot(
            clip=clip_name(scene.number),
            address=addresses[scene.number],
            skip=scene.skip,
            frames=scene.frames,
            transition=Transition(kind=scene.transition, frames=scene.transition_frames),
        )
        for scene in cut_list.scenes
    )
    overlays: list[Overlay] = []
    start = 0
    for scene in cut_list.scenes:
        overlays += _texts(scene, start)
        start += scene.frames
    corners: tuple[tuple[Corner, Asset | None], ...] = (("top_left", logo), ("top_right", mark))
    overlays += [
        LogoOverlay(asset=shown.key, address=shown.address, start=0, frames=cut_list.frames, corner=corner)
        for corner, shown in corners
        if shown
    ]
    said = narration or Narration()
    overlays += burned(said)
    return Timeline(
        size=size,
        shots=shots,
        overlays=tuple(overlays),
        soundtrack=music and _soundtrack(music, cut_list.frames),
        voice=tuple(
            VoicePart(asset=asset.key, address=asset.address, start=start, frames=frames)
            for asset, start, frames in said.parts
        ),
        subtitles=_subtitles(said) if said.shown in ("track", "both") else None,
        palette=tuple(palette),
    )


def burned(narration: Narration) -> list[Overlay]:
    """The captions that are drawn into the picture."""
    if narration.shown not in ("burned", "both"):
        return []
    return [
        TextOverlay(kind="subtitle", text=caption.text, start=caption.start, frames=caption.frames)
        for caption in narration.captions
    ]


def clip_requests(storyboard: Storyboard, size: Size, *, draft: bool = False) -> list[ClipRequest]:
    """The clips to order for a storyboard: one for each scene that is shown, in scene order."""
    # Neither addresses nor which scenes are left out change how long a clip is. So a clip that was made
    # for some of the scenes is there when more of them are wanted.
    whole = storyboard.showing([scene.number for scene in storyboard.scenes])
    outline = timeline_of(
        cut_list_of(whole),
        size,
        palette=storyboard.palette,
        addresses={scene.number: "-" for scene in storyboard.scenes},
    )
    styles = [storyboard.style_of(scene) for scene in storyboard.scenes]
    return [
        ClipRequest(
            description=scene.description,
            style=styles[index][0],
            negative=styles[index][1],
            reference=scene.reference,
            width=size.width,
            height=size.height,
            frames=outline.clip_frames(index),
            cuts=outline.keyframes(index),
            palette=storyboard.palette,
            seed=scene.seed,
            draft=draft,
            number=scene.number,
        )
        for index, scene in enumerate(storyboard.scenes)
        if not scene.left_out
    ]


def _texts(scene: CutScene, start: int) -> list[Overlay]:
    """The scene's words: a title or caption, and the call to action beside it."""
    if scene.text_frames <= 0:
        return []
    texts: dict[Literal["title", "caption", "cta"], str | None] = {
        "title": scene.title,
        "caption": scene.caption,
        "cta": scene.cta,
    }
    return [
        TextOverlay(kind=kind, text=text, start=start + scene.text_start, frames=scene.text_frames)
        for kind, text in texts.items()
        if text
    ]


def _subtitles(said: Narration) -> Subtitles | None:
    cues = tuple(
        Cue(text=caption.text, start=caption.start, frames=caption.frames) for caption in said.captions
    )
    return Subtitles(language=THREE_LETTERS[said.language], cues=cues) if cues else None


def _soundtrack(music: Asset, frames: int) -> Soundtrack:
    """Music under a whole film of so many frames; in a very short one its fades are shorter, too."""
    fade_in = min(MUSIC_FADE_IN_FRAMES, frames // 2)
    return Soundtrack(
        asset=music.key,
        address=music.address,
        fade_in=fade_in,
        fade_out=min(MUSIC_FADE_OUT_FRAMES, frames - fade_in),
    )
