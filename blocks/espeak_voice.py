"""The built-in voice source: eSpeak NG, spoken by a process of its own."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

from blocks.voice_source import Speech, SpokenWord, VoiceRequest, VoiceSource, VoiceSourceError
from media.errors import Cancelled, DiskFull

# Raised whenever the same request would sound otherwise: what was spoken is then no longer reused.
SPEECH_VERSION = 1
DEADLINE_S = 60.0

# Where eSpeak's own name for the voice is another than the language's.
_VOICES = {"en": "en-us", "no": "nb"}


class EspeakVoiceSource(VoiceSource):
    """Speaks with `python -m speech`: no network, no cost, and the sound of a machine."""

    _block_type_name = "eSpeak Voice Source"
    _block_type_slug = "espeak-voice-source"

    @property
    def identity(self) -> str:
        return f"espeak/{SPEECH_VERSION}"

    def cost(self, request: VoiceRequest) -> Decimal:
        return Decimal(0)

    def speak(
        self, request: VoiceRequest, destination: Path, *, cancel: threading.Event | None = None
    ) -> Speech:
        # A sentence takes a fraction of a second: not worth interrupting.
        if cancel is not None and cancel.is_set():
            raise Cancelled("Nothing was spoken", "the caller cancelled it", "Start it again if it is wanted")
        voice = _VOICES.get(request.language, request.language)
        try:
            done = subprocess.run(
                [sys.executable, "-m", "speech", str(destination.absolute()), voice],
                cwd=Path(__file__).parents[1],
                input=request.text.encode(),
                capture_output=True,
                check=False,
                timeout=DEADLINE_S,
            )
        except subprocess.TimeoutExpired as late:
            raise VoiceSourceError(
                f"The sentence {request.text[:40]!r} was not spoken within {DEADLINE_S:.0f} s. "
                "Write it otherwise."
            ) from late
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        if done.returncode == errno.ENOSPC:
            raise DiskFull("The voice could not be kept", reason, "Free some space, then run it again")
        if done.returncode != 0:
            why = reason or f"its process ended with code {done.returncode}"
            raise VoiceSourceError(
                f"The sentence {request.text[:40]!r} was not spoken: {why}. Choose another language, or "
                "give a recording."
            )
        words = [SpokenWord(at=at, start_s=start) for at, start in json.loads(done.stdout)]
        return Speech(words=tuple(words))
