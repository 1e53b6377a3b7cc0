"""What was measured on a clip, as its row keeps it and the API gives it."""

from __future__ import annotations

from pydantic import Field

from app.schemas.base import Schema


class Take(Schema):
    """One try at a clip: what was measured on it, and what was wrong with it. Shares lie between 0 and 1."""

    seed: int

    faults: tuple[str, ...] = ()
    """`corrupt`, `short`, `small`, `black`, `frozen`, `blank`, `blurred`, `off_palette`, `lettered` or
    `stranger`; none for a take that was accepted."""

    cause: str | None = None
    """The faults in words, each with its limit."""

    usable: bool = True
    """Whether a film could be cut from it for all its faults."""

    severity: float = 0.0
    """How far beyond the limits it is in all: 0 without faults."""

    decode_errors: int
    frames: int
    width: int
    height: int

    black: float
    """Share of it that is black."""

    frozen: float
    """Share of it in which nothing moves."""

    sharpness: float | None
    """Of its finest edges, over its contrast."""

    palette_distance: float | None
    """OKLab distance of its colours from the film's palette; null where it is grey."""

    lettering: float | None
    """Share of the picture that readable letters cover; null where letters were ordered."""

    style: tuple[float, ...] = Field(default=(), exclude=True)
    """What neighbours are compared by."""

    style_distance: float | None = None
    """Distance from the neighbour that is most alike; null where none was there yet."""

    milliseconds: float
    """How long it took to measure."""


class ClipQuality(Schema):
    """Every take of a clip in the order of their making, and which one the film shows."""

    takes: tuple[Take, ...] = ()

    chosen: int | None = None
    """Counted from 0; null until one is."""

    @property
    def best(self) -> int | None:
        """Which take is best: usable, of the fewest faults, of the mildest; of equals the first."""

        def rank(index: int) -> tuple[bool, int, float]:
            take = self.takes[index]
            return not take.usable, len(take.faults), take.severity

        return min(range(len(self.takes)), key=rank, default=None)

    @property
    def shown(self) -> Take | None:
        """The take that the film shows."""
        return None if self.chosen is None else self.takes[self.chosen]

    @property
    def warning(self) -> str | None:
        """What a user should know of the clip: that the best of its takes has faults, and which."""
        take = self.shown
        if take is None or not take.faults:
            return None
        count = "" if len(self.takes) == 1 else f", the best of {len(self.takes)} takes"
        return f"{take.cause}{count}"

    @property
    def mark(self) -> str:
        """A word for the contact sheet: the faults of what is shown, or which take it is if not the first."""
        take = self.shown
        if take is None:
            return ""
        return ", ".join(take.faults).replace("_", " ") or (f"take {self.chosen + 1}" if self.chosen else "")

    @property
    def note(self) -> str:
        """What was measured on the take that is shown, in a line."""
        take = self.shown
        if take is None:
            return ""
        facts = (
            ("sharpness", take.sharpness),
            ("palette", take.palette_distance),
            ("style", take.style_distance),
        )
        return " · ".join(f"{name} {value:.2f}" for name, value in facts if value is not None)
