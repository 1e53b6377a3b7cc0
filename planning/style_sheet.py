"""The style sheet: what every shot of a film is told alike, so that models draw one film and not five."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from planning.brief import Brief
from planning.lexicon import shots
from planning.lexicon.colours import COLOURS
from planning.pitch import read_pitch
from planning.shots import own_noun
from planning.vocabulary import may_show_letters, read

_LENS = {
    "calm": "50 mm lens, eye level, shallow depth of field",
    "energetic": "24 mm lens, low angle, deep focus",
    "luxurious": "85 mm lens, slow dolly, shallow depth of field",
    "playful": "35 mm lens, eye level, deep focus",
    "dramatic": "35 mm anamorphic lens, low angle, shallow depth of field",
    "nostalgic": "50 mm vintage lens, eye level, fine film grain",
    "futuristic": "28 mm lens, clean geometry, deep focus",
}
_LIGHT = {
    "calm": "soft diffused light, low contrast",
    "energetic": "hard directional light, high contrast",
    "luxurious": "one soft key light, dark surroundings, gentle highlights",
    "playful": "bright even light, soft shadows",
    "dramatic": "strong side light, deep shadows",
    "nostalgic": "warm low light, faded highlights",
    "futuristic": "cool light with coloured rims, high contrast",
}
_LETTERS = ("text", "letters", "captions", "watermark", "logo")
_NEVER = (
    "blur",
    "flicker",
    "frozen picture",
    "black frame",
    "picture border",
    "split screen",
    "distorted shapes",
)
_COLOUR_WORDS = 3


class StyleSheet(BaseModel):
    """What stays the same from shot to shot.

    Attributes:
        palette: each colour as a word and as ``#rrggbb``, the brand's first.
        lens, light: in the words of film.
        subject: one phrase for what the film is about, which repeats word for word; None without a subject.
        subject_id: the vocabulary's name of it, by which shots that show it are told.
        negative: what is in no shot.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    palette: tuple[tuple[str, str], ...]
    lens: str
    light: str
    subject: str | None = None
    subject_id: str | None = None
    negative: tuple[str, ...] = (*_LETTERS, *_NEVER)

    def shows_subject(self, description: str) -> bool:
        """Whether a shot is one of those that show the film's subject."""
        return self.subject_id is not None and read(description).subject == self.subject_id

    @property
    def portrait(self) -> str | None:
        """What a picture of the subject alone is to show; None without a subject."""
        if self.subject is None:
            return None
        colours = ", ".join(f"{word} ({value})" for word, value in self.palette)
        seen = f"{self.subject}, whole and in sharp focus, alone before a plain background"
        return f"A picture of {seen}. Palette: {colours}. Light: {self.light}. Without {', '.join(_LETTERS)}."

    def words(self, description: str) -> str:
        """What a shot's description is followed by: the same for all that show the subject."""
        colours = ", ".join(f"{word} ({value})" for word, value in self.palette)
        told = [f"Palette: {colours}.", f"Lens: {self.lens}.", f"Light: {self.light}."]
        if self.subject and self.shows_subject(description):
            told.insert(0, f"The subject is {self.subject}, the same in every shot.")
        return " ".join(told)

    def unwanted(self, description: str) -> str:
        """What the shot must not show, as a list; letters are left out where its description has them."""
        letters = may_show_letters(description)
        return ", ".join(item for item in self.negative if not (letters and item in _LETTERS))


def style_sheet(brief: Brief, mood: str, palette: Sequence[str]) -> StyleSheet:
    """The style sheet of a film.

    Args:
        brief: the prompt, and the brand's colours.
        mood: the storyboard's; one that is not known is told as calm.
        palette: the storyboard's, ``#rrggbb``.
    """
    pitch = read_pitch(brief)
    subject = pitch.reading.subject
    phrase = (own_noun(pitch.text, subject) or shots.SUBJECT_WORDS[subject]) if subject else None
    colour = next(iter(pitch.reading.colors), None)
    return StyleSheet(
        palette=tuple((colour_word(value), value) for value in palette[:_COLOUR_WORDS]),
        lens=_LENS.get(mood, _LENS["calm"]),
        light=_LIGHT.get(mood, _LIGHT["calm"]),
        subject=f"{phrase} in {colour_word(colour)}" if phrase and colour else phrase,
        subject_id=subject,
    )


def colour_word(value: str) -> str:
    """The English word for the nearest colour that has one.

    Nearest by the weighted distance of Thiadmer Riemersma, "Colour metric" (compuphase.com), which needs no
    colour space but sRGB's own.
    """
    return min(COLOURS, key=lambda word: _distance(COLOURS[word], value))


def _distance(one: str, other: str) -> float:
    (r1, g1, b1), (r2, g2, b2) = (bytes.fromhex(re.sub("^#", "", colour)) for colour in (one, other))
    mean = (r1 + r2) / 2
    red, green, blue = (r1 - r2) ** 2, (g1 - g2) ** 2, (b1 - b2) ** 2
    return (2 + mean / 256) * red + 4 * green + (2 + (255 - mean) / 256) * blue
