"""Who makes the music of a film."""

from __future__ import annotations

import threading
from uuid import UUID

from app.clip_source import counter
from app.models import Purpose
from app.replicate import ordered_from
from blocks.replicate.music import ReplicateMusic


def music_source_of(job_id: UUID, cancel: threading.Event, *, built_in: bool) -> ReplicateMusic | None:
    """The models at which a job may order its music; None where its score is composed."""
    found = ordered_from(built_in=built_in)
    if found is None or not found.music:
        return None
    return ReplicateMusic(counter(job_id, cancel, Purpose.MUSIC), found)
