"""From a request to what is to be drawn: the words that are missing are chosen by seed, in harmony."""

from dataclasses import dataclass

import numpy as np

from drawing.request import SceneRequest
from planning.vocabulary import Reading, read

_LIGHTS = {
    "calm": ("dawn", "golden", "day"),
    "energetic": ("day", "golden", "dusk"),
    "luxurious": ("golden", "night", "dusk"),
    "playful": ("day", "golden"),
    "dramatic": ("dusk", "golden"),
    "nostalgic": ("golden", "dusk"),
    "futuristic": ("night", "dusk"),
}
_MOODS = ("calm", "energetic", "luxurious", "playful", "dramatic", "nostalgic")
_CAMERAS = ("push_in", "pull_out", "pan_left", "pan_right", "rise", "orbit")
_OPEN_SETTINGS = ("mountains", "sea", "forest", "city", "meadow", "desert", "sky", "abstract")


@dataclass(frozen=True)
class Scene:
    """A reading without gaps, except that there may be no subject and no lettering."""

    setting: str
    subject: str | None
    light: str
    weather: str
    camera: str
    mood: str
    palette: tuple[str, ...]
    lettering: str | None


def scene_for(request: SceneRequest) -> Scene:
    """Read the description and settle what it leaves open. The same request gives the same scene."""
    reading: Reading = read(request.description)
    rng = np.random.default_rng((request.seed, 11))
    mood = reading.mood or str(rng.choice(_MOODS))
    light = reading.light or str(rng.choice(_LIGHTS[mood]))
    setting = reading.setting or ("studio" if reading.subject else str(rng.choice(_OPEN_SETTINGS)))
    return Scene(
        setting=setting,
        subject=reading.subject,
        light=light,
        weather=reading.weather or "clear",
        camera=reading.camera or str(rng.choice(_CAMERAS)),
        mood=mood,
        palette=tuple(dict.fromkeys((*request.palette, *reading.colors))),
        lettering=reading.lettering,
    )
