"""eSpeak NG's library, as far as speaking a text into memory needs it."""

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import espeakng_loader

WORDS_PER_MINUTE = 158
"""A narrator's pace; eSpeak's own 175 is that of a screen reader."""

PITCH = 42
PITCH_RANGE = 55
WORD_GAP = 1
"""Units of 10 ms between words."""

# espeak-ng/speak_lib.h
_SYNCHRONOUS = 2
_BY_CHARACTER = 1
_UTF8 = 1
_RATE, _PITCH, _RANGE, _WORD_GAP = 1, 3, 4, 7
_LIST_TERMINATED, _WORD = 0, 1


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class EspeakError(Exception):
    """The text could not be spoken; says why."""


@dataclass(frozen=True)
class Recording:
    """16-bit mono samples, and where words begin: (character of the text, seconds), in rising order."""

    samples: bytes
    rate: int
    words: tuple[tuple[int, float], ...]


def speak(text: str, voice: str) -> Recording:
    """Speak a text with a voice of eSpeak's, such as ``en-us``. Not thread-safe: eSpeak has one state.

    Raises:
        EspeakError: the library does not start, there is no such voice, or it fails.
    """
    library, rate = _started()
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise EspeakError(f"eSpeak has no voice {voice!r}")
    for parameter, value in (
        (_RATE, WORDS_PER_MINUTE),
        (_PITCH, PITCH),
        (_RANGE, PITCH_RANGE),
        (_WORD_GAP, WORD_GAP),
    ):
        library.espeak_SetParameter(parameter, value, 0)
    samples = bytearray()
    words: dict[int, float] = {}

    def hear(wave: Any, count: int, events: Any) -> int:
        if wave:
            samples.extend(ctypes.string_at(wave, count * 2))
        number = 0
        while events[number].type != _LIST_TERMINATED:
            event = events[number]
            if event.type == _WORD:
                words.setdefault(event.text_position - 1, event.audio_position / 1000)
            number += 1
        return 0

    # Referenced until the text is spoken, or it would be freed while eSpeak calls it.
    callback = _Callback(hear)
    library.espeak_SetSynthCallback(callback)
    spoken = text.encode()
    if library.espeak_Synth(spoken, len(spoken) + 1, 0, _BY_CHARACTER, 0, _UTF8, None, None) != 0:
        raise EspeakError("eSpeak could not speak the text")
    return Recording(bytes(samples), rate, tuple(sorted(words.items())))


def _started() -> tuple[ctypes.CDLL, int]:
    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
    except OSError as error:
        raise EspeakError(f"eSpeak can't be loaded: {error}") from error
    data = Path(espeakng_loader.get_data_path()).parent
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, str(data).encode(), 0)
    if rate <= 0:
        raise EspeakError(f"eSpeak does not start with the data in {data}")
    return library, rate
