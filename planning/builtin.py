"""The planner that needs no model: it reads the prompt with the vocabulary and directs by craft rules."""

from collections.abc import Iterator
from hashlib import sha256
from random import Random

from planning.arcs import Beat, ad_arc, song_arc
from planning.brief import SEED_LIMIT, Brief
from planning.lexicon import shots, slogans
from planning.lexicon.colours import COLOURS
from planning.pacing import lead_in, share_frames
from planning.pitch import Pitch, read_pitch, words_title
from planning.shots import Shot, camera_moves, describe
from planning.storyboard import PALETTE_SIZE, Scene, Storyboard
from planning.vocabulary import MOOD_IDS, mentions

_LETTERING_WORDS = 2
_LETTERING_LIMIT = 14


class BuiltinPlanner:
    """Plans by rules. The same brief gives the same storyboard; another seed another film."""

    def plan(self, brief: Brief) -> Storyboard:
        """Plan the film that the brief asks for."""
        rng = _random(brief)
        pitch = read_pitch(brief)
        mood = pitch.reading.mood or rng.choice(MOOD_IDS)
        arc = (ad_arc if brief.job_type == "ad_creative" else song_arc)(brief.clips)
        title = words_title(pitch, brief)
        frames = share_frames(brief.frames, [beat.weight for beat in arc], mood, rng)
        texts = _texts(brief, pitch, title, mood, arc, rng)
        places = _places(brief, pitch, mood, rng)
        moves = camera_moves(len(arc), pitch.reading.camera, rng)
        lights = _lights(pitch, mood, len(arc))
        lettered = _lettered(pitch, brief, texts, rng)
        scenes = []
        for index, beat in enumerate(arc):
            shot = Shot(
                setting=places[beat.place % len(places)],
                subject=None if beat.size == "none" else pitch.reading.subject,
                size=beat.size,
                light=lights[index],
                weather=pitch.reading.weather if index % 3 != 2 or index == 0 else None,
                camera=moves[index],
                mood=mood,
                color=_color_word(pitch) if beat.role in ("product", "call") else None,
                words=lettered.get(index),
            )
            shorter = min(frames[max(0, index - 1)], frames[index])
            transition, length = lead_in(mood, beat.energy, shorter, rng) if index else ("cut", 0)
            scenes.append(
                Scene(
                    number=index + 1,
                    description=describe(shot, rng),
                    frames=frames[index],
                    transition=transition,
                    transition_frames=length,
                    seed=rng.randint(0, SEED_LIMIT),
                    **texts[index],
                )
            )
        board = Storyboard(
            title=title, mood=mood, palette=_palette(brief, pitch, mood, rng), scenes=tuple(scenes)
        )
        return board.require(brief)


def _random(brief: Brief) -> Random:
    """A generator of the prompt and the seed: what only changes lengths or texts keeps the choices apart."""
    digest = sha256(f"{brief.seed}:{brief.job_type}:{brief.prompt}".encode()).digest()
    return Random(int.from_bytes(digest[:8], "big"))


def _places(brief: Brief, pitch: Pitch, mood: str, rng: Random) -> list[str]:
    """Two or three settings: those that the prompt names, then such as suit its subject or mood."""
    named: dict[str, float] = {}
    for mention in mentions(brief.prompt):
        if mention.aspect == "setting" and mention.weight >= 3:
            named.setdefault(mention.id, mention.weight)
    places = sorted(named, key=lambda place: place != pitch.reading.setting)[:3]
    if not places and pitch.reading.setting and not pitch.reading.subject:
        places = [pitch.reading.setting]
    if not places:
        homes = shots.HOMES[pitch.reading.subject] if pitch.reading.subject else shots.HOMES_BY_MOOD[mood]
        return [homes[0], *rng.sample(homes[1:], 2)]
    if pitch.reading.subject:
        # Beside the place that was asked for, the one where the subject looks its best.
        homes = [home for home in shots.HOMES[pitch.reading.subject] if home not in places]
        homes.sort(key=lambda home: home != "studio")
        return (places + homes[:1])[:3]
    near = [place for place in shots.NEIGHBOURS[places[0]] if place not in places]
    return places + near[: 3 - len(places)]


def _lights(pitch: Pitch, mood: str, count: int) -> list[str]:
    """The light of each scene along one arc of the day."""
    arc = shots.LIGHT_ARCS[pitch.reading.light or shots.LIGHT_BY_MOOD[mood]]
    return [arc[min(2, 3 * index // count)] for index in range(count)]


def _palette(brief: Brief, pitch: Pitch, mood: str, rng: Random) -> tuple[str, ...]:
    """Five colours: the brand's, then the prompt's, then the mood's in a seeded order."""
    rest = list(shots.PALETTES[mood])
    rng.shuffle(rest)
    return tuple(dict.fromkeys([*brief.brand_colors, *pitch.reading.colors, *rest]))[:PALETTE_SIZE]


def _color_word(pitch: Pitch) -> str | None:
    """The English word of the first colour that the prompt names."""
    first = pitch.reading.colors[:1]
    return next((word for word, value in COLOURS.items() if (value,) == first), None)


def _texts(
    brief: Brief, pitch: Pitch, title: str, mood: str, arc: tuple[Beat, ...], rng: Random
) -> list[dict[str, str | None]]:
    """The overlays of each scene. A music video shows its title and artist; an ad speaks in every scene."""
    texts: list[dict[str, str | None]] = [{} for _ in arc]
    if brief.job_type == "music_video":
        texts[0] = {"title": title, "caption": pitch.artist}
        if brief.cta:
            texts[-1] = {"cta": brief.cta}
        return texts
    captions = _captions(pitch, title, mood, rng)
    for index, beat in enumerate(arc):
        if beat.role == "hook":
            texts[index] = {"caption": next(captions, None)}
        elif beat.role == "product":
            texts[index] = {"title": title}
        elif beat.role == "call":
            texts[index] = {"title": title if len(arc) == 3 else None, "cta": _call(pitch)}
        else:
            texts[index] = {"caption": next(captions, None)}
    return texts


def _captions(pitch: Pitch, title: str, mood: str, rng: Random) -> Iterator[str]:
    """Captions that never repeat: the prompt's promises before the subject's and the mood's."""
    by_subject = list(slogans.CAPTIONS_BY_SUBJECT.get(pitch.reading.subject or "", ()))
    by_mood = list(slogans.CAPTIONS_BY_MOOD[mood])
    if pitch.language in slogans.FOREIGN_CAPTIONS:
        by_subject, by_mood = [], list(slogans.FOREIGN_CAPTIONS[pitch.language])
    elif pitch.language == "other":
        by_subject, by_mood = [], []  # As for the call: no English lines.
    rng.shuffle(by_subject)
    rng.shuffle(by_mood)
    # A line of ours opens the film and the prompt's promises carry it: a hook asks before it tells.
    lines = [*(by_subject or by_mood)[:1], *pitch.benefits, *by_subject, *by_mood]
    yield from (line for line in dict.fromkeys(lines) if line.casefold() != title.casefold())


def _call(pitch: Pitch) -> str | None:
    if pitch.cta:
        return pitch.cta
    if pitch.language in slogans.FOREIGN_CTA:
        return slogans.FOREIGN_CTA[pitch.language]
    if pitch.language == "other":
        return None  # An English line does not belong on a film in another script.
    return slogans.CTA_BY_SUBJECT.get(pitch.reading.subject or "", slogans.DEFAULT_CTA)


def _lettered(pitch: Pitch, brief: Brief, texts: list[dict[str, str | None]], rng: Random) -> dict[int, str]:
    """One scene (two in a music video) in which a short word stands: never one with a title over it."""
    words = (pitch.reading.lettering or pitch.name or "").upper()
    if not words or len(words.split()) > _LETTERING_WORDS or len(words) > _LETTERING_LIMIT or '"' in words:
        return {}
    free = [i for i, text in enumerate(texts) if not text.get("title") and not text.get("cta")]
    count = 1 if brief.job_type == "ad_creative" else 2
    return dict.fromkeys(rng.sample(free, min(count, len(free))), words)
