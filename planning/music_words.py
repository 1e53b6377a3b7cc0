"""What a music model is told of the music under a film."""

import re

from planning.brief import Brief

_SOUND = {
    "calm": "soft piano and warm pads, gentle and unhurried, 74 beats a minute",
    "energetic": "driving drums, bass and bright synthesizers, 124 beats a minute",
    "luxurious": "elegant piano, double bass and brushed drums, 86 beats a minute",
    "playful": "plucked strings, hand claps and a bouncing bass, 110 beats a minute",
    "dramatic": "cinematic strings, low drums and a rising piano, 88 beats a minute",
    "nostalgic": "acoustic guitar, soft drums and a tape's warmth, 84 beats a minute",
    "futuristic": "electronic pulses, glassy bells and deep bass, 104 beats a minute",
}
_GENRES = re.compile(
    r"\b(?:jazz|techno|hip[ -]?hop|lo-?fi|synthwave|orchestral|reggae|bossa nova|drum and bass|disco|funk"
    r"|gospel|flamenco|dubstep|trip[ -]?hop|k-?pop|j-?pop"
    # Words that mean something else without music beside them.
    r"|(?:rock|pop|folk|soul|blues|country|metal|house|swing|trap|electronic|classical|ambient|acoustic|latin)"
    r"(?= (?:music|songs?|tracks?|beats?|soundtrack|score|guitar|ballad)))\b",
    re.IGNORECASE,
)


def music_prompt(brief: Brief, mood: str) -> str:
    """The track for a film: its genre if the brief names one, its mood, and that nobody sings.

    Args:
        brief: what the film is about.
        mood: the storyboard's; one that is not known sounds as calm does.
    """
    genres = ", ".join(dict.fromkeys(genre.lower() for genre in _GENRES.findall(brief.prompt)))
    use = "a music video" if brief.job_type == "music_video" else "an ad"
    told = [f"Instrumental {genres or 'music'} for {use}, {mood}"]
    told += [] if genres else [_SOUND.get(mood, _SOUND["calm"])]
    return f"{'; '.join(told)}. A steady beat that is heard from the first bar on. No vocals."
