"""From the storyboard to what the other packages work on: clips to order and a timeline to compose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from blocks.clip_source import ClipRequest
from media.timeline import LogoOverlay, Overlay, Shot, Size, Soundtrack, TextOverlay, Timeline, Transition
from planning.storyboard import Scene, Storyboard

# A text appears once its picture has settled and leaves before the next one comes.
TEXT_LEAD_FRAMES = 10
TEXT_TAIL_FRAMES = 8
MUSIC_FADE_IN_FRAMES = 12
MUSIC_FADE_OUT_FRAMES = 45


@dataclass(frozen=True)
class Asset:
    """A file that a timeline refers to: its key there, its content hash, and where it lies."""

    key: str
    address: str
    path: Path


def clip_name(number: int) -> str:
    return f"clip_{number:03d}"


def timeline_of(
    storyboard: Storyboard,
    size: Size,
    *,
    addresses: Mapping[int, str],
    logo: Asset | None = None,
    music: Asset | None = None,
) -> Timeline:
    """The film of a storyboard as the composition engine takes it.

    Args:
        addresses: the content address of each scene's clip, by scene number.
        logo: shown in a corner throughout the film.
        music: laid under the whole film.
    """
    shots = tuple(
        Shot(
            clip=clip_name(scene.number),
            address=addresses[scene.number],
            frames=scene.frames,
            transition=Transition(kind=scene.transition, frames=scene.transition_frames),
        )
        for scene in storyboard.scenes
    )
    frames = sum(shot.frames for shot in shots)
    overlays: list[Overlay] = []
    start = 0
    for scene in storyboard.scenes:
        overlays += _texts(scene, start)
        start += scene.frames
    if logo:
        overlays.append(LogoOverlay(asset=logo.key, address=logo.address, start=0, frames=frames))
    return Timeline(
        size=size,
        shots=shots,
        overlays=tuple(overlays),
        soundtrack=music
        and Soundtrack(
            asset=music.key,
            address=music.address,
            fade_in=MUSIC_FADE_IN_FRAMES,
            fade_out=MUSIC_FADE_OUT_FRAMES,
        ),
        palette=storyboard.palette,
    )


def clip_requests(storyboard: Storyboard, size: Size) -> list[ClipRequest]:
    """The clips to order for a storyboard, in scene order."""
    # Addresses don't change how long a clip must be, nor where the film cuts it.
    outline = timeline_of(storyboard, size, addresses={scene.number: "-" for scene in storyboard.scenes})
    return [
        ClipRequest(
            description=scene.description,
            width=size.width,
            height=size.height,
            frames=outline.clip_frames(index),
            cuts=outline.keyframes(index),
            palette=storyboard.palette,
            seed=scene.seed,
        )
        for index, scene in enumerate(storyboard.scenes)
    ]


def _texts(scene: Scene, start: int) -> list[Overlay]:
    """The scene's words: a title or caption, and the call to action beside it."""
    lead = max(TEXT_LEAD_FRAMES, scene.transition_frames)
    shown = scene.frames - lead - TEXT_TAIL_FRAMES
    if shown <= 0:
        return []
    texts: dict[Literal["title", "caption", "cta"], str | None] = {
        "title": scene.title,
        "caption": scene.caption,
        "cta": scene.cta,
    }
    return [
        TextOverlay(kind=kind, text=text, start=start + lead, frames=shown)
        for kind, text in texts.items()
        if text
    ]
