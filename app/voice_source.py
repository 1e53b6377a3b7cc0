"""The voice source that the settings name."""

from __future__ import annotations

import threading
from uuid import UUID

from app.clip_source import counter
from app.models import Purpose
from app.replicate import models, replicate_account
from blocks.espeak_voice import EspeakVoiceSource
from blocks.replicate.voice import ReplicateVoiceSource
from blocks.voice_source import VoiceSource


def voice_source(*, built_in: bool = False) -> VoiceSource:
    """The source that speaks voice-overs: models at Replicate where there are any, else eSpeak.

    Args:
        built_in: whether it is eSpeak in any case.
    """
    if not built_in and (account := replicate_account()) and models().voice:
        return ReplicateVoiceSource(account=account, models=models())
    return EspeakVoiceSource()


def voice_source_of(job_id: UUID, cancel: threading.Event, *, built_in: bool) -> VoiceSource:
    """The source at which a job may order: what it orders is written into the ledger."""
    source = voice_source(built_in=built_in)
    if isinstance(source, ReplicateVoiceSource):
        return source.at(counter(job_id, cancel, Purpose.VOICE))
    return source
