"""Where everything lies in the media store. No other module makes a key."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

UPLOADS = "uploads/"
GENERATIONS = "generations/"
COMPOSITIONS = "compositions/"
TEMPORARY = "temp/"
BACKUPS = "backups/"

# How long objects are kept; uploads and releases stay.
RETENTION = {
    GENERATIONS: timedelta(days=30),
    COMPOSITIONS: timedelta(days=90),
    TEMPORARY: timedelta(days=7),
}

# Made again under the same key when a clip is regenerated; everywhere else a key keeps its content for good.
REPLACED = (GENERATIONS, TEMPORARY)


def upload_key(session: UUID | str, asset: UUID | str, extension: str) -> str:
    """What a user uploaded; `extension` without its dot."""
    return f"{UPLOADS}{session}/{asset}/original.{extension}"


def job_prefix(job: UUID | str) -> str:
    """Everything that a job made on its way to compositions."""
    return f"{GENERATIONS}{job}/"


def clip_key(job: UUID | str, number: int) -> str:
    """A clip, numbered from 1."""
    return f"{job_prefix(job)}clips/clip_{number:03d}.mp4"


def clip_thumbnail_key(job: UUID | str, number: int) -> str:
    """The picture of a clip, numbered from 1."""
    return f"{job_prefix(job)}thumbnails/clip_{number:03d}.jpg"


def voice_key(job: UUID | str, address: str) -> str:
    """A spoken sentence, by the hash of all that decides it."""
    return f"{job_prefix(job)}voice/{address}.wav"


def voice_words_key(job: UUID | str, address: str) -> str:
    """When the words of a spoken sentence are heard."""
    return f"{job_prefix(job)}voice/{address}.json"


def music_prefix(job: UUID | str) -> str:
    """The track that was made for a film."""
    return f"{job_prefix(job)}music/"


def music_key(job: UUID | str, address: str) -> str:
    """The track that was made for a film, by the hash of all that decides it."""
    return f"{music_prefix(job)}{address}.flac"


def job_metadata_key(job: UUID | str) -> str:
    """What was asked for, and how it went."""
    return f"{job_prefix(job)}metadata.json"


def track_key(job: UUID | str) -> str:
    """What was heard of the music that a job's film is cut to."""
    return f"{job_prefix(job)}track.json"


def composition_prefix(composition: UUID | str) -> str:
    """Everything that belongs to a composition."""
    return f"{COMPOSITIONS}{composition}/"


def rendition_prefix(composition: UUID | str, aspect: str | None) -> str:
    """What belongs to a composition in one aspect ratio; None is its own, beside which the others lie."""
    folder = f"{aspect.replace(':', 'x')}/" if aspect else ""
    return f"{composition_prefix(composition)}{folder}"


def composition_key(composition: UUID | str, aspect: str | None = None) -> str:
    """The finished video."""
    return f"{rendition_prefix(composition, aspect)}final.mp4"


def composition_thumbnail_key(composition: UUID | str, aspect: str | None = None) -> str:
    """The poster frame."""
    return f"{rendition_prefix(composition, aspect)}thumbnail.jpg"


def composition_timeline_key(composition: UUID | str) -> str:
    """The timeline as data."""
    return f"{composition_prefix(composition)}timeline.json"


def composition_metadata_key(composition: UUID | str) -> str:
    """The probe of the video, and what it was made from."""
    return f"{composition_prefix(composition)}metadata.json"


def contact_sheet_key(composition: UUID | str, aspect: str | None = None) -> str:
    """A frame of every scene on one sheet."""
    return f"{rendition_prefix(composition, aspect)}contact_sheet.jpg"


def timeline_picture_key(composition: UUID | str) -> str:
    """The timeline, drawn."""
    return f"{composition_prefix(composition)}timeline.png"


def preview_key(composition: UUID | str) -> str:
    """A few seconds of the film as an animated picture."""
    return f"{composition_prefix(composition)}preview.webp"


def captions_key(composition: UUID | str) -> str:
    """The captions as text."""
    return f"{composition_prefix(composition)}captions.vtt"


def stream_key(composition: UUID | str, name: str = "master.m3u8") -> str:
    """A file of the film as a stream; players begin at the master playlist."""
    return f"{composition_prefix(composition)}hls/{name}"


def temp_prefix(job: UUID | str) -> str:
    """What a job needs only while it runs."""
    return f"{TEMPORARY}{job}/"


def reference_key(job: UUID | str, sha256: str) -> str:
    """A picture of the film's subject, by which later shots are drawn."""
    return f"{job_prefix(job)}references/{sha256}.jpg"


def refused_take_key(job: UUID | str, number: int, seed: int) -> str:
    """A take of a clip that was refused, for as long as no better one is there."""
    return f"{temp_prefix(job)}clip_{number:03d}.take_{seed}.mp4"


def backup_key(backup: str) -> str:
    """The dump of the database; see `app.backups`, which says how long it is kept."""
    return f"{BACKUPS}{backup}/database.dump"


def backup_manifest_key(backup: str) -> str:
    """What is known of a dump."""
    return f"{BACKUPS}{backup}/manifest.json"
