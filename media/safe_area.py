"""Where lettering may stand: clear of the frame's edges and of the platforms' own controls."""

from dataclasses import dataclass

from media.timeline import Aspect, Size

# Left, top, right and bottom margins as shares of width and height. Widescreen keeps the 5 % of
# SMPTE ST 2046-1's title-safe area. Vertical players put the account's line over the top, buttons
# on the right and the description at the bottom.
_MARGINS: dict[Aspect, tuple[float, float, float, float]] = {
    "16:9": (0.05, 0.07, 0.05, 0.08),
    "9:16": (0.065, 0.13, 0.12, 0.20),
    "1:1": (0.06, 0.06, 0.06, 0.07),
}


@dataclass(frozen=True)
class Box:
    """Pixels ``[left, right) x [top, bottom)``."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def contains(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def moved(self, dx: int, dy: int) -> "Box":
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def grown(self, by: int) -> "Box":
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def within(self, size: Size) -> "Box":
        """The part of the box that lies in a picture."""
        return Box(
            max(0, self.left), max(0, self.top), min(size.width, self.right), min(size.height, self.bottom)
        )


def safe_area(size: Size) -> Box:
    """The safe area of a picture."""
    left, top, right, bottom = _MARGINS[size.aspect]
    return Box(
        left=round(size.width * left),
        top=round(size.height * top),
        right=size.width - round(size.width * right),
        bottom=size.height - round(size.height * bottom),
    )


def centred_width(size: Size) -> int:
    """The width of the widest box within the safe area whose centre is the picture's."""
    area = safe_area(size)
    return 2 * min(size.width // 2 - area.left, area.right - size.width // 2)
