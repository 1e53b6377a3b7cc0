"""The messages of `WS /ws/generations/{id}`, by `type`.

`sequence` counts up within a generation; a client that reconnects gives the last one it has seen. It fits
the whole numbers that JavaScript holds exactly.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.models import JobStatus
from app.schemas.base import Schema
from app.schemas.generations import Generation


class Connected(Schema):
    """The first message."""

    type: Literal["connected"] = "connected"
    generation_id: UUID


class StatusChanged(Schema):
    """The generation has moved on."""

    type: Literal["status"] = "status"
    sequence: int
    status: JobStatus
    progress: int

    generation: Generation | None = None
    """Everything, where what was missed can't be replayed: the state to go on from."""


class Progressed(Schema):
    """It is so far, in percent."""

    type: Literal["progress"] = "progress"
    sequence: int
    progress: int

    clips: dict[int, int] = Field(default_factory=dict)
    """Percent of each clip, by number, while clips are made."""


class ClipCompleted(Schema):
    """A clip is there."""

    type: Literal["clip_completed"] = "clip_completed"
    sequence: int
    number: int
    completed: int
    total: int
    thumbnail_url: str
    video_url: str


class EncodingProgressed(Schema):
    """The film is composed so far, in percent."""

    type: Literal["encoding_progress"] = "encoding_progress"
    sequence: int
    progress: int


class Completed(Schema):
    """The film is there. The last message: the server closes."""

    type: Literal["completed"] = "completed"
    sequence: int
    composition_id: UUID
    version: int


class Failed(Schema):
    """It went wrong. If it can't be recovered this is the last message; else it will go on by itself."""

    type: Literal["error"] = "error"
    sequence: int
    code: str
    message: str
    remedy: str

    recoverable: bool
    """Whether it is taken up again without anybody's doing."""


class Heartbeat(Schema):
    """Nothing new since `sequence`."""

    type: Literal["heartbeat"] = "heartbeat"
    sequence: int


Message = Annotated[
    Connected
    | StatusChanged
    | Progressed
    | ClipCompleted
    | EncodingProgressed
    | Completed
    | Failed
    | Heartbeat,
    Field(discriminator="type"),
]
