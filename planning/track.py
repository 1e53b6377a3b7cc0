"""A track of music as a film is cut to it: its beats, its bars, its parts, and how much goes on in it."""

from bisect import bisect_left
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Beat(BaseModel):
    """One beat: its second, its place in the bar (0 is the downbeat), and the energy around it, 0 to 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_s: float = Field(ge=0)
    place: int = Field(ge=0)
    energy: float = Field(ge=0, le=1)


class Track(BaseModel):
    """What was heard. Second 0 is the film's frame 0; without a pulse there are no beats.

    ``metre`` is the number of beats a bar; ``sections`` are the seconds at which a new part begins.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    beats: tuple[Beat, ...]
    metre: int = Field(ge=1)
    sections: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Track":
        if any(before.at_s >= after.at_s for before, after in pairwise(self.beats)):
            raise ValueError("the beats must follow one another in time")
        return self

    @property
    def downbeats(self) -> tuple[float, ...]:
        """The seconds at which bars begin."""
        return tuple(beat.at_s for beat in self.beats if beat.place == 0)

    @property
    def tempos(self) -> tuple[float, ...]:
        """Beats a minute from each beat to the next."""
        return tuple(60 / (after.at_s - before.at_s) for before, after in pairwise(self.beats))

    def energy_at(self, second: float) -> float:
        """The energy, 0 to 1, between the beats around a second; 0.5 where nothing is known."""
        if not self.beats:
            return 0.5
        index = bisect_left(self.beats, second, key=lambda beat: beat.at_s)
        if index in (0, len(self.beats)):
            return self.beats[min(index, len(self.beats) - 1)].energy
        before, after = self.beats[index - 1], self.beats[index]
        share = (second - before.at_s) / (after.at_s - before.at_s)
        return before.energy + share * (after.energy - before.energy)
