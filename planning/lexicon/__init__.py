"""The words that text uses for what can be filmed.

A table maps an id to words and phrases, divided by commas. Those before the semicolon name the thing; those
after it only hint at it. English plurals are understood and not listed.
"""

from planning.lexicon.foreign import FOREIGN_SETTINGS, FOREIGN_SUBJECTS, FOREIGN_TONES
from planning.lexicon.settings import SETTINGS
from planning.lexicon.subjects import SUBJECTS
from planning.lexicon.tones import CAMERA, LIGHT, MOODS, WEATHER

TABLES: dict[str, tuple[dict[str, str], ...]] = {
    "setting": (SETTINGS, FOREIGN_SETTINGS),
    "subject": (SUBJECTS, FOREIGN_SUBJECTS),
    "light": (LIGHT, FOREIGN_TONES["light"]),
    "weather": (WEATHER, FOREIGN_TONES["weather"]),
    "camera": (CAMERA,),
    "mood": (MOODS, FOREIGN_TONES["mood"]),
}
