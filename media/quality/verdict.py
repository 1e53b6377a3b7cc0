"""Whether a clip may go into the film: a pure judgement over what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass

from media.normalise import HOLD
from media.quality.measures import Measures
from media.quality.style import distance_to_neighbours
from media.quality.thresholds import Thresholds


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was ordered: frames of the film, pixels, and whether letters may be seen."""

    frames: int
    width: int
    height: int
    letters: bool = False


@dataclass(frozen=True)
class Fault:
    """One way in which a clip fails: its short name, a sentence's part, and how far beyond the limit it is.

    ``excess`` is 0 at the limit and grows with the fault; it compares clips that failed.
    """

    name: str
    cause: str
    excess: float


@dataclass(frozen=True)
class Verdict:
    """What was found wrong. ``usable``: whether a film could be cut from the clip for all that."""

    faults: tuple[Fault, ...] = ()
    usable: bool = True

    @property
    def accepted(self) -> bool:
        return not self.faults

    @property
    def cause(self) -> str:
        """Every fault, in words."""
        return "; ".join(fault.cause for fault in self.faults)

    @property
    def severity(self) -> float:
        """How far beyond its limits it is in all."""
        return sum(fault.excess for fault in self.faults)


def judge(
    measures: Measures,
    wanted: Wanted,
    thresholds: Thresholds,
    neighbours: Sequence[Sequence[float]] = (),
) -> Verdict:
    """Compare what was measured with what was ordered.

    Args:
        neighbours: the styles of the clips before and after it, of those there are yet.
    """
    broken = _unusable(measures, wanted)
    if broken:
        return Verdict((broken,), usable=False)
    found = [
        _small(measures, wanted, thresholds.size),
        _above("black", "{:.0%} of it is black, and {:.0%} may be", measures.black, thresholds.black),
        _above(
            "frozen",
            "nothing moves in {:.0%} of it, and {:.0%} may stand",
            measures.frozen,
            thresholds.frozen,
        ),
        _blurred(measures, thresholds.sharpness),
        _above(
            "off_palette",
            "its colours are {:.2f} away from the palette, and {:.2f} is the most",
            measures.palette_distance,
            thresholds.palette_distance,
        ),
        None
        if wanted.letters
        else _above(
            "lettered",
            "letters cover {:.1%} of its picture, and {:.1%} may be",
            measures.lettering,
            thresholds.lettering,
        ),
        _above(
            "stranger",
            "its style is {:.2f} away from its neighbours', and {:.2f} is the most",
            distance_to_neighbours(measures.style, neighbours),
            thresholds.style_distance,
        ),
    ]
    return Verdict(tuple(fault for fault in found if fault))


def _unusable(measures: Measures, wanted: Wanted) -> Fault | None:
    if not measures.frames:
        return Fault("corrupt", "it can't be read", 1.0)
    if measures.decode_errors:
        return Fault("corrupt", f"{measures.decode_errors} of its pictures can't be decoded", 1.0)
    if measures.frames < wanted.frames - HOLD:
        missing = 1 - measures.frames / wanted.frames
        return Fault("short", f"it has {measures.frames} of {wanted.frames} frames", missing)
    return None


def _small(measures: Measures, wanted: Wanted, least: float) -> Fault | None:
    share = min(measures.width / wanted.width, measures.height / wanted.height)
    if share >= least:
        return None
    seen, ordered = f"{measures.width}x{measures.height}", f"{wanted.width}x{wanted.height}"
    return Fault("small", f"it is {seen}, and {ordered} was ordered", 1 - share / least)


def _blurred(measures: Measures, least: float) -> Fault | None:
    # Neither black nor blurred can be said of the other: a black picture has no contrast to be sharp in.
    if measures.sharpness is None:
        return None if measures.black else Fault("blank", "there is nothing to be seen in it", 1.0)
    if measures.sharpness >= least:
        return None
    return Fault(
        "blurred",
        f"it is blurred: its sharpness is {measures.sharpness:.2f}, and {least:.2f} the least",
        1 - measures.sharpness / least,
    )


def _above(name: str, told: str, value: float | None, most: float) -> Fault | None:
    if value is None or value <= most:
        return None
    return Fault(name, told.format(value, most), (value - most) / max(most, 1e-6))
