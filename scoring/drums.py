"""The drum part: from a shaker to a driving kit, as the mood and the energy of each bar ask."""

import numpy as np

from scoring import instruments
from scoring.arrangement import Bar, Form
from scoring.mixer import Mixer
from scoring.moods import Mood
from scoring.tempo import Grid


def play_drums(mixer: Mixer, style: Mood, form: Form, grid: Grid, rng: np.random.Generator) -> list[float]:
    """Play the kit and return the seconds of the kicks, for the parts that give way to them."""
    kicks: list[float] = []
    for number, bar in enumerate(form.bars):
        force = style.drums * bar.energy
        if force <= 0.1:
            continue
        fill = number + 1 < len(form.bars) and form.bars[number + 1].opens
        for step in _kick_steps(style, bar):
            when = bar.start + step * grid.beat / 4
            mixer.add("drums", instruments.kick(), when, gain=0.55 + 0.35 * style.drums)
            kicks.append(when)
        for step in _snare_steps(style, bar, fill):
            gain = (0.35 + 0.3 * style.drums) * (0.6 + 0.025 * step if fill and step > 8 else 1.0)
            mixer.add("drums", instruments.snare(), bar.start + step * grid.beat / 4, gain=gain, send=0.25)
        _play_cymbals(mixer, style, bar, grid, rng)
    return kicks


def _kick_steps(style: Mood, bar: Bar) -> tuple[int, ...]:
    if style.drums >= 0.7 and bar.energy >= 0.7:
        return (0, 4, 8, 12) if style.drums == 1.0 else (0, 6, 8)
    if bar.energy >= 0.5 and style.drums >= 0.3:
        return (0, 8) if style.drums >= 0.5 else (0,)
    return ()


def _snare_steps(style: Mood, bar: Bar, fill: bool) -> tuple[int, ...]:
    if bar.energy < 0.7 or style.drums < 0.3:
        return ()
    if fill and style.drums >= 0.5:
        return (4, 10, 12, 13, 14, 15)
    return (4, 12) if style.drums >= 0.6 else (12,)


def _play_cymbals(mixer: Mixer, style: Mood, bar: Bar, grid: Grid, rng: np.random.Generator) -> None:
    """Shaker on the sixteenths or eighths, hats between the beats when the part is full."""
    spacing = 1 if style.drums >= 0.6 and bar.energy >= 0.5 else 2
    for step in range(0, 16, spacing):
        swing = style.swing * grid.beat / 2 if step % 4 == 2 else 0.0
        when = bar.start + step * grid.beat / 4 + swing + abs(rng.normal(0, 0.002))
        accent = 1.0 if step % 4 == 2 else 0.55
        gain = 0.16 * accent * (0.5 + 0.5 * bar.energy) * (0.85 + 0.3 * rng.random())
        mixer.add("drums", instruments.shaker(), when, gain=gain, pan=0.5 + 0.16 * style.width)
        if style.drums >= 0.6 and bar.energy >= 0.9 and step % 4 == 2:
            mixer.add(
                "drums",
                instruments.hat(0.16 if style.drums == 1.0 else 0.07),
                when,
                gain=0.22,
                pan=0.5 - 0.12 * style.width,
            )
