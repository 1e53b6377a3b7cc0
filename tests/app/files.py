"""Files to upload, made on the spot."""

import io
import wave

import numpy as np
from PIL import Image


def png(seed: int = 0, size: tuple[int, int] = (48, 32)) -> bytes:
    """A small picture; another one for each seed."""
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    return file.getvalue()


def wav(size_bytes: int = 64_000) -> bytes:
    """A tone in a file of about this size, never more."""
    tone = (np.sin(np.arange(44_100) * 0.06) * 12_000).astype("<i2").tobytes()
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(44_100)
        wanted = (size_bytes - 64) // 4 * 4
        sound.writeframes((tone * (wanted // len(tone) + 1))[:wanted])
    return file.getvalue()
