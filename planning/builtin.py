"""The planner that needs no model: it reads the prompt with the vocabulary and directs by craft rules."""

from hashlib import sha256
from random import Random

from planning.arcs import ad_arc, song_arc
from planning.brief import SEED_LIMIT, Brief
from planning.lexicon import journeys, nouns, shots
from planning.lexicon.colours import COLOURS
from planning.pacing import lead_ins, share_frames
from planning.pitch import Pitch, read_pitch
from planning.shots import Shot, camera_moves, describe, own_noun
from planning.staging import choose_lights, choose_places
from planning.storyboard import PALETTE_SIZE, Scene, Storyboard
from planning.texts import write_texts
from planning.vocabulary import MOOD_IDS, NAMED


class BuiltinPlanner:
    """Plans by rules. The same brief gives the same storyboard; another seed another film."""

    def plan(self, brief: Brief) -> Storyboard:
        """Plan the film that the brief asks for."""
        rng = _random(brief)
        pitch = read_pitch(brief)
        song = brief.job_type == "music_video"
        mood = pitch.reading.mood or rng.choice(
            journeys.MOODS_BY_SUBJECT.get(pitch.reading.subject or "", MOOD_IDS)
        )
        subject = _subject(pitch, song)
        places = choose_places(pitch, subject, mood, rng, song=song)
        if song and not subject:
            subject = journeys.COMPANIONS.get(places["world"])
        arc = song_arc(brief.clips) if song else ad_arc(brief.clips, travels=subject in journeys.TRAVELLERS)
        frames = share_frames(brief.frames, [beat.weight for beat in arc], mood, rng)
        texts, lettered = write_texts(brief, pitch, subject, mood, arc, rng)
        moves = camera_moves(len(arc), pitch.reading.camera, rng)
        lights = choose_lights(pitch, mood, arc)
        leads = lead_ins(arc, frames, [places[beat.stage] for beat in arc], mood, rng)
        thing = own_noun(pitch.text, subject) if subject else None
        color = _color_word(pitch, subject)
        weather = pitch.reading.weather if _names(pitch, "weather", pitch.reading.weather) else None
        scenes = []
        for index, beat in enumerate(arc):
            shot = Shot(
                setting=places[beat.stage],
                subject=None if beat.size == "none" else subject,
                size=beat.size,
                light=lights[index],
                weather=weather,
                camera=moves[index],
                mood=mood,
                color=color if beat.role in ("product", "call") else None,
                words=lettered.get(index),
                thing=thing,
            )
            transition, length = leads[index]
            scenes.append(
                Scene(
                    number=index + 1,
                    description=describe(shot, rng),
                    frames=frames[index],
                    transition=transition,
                    transition_frames=length,
                    seed=rng.randint(0, SEED_LIMIT),
                    title=texts[index].get("title"),
                    caption=texts[index].get("caption"),
                    cta=texts[index].get("cta"),
                )
            )
        board = Storyboard(
            title=pitch.title, mood=mood, palette=_palette(brief, pitch, mood, rng), scenes=tuple(scenes)
        )
        return board.require(brief)


def _random(brief: Brief) -> Random:
    """A generator of the prompt and the seed: what only changes lengths or texts keeps the choices apart."""
    digest = sha256(f"{brief.seed}:{brief.job_type}:{brief.prompt}".encode()).digest()
    return Random(int.from_bytes(digest[:8], "big"))


def _subject(pitch: Pitch, song: bool) -> str | None:
    """What the film is about. A song's words hint at many things: there it must be named, or be a guitar."""
    subject = pitch.reading.subject
    return subject if not song or subject == "guitar" or _names(pitch, "subject", subject) else None


def _names(pitch: Pitch, aspect: str, identity: str | None) -> bool:
    """Whether the prompt names a thing rather than hinting at it."""
    return any(m.aspect == aspect and m.id == identity and m.weight >= NAMED for m in pitch.mentions)


def _palette(brief: Brief, pitch: Pitch, mood: str, rng: Random) -> tuple[str, ...]:
    """Five colours: the brand's, then the prompt's, then the mood's in a seeded order."""
    rest = list(shots.PALETTES[mood])
    rng.shuffle(rest)
    return tuple(dict.fromkeys([*brief.brand_colors, *pitch.reading.colors, *rest]))[:PALETTE_SIZE]


def _color_word(pitch: Pitch, subject: str | None) -> str | None:
    """The English word of the first colour that the prompt names, if the subject can come in it."""
    first = pitch.reading.colors[:1]
    word = next((word for word, value in COLOURS.items() if (value,) == first), None)
    return None if word in nouns.AMBIGUOUS_COLOURS or subject in nouns.UNCOLOURED else word
