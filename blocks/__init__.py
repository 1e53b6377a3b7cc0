"""The outside world as Prefect blocks; `prefect block register -m blocks` makes them known."""

from blocks.drawn_clips import DrawnClipSource
from blocks.media_store import DirectoryMediaStore, S3MediaStore

__all__ = ["DirectoryMediaStore", "DrawnClipSource", "S3MediaStore"]
