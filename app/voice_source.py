"""The voice source that the settings name."""

from __future__ import annotations

from blocks.espeak_voice import EspeakVoiceSource
from blocks.voice_source import VoiceSource


def voice_source() -> VoiceSource:
    """The source that speaks voice-overs."""
    return EspeakVoiceSource()
