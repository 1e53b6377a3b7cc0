"""What is measured on a clip that has arrived: one value for each way in which clips go wrong."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Measures:
    """A clip as it was seen. Shares lie between 0 and 1.

    ``None`` says that the clip has too little of what would be measured: no colour, say, or no picture.
    """

    decode_errors: int
    """Refused packets and frames that the decoder marked corrupt."""
    frames: int
    """Length in frames of the film, at 30 per second, whatever the clip's own rate is."""
    width: int
    height: int
    black: float
    """Share of the looks at it that were all but black."""
    frozen: float
    """Share of its steps, of a quarter of a second each, in which nothing at all moved."""
    sharpness: float | None
    """Of the sharpest part of its sharpest frames: 0 is a smear, 1 noise."""
    palette_distance: float | None
    """OKLab distance of its colourful parts from the nearest of the palette's hues."""
    lettering: float | None
    """Share of the picture that is letters, in the frame with most; None where nobody looked."""
    style: tuple[float, ...]
    """What its neighbours are compared by; see :mod:`media.quality.style`."""
    milliseconds: float
    """How long it took to measure."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON: numbers to four digits."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    return [_rounded(part) for part in value] if isinstance(value, tuple) else value
