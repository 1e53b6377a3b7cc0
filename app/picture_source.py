"""Who draws what a film's subject looks like."""

from __future__ import annotations

import threading
from uuid import UUID

from app.clip_source import counter
from app.models import Purpose
from app.replicate import ordered_from
from blocks.replicate.pictures import ReplicatePictures


def picture_source_of(job_id: UUID, cancel: threading.Event, *, built_in: bool) -> ReplicatePictures | None:
    """The models at which a job may order pictures; None where there are none."""
    found = ordered_from(built_in=built_in)
    if found is None or not found.image:
        return None
    return ReplicatePictures(counter(job_id, cancel, Purpose.IMAGE), found)
