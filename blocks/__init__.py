"""The outside world as Prefect blocks; `prefect block register -m blocks` makes them known."""

from blocks.database import Database
from blocks.drawn_clips import DrawnClipSource
from blocks.ecs import EcsService
from blocks.environment import Environment
from blocks.logs import LogGroup
from blocks.media_store import DirectoryMediaStore, S3MediaStore
from blocks.registry import Registry
from blocks.terraform import TerraformWorkspace

__all__ = [
    "Database",
    "DirectoryMediaStore",
    "DrawnClipSource",
    "EcsService",
    "Environment",
    "LogGroup",
    "Registry",
    "S3MediaStore",
    "TerraformWorkspace",
]
