"""Buses of stereo samples that parts are added to."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from scoring.instruments import RATE, Samples
from scoring.mastering import reverberate

Bus = Literal["pads", "bass", "lead", "drums", "accents"]

# The levels at which the parts of a full bar stand in balance.
_LEVELS: dict[Bus, float] = {"pads": 0.75, "bass": 0.62, "lead": 0.8, "drums": 0.6, "accents": 0.8}


class Mixer:
    """Collects the parts of a cue of ``length`` samples; ``send`` is what goes to the reverb."""

    def __init__(self, length: int) -> None:
        self.length = length
        # What the kick ducks is kept apart from what it does not.
        self._ducked = np.zeros((length, 2), np.float32)
        self._steady = np.zeros((length, 2), np.float32)
        self.send = np.zeros((length, 2), np.float32)

    def add(
        self, bus: Bus, sound: Samples, when: float, *, gain: float, pan: float = 0.5, send: float = 0.0
    ) -> None:
        """Place a mono (n,) or stereo (n, 2) sound at a second; ``pan`` runs from 0 (left) to 1 (right)."""
        start = round(when * RATE)
        if start < 0 or start >= self.length:
            return
        piece = sound[: self.length - start]
        if piece.ndim == 1:
            # Constant power: the same loudness at every place.
            sides = np.sqrt(2) * np.array([np.cos(pan * np.pi / 2), np.sin(pan * np.pi / 2)], np.float32)
            piece = piece[:, None] * sides
        piece = piece * np.float32(gain * _LEVELS[bus])
        target = self._ducked if bus in ("pads", "bass") else self._steady
        target[start : start + len(piece)] += piece
        if send:
            self.send[start : start + len(piece)] += piece * np.float32(send)

    def duck(self, kicks: Sequence[float], depth: float, beat: float) -> None:
        """Turn pads and bass down at each kick (seconds) and let them swell back within a beat."""
        if not depth:
            return
        dip = int(0.012 * RATE)
        back = int(0.75 * beat * RATE)
        shape = np.concatenate(
            [np.linspace(0, 1, dip), 0.5 + 0.5 * np.cos(np.linspace(0, np.pi, back))]
        ).astype(np.float32)
        down = np.zeros(self.length, np.float32)
        for kick in kicks:
            start = max(0, round(kick * RATE) - dip)
            stretch = down[start : start + len(shape)]
            np.maximum(stretch, shape[: len(stretch)], out=stretch)
        down *= -np.float32(depth)
        down += 1
        self._ducked *= down[:, None]

    def mix(self, response: Samples, space: float) -> Samples:
        """Sum everything, with the room's answer to the send; ``space`` (0 to 1) is how much of it is heard.

        The buses are spent by it: a long cue would not fit beside its own sum.
        """
        reverberate(self.send, response)
        self.send *= np.float32(0.25 + 0.6 * space)
        self._ducked += self._steady
        self._ducked += self.send
        return self._ducked
