"""The clip source that the settings name."""

from __future__ import annotations

from pathlib import Path

from blocks.clip_source import ClipSource
from blocks.drawn_clips import DrawnClipSource


def clip_source(scratch: Path | None = None) -> ClipSource:
    """The source that clips are ordered from; `scratch` is its directory for what is under way."""
    return DrawnClipSource(scratch=scratch)
