"""Where lettering may stand: clear of the frame's edges and of the platforms' own controls."""

from dataclasses import dataclass

from media.timeline import Aspect, Size

Margins = tuple[float, float, float, float]
"""Left, top, right and bottom, as shares of width and height."""

PLATFORMS: dict[Aspect, dict[str, Margins]] = {
    # The 5 % of SMPTE ST 2046-1's title-safe area, and a player's progress bar.
    "16:9": {"television": (0.05, 0.05, 0.05, 0.05), "players": (0.0, 0.07, 0.0, 0.08)},
    "9:16": {
        # Meta's guidance for ads: 14 % of the top, 35 % of the bottom and 6 % of each side of a reel are to
        # be free of words; 14 % and 20 % of a story.
        "Instagram and Facebook Reels": (0.06, 0.14, 0.06, 0.35),
        "Instagram and Facebook Stories": (0.06, 0.14, 0.06, 0.20),
        # TikTok publishes templates, which depend on the caption's length. Guides for advertisers read 150 at
        # the top, 440 at the bottom and 150 on the right of 1080x1920 from them.
        "TikTok": (0.06, 150 / 1920, 150 / 1080, 440 / 1920),
        # YouTube publishes templates, too: title, channel and buttons take a quarter at the bottom.
        "YouTube Shorts": (0.06, 0.10, 0.13, 480 / 1920),
    },
    "1:1": {"feeds": (0.06, 0.06, 0.06, 0.07)},
}
"""What each platform lays its own controls over. They change now and then: looked up in November 2026."""


def margins(aspect: Aspect) -> Margins:
    """Clear of every platform that a film of this aspect ratio may be shown on."""
    left, top, right, bottom = zip(*PLATFORMS[aspect].values(), strict=True)
    return max(left), max(top), max(right), max(bottom)


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
    """The safe area of a picture: what no platform covers."""
    left, top, right, bottom = margins(size.aspect)
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
