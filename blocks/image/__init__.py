"""The image of a checkout: what goes into it, and how it is built."""

from blocks.image.archive import ArchiveBuilder, ArchiveImage, this_platform
from blocks.image.content import content_tag, included
from blocks.image.contract import (
    Builder,
    BuilderKind,
    BuilderUnavailable,
    BuildFailed,
    BuiltImage,
    Login,
    LoginRefused,
    OnProgress,
    Progress,
    PushBrokenOff,
    PushFailed,
    TagTaken,
)
from blocks.image.docker import DockerBuilder, DockerImage

__all__ = [
    "ArchiveBuilder",
    "ArchiveImage",
    "BuildFailed",
    "Builder",
    "BuilderKind",
    "BuilderUnavailable",
    "BuiltImage",
    "DockerBuilder",
    "DockerImage",
    "Login",
    "LoginRefused",
    "OnProgress",
    "Progress",
    "PushBrokenOff",
    "PushFailed",
    "TagTaken",
    "content_tag",
    "included",
    "this_platform",
]
