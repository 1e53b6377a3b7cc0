"""Music, composed and played by the scoring engine."""

from __future__ import annotations

import re
from pathlib import Path

from media import encoder
from sandbox.replicate.making.circumstances import Circumstances, Failed, Made
from sandbox.replicate.making.pictures import VARIANTS
from sandbox.replicate.orders import Order
from scoring.moods import MOODS

FPS = 30
DEADLINE_S = 120.0
CODECS = {"mp3": ("-c:a", "libmp3lame", "-b:a", "192k"), "wav": ("-c:a", "pcm_s16le")}


def make_music(order: Order, directory: Path, circumstances: Circumstances) -> Made:
    """A piece in the mood that the prompt names, as `output.mp3` or `output.wav`."""
    mood = mood_of(order.prompt, order.seed)
    notes = [f"{order.seconds:.0f} s of {mood} music"]
    if not circumstances.quick:
        return Made([_played(order, mood, order.seed, directory, circumstances)], notes)
    variant = order.seed % VARIANTS
    kept = circumstances.cache / f"{mood}-{order.seconds}-{variant}.{order.format}"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _played(order, mood, variant, directory, circumstances).replace(kept)
    # Linked, as clips are: whatever spoils a file puts another one in its place.
    made = directory / f"output.{order.format}"
    made.hardlink_to(kept)
    return Made([made], notes)


def _played(order: Order, mood: str, seed: int, directory: Path, circumstances: Circumstances) -> Path:
    # Here, since it takes seconds, and few stand-ins are asked for music.
    from scoring.score import compose_score, write_wav

    score = compose_score(frames=round(order.seconds * FPS), fps=FPS, mood=mood, cuts=(), seed=seed % 2**31)
    wav = directory / "played.wav"
    write_wav(score, wav)
    return encoded(wav, order.format, circumstances)


def mood_of(prompt: str, seed: int) -> str:
    """The first mood that is named; otherwise one by the seed."""
    words = re.findall(r"[a-z]+", prompt.lower())
    moods = list(MOODS)
    return next((word for word in words if word in MOODS), moods[seed % len(moods)])


def encoded(wav: Path, form: str, circumstances: Circumstances, filters: str = "anull") -> Path:
    """A WAV in the format that was ordered, in its place, through ffmpeg's filters.

    Raises:
        Failed: there is no such format here.
    """
    if form not in CODECS:
        raise Failed(f"The stand-in makes {' and '.join(CODECS)}, and no {form}: ask for one of them.")
    made = wav.with_name(f"output.{form}")
    arguments = ["-i", str(wav), "-filter:a", filters, *CODECS[form], str(made)]
    encoder.run(arguments, deadline_s=DEADLINE_S, cancel=circumstances.stop)
    wav.unlink()
    return made
