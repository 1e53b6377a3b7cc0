"""A music bed for a film, composed and played from a mood, the cuts and a seed."""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scoring import instruments
from scoring.arrangement import Bar, Form, arrange
from scoring.drums import play_drums
from scoring.harmony import chord, voice
from scoring.instruments import RATE, Samples, time_axis
from scoring.mastering import master, room
from scoring.mixer import Mixer
from scoring.moods import MOODS, Mood
from scoring.tempo import Grid, choose_grid

PAD_OVERLAP = 0.35
"""Seconds for which one pad chord fades while the next begins."""


class UnknownMoodError(ValueError):
    """The mood is none of those in :data:`scoring.moods.MOODS`."""


def compose_score(*, frames: int, fps: int, mood: str, cuts: Sequence[int], seed: int) -> Samples:
    """Compose and play a cue of exactly ``frames`` / ``fps`` seconds.

    ``cuts`` are the frames at which scenes begin; the tempo and the parts follow them. Returns stereo float32
    of shape (round(frames * 48000 / fps), 2) at 48 kHz, within ±1. The same arguments give the same samples.

    Raises:
        UnknownMoodError: if there is no such mood.
        ValueError: if ``frames`` or ``fps`` is not positive.
    """
    if mood not in MOODS:
        raise UnknownMoodError(f"There is no music for the mood {mood!r}: choose one of {', '.join(MOODS)}.")
    if frames <= 0 or fps <= 0:
        raise ValueError(f"The cue would last {frames} frames at {fps} fps: both must be positive.")
    seconds = frames / fps
    times = sorted(cut / fps for cut in cuts if 0 < cut < frames)
    mix = _perform(MOODS[mood], seconds, round(frames * RATE / fps), times, seed)
    return master(_fade(mix, min(1.4, seconds / 4)))


def _perform(style: Mood, seconds: float, length: int, times: Sequence[float], seed: int) -> Samples:
    """Compose the cue and play all its parts, ``length`` samples of them, into one mix."""
    rng = np.random.default_rng(seed)
    grid = choose_grid(times, style.bpm)
    form = arrange(seconds, grid, times)
    tonic = int(rng.choice(style.tonics))
    progression = style.progressions[rng.integers(len(style.progressions))]
    chords = [chord(tonic, style.scale, progression[i % len(progression)]) for i in range(len(form.bars))]
    # The last chord is the tonic triad: it rests where a seventh would still lean.
    chords.append((*chord(tonic, style.scale, 0, size=3), tonic + 12))
    if len(form.bars) > 1:
        chords[-2] = chord(tonic, style.scale, 4)

    mixer = Mixer(length)
    _play_pads(mixer, style, form, grid, voice(chords), seconds, rng)
    _play_bass(mixer, style, form, grid, chords, seconds)
    _play_lead(mixer, style, form, grid, chords, rng)
    kicks = play_drums(mixer, style, form, grid, rng)
    _play_accents(mixer, form, grid, times)
    mixer.duck(kicks, style.pump, grid.beat)
    return mixer.mix(room(1.2 + 1.8 * style.space, rng), style.space)


def write_wav(samples: Samples, path: Path) -> None:
    """Write stereo float samples as 16-bit PCM WAV at 48 kHz, with triangular dither."""
    noise = np.random.default_rng(0).random((2, *samples.shape), dtype=np.float32)
    pcm = np.clip(np.round(samples * 32767 + noise[0] - noise[1]), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.tobytes())


def _play_pads(
    mixer: Mixer,
    style: Mood,
    form: Form,
    grid: Grid,
    voicings: Sequence[tuple[int, ...]],
    seconds: float,
    rng: np.random.Generator,
) -> None:
    """Hold every chord twice, dark and bright, and move slowly between the two like a filter opening."""
    sounds: dict[tuple[tuple[int, ...], float], tuple[Samples, Samples]] = {}
    starts = [bar.start for bar in form.bars] + [form.ending]
    energies = [bar.energy for bar in form.bars] + [0.5]
    sweep = 2 * np.pi * rng.random()
    for index, (start, energy) in enumerate(zip(starts, energies, strict=True)):
        last = start == form.ending
        length = seconds - start if last else grid.bar + PAD_OVERLAP
        key = (voicings[index], length)
        if key not in sounds:
            dark = instruments.pad(voicings[index], length, 900, rng)
            bright = instruments.pad(voicings[index], length, 2200 + 4200 * style.brightness, rng)
            sounds[key] = (dark, bright)
        dark, bright = sounds[key]
        moving = 0.5 + 0.5 * np.sin(sweep + 2 * np.pi * (start + time_axis(length)) / 17)
        opening = (moving * (0.25 + 0.75 * energy)).astype(np.float32)[:, None]
        opening = opening[: len(dark)]
        sound = instruments.edges(dark * (1 - 0.6 * opening) + bright * 0.8 * opening, 0.3, 0.3)
        sound = instruments.widen(sound, style.width)
        mixer.add("pads", sound, start, gain=0.6 + 0.25 * energy, send=0.5)


def _play_bass(
    mixer: Mixer, style: Mood, form: Form, grid: Grid, chords: Sequence[tuple[int, ...]], seconds: float
) -> None:
    for bar, notes in zip(form.bars, chords, strict=False):
        if bar.energy < 0.4:
            continue
        steps = _bass_steps(style, bar)
        for step, following in zip(steps, [*steps[1:], 16], strict=True):
            length = (following - step) * grid.beat / 4
            sound = instruments.bass(_low(notes[0]), length)
            mixer.add("bass", sound, bar.start + step * grid.beat / 4, gain=0.5)
    mixer.add("bass", instruments.bass(_low(chords[-1][0]), seconds - form.ending), form.ending, gain=0.5)


def _bass_steps(style: Mood, bar: Bar) -> list[int]:
    """Sixteenths on which the bass plays: held when quiet, in eighths when driving."""
    if style.drums >= 0.7 and bar.energy >= 0.7:
        return [0, 2, 4, 6, 8, 10, 12, 14] if style.drums == 1.0 else [0, 3, 6, 8, 11, 14]
    return [0, 8, 11] if style.drums > 0.2 and bar.energy >= 0.7 else [0]


def _low(note: int) -> int:
    """The note's octave between E1 and D#2, where a bass is felt and small loudspeakers still follow."""
    return 28 + (note - 28) % 12 + (12 if (note - 28) % 12 < 3 else 0)


def _play_lead(
    mixer: Mixer,
    style: Mood,
    form: Form,
    grid: Grid,
    chords: Sequence[tuple[int, ...]],
    rng: np.random.Generator,
) -> None:
    """An arpeggio on the chord with accents, small timing errors, and a contour that is kept for the cue."""
    sound = instruments.LEADS[style.lead]
    contour = rng.permutation(np.array([0, 1, 2, 3, 4, 2, 1, 3]))
    for number, (bar, notes) in enumerate(zip(form.bars, chords, strict=False)):
        ladder = sorted(note + 12 * octave for note in notes[:3] for octave in (1, 2))
        steps = style.pattern if bar.energy >= 0.5 else style.pattern[::2]
        for index, step in enumerate(steps):
            pitch = ladder[contour[(index + 3 * (number % 2)) % len(contour)] % len(ladder)]
            accent = 1.0 if step % 8 == 0 else 0.72 if step % 4 == 0 else 0.55
            swing = style.swing * grid.beat / 2 if step % 4 == 2 else 0.0
            late = max(0.0, rng.normal(0.004, 0.004))
            side = 0.5 + 0.28 * style.width * np.sin(0.9 * index + number)
            velocity = accent * (0.9 + 0.2 * rng.random()) * (0.55 + 0.45 * bar.energy)
            when = bar.start + step * grid.beat / 4 + swing + late
            mixer.add("lead", sound(_within(pitch)), when, gain=0.42 * velocity, pan=side, send=0.4)
    for order, note in enumerate(sorted(chords[-1])):
        mixer.add(
            "lead",
            sound(_within(note + 12)),
            form.ending + 0.045 * order,
            gain=0.3,
            pan=0.35 + 0.1 * order,
            send=0.6,
        )


def _within(note: int) -> int:
    """Fold a lead note into the octave and a half above middle C."""
    while note > 84:
        note -= 12
    return note


def _play_accents(mixer: Mixer, form: Form, grid: Grid, cuts: Sequence[float]) -> None:
    """Swell into the cut nearest to each new part and strike there; touch the other cuts lightly."""
    strong = {
        min(cuts, key=lambda cut: abs(cut - bar.start), default=bar.start) for bar in form.bars if bar.opens
    } | {form.ending}
    for cut in sorted(strong):
        swell = round(2 * grid.beat, 3)
        if cut > swell:
            mixer.add("accents", instruments.riser(swell), cut - swell, gain=0.24, send=0.3)
        mixer.add("accents", instruments.boom(), cut, gain=0.5, send=0.35)
    for cut in cuts:
        if cut not in strong and cut > grid.beat:
            mixer.add("accents", instruments.riser(round(grid.beat, 3)), cut - grid.beat, gain=0.09, send=0.3)


def _fade(mix: Samples, seconds: float) -> Samples:
    """End in silence: the last stretch falls along a cosine."""
    length = max(1, int(seconds * RATE))
    fade = 0.5 + 0.5 * np.cos(np.linspace(0, np.pi, length, dtype=np.float32))
    mix[-length:] *= fade[-len(mix) :, None]
    return mix
