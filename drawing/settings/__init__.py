"""The settings: each file paints one kind of place."""

from drawing.settings.registry import Stage, build

__all__ = ["Stage", "build"]
