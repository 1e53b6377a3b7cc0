"""What is said over the film: sentences spoken once and kept, or a recording; and the captions of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from uuid import UUID

from app import storage_keys
from app.errors import AppError
from blocks.media_store import ObjectMissing
from blocks.voice_source import Speech, VoiceRequest
from flows.generation.assets import uploaded
from flows.generation.bought import found_elsewhere
from flows.generation.film import Asset, Narration
from flows.generation.production import Production
from media.encoder import FPS
from media.voice import spoken_parts, voice_seconds
from planning.brief import Aspect
from planning.captions import captions_of
from planning.cut_list import CutList
from planning.narration import LEAD, NarrationTooLong, Sentence, align, place, spoken_sentences
from planning.voice_over import VoiceOver


class VoiceTooLong(AppError):
    """What is said takes longer than the film."""


def narration_of(film: Production, cut_list: CutList, aspect: Aspect) -> Narration | None:
    """What a cut list has said over the film; None for nothing. Captions are cut for an aspect ratio.

    Raises:
        AssetMissing: it is a recording, and that is gone.
        VoiceTooLong: it does not fit.
        VoiceSourceError, SourceRejected: it can't be spoken or read; says why.
    """
    voice = cut_list.voice
    if voice is None:
        return None
    recording = uploaded(film, voice.asset_id)
    if recording:
        parts, sentences = _recorded(recording, voice, cut_list.frames)
    else:
        parts, sentences = _spoken(film, voice, [scene.frames for scene in cut_list.scenes])
    captions = captions_of(sentences, cut_list.frames, aspect) if voice.captions != "none" else ()
    return Narration(parts, captions, voice.captions, voice.language)


def _recorded(
    recording: Asset, voice: VoiceOver, film_frames: int
) -> tuple[tuple[tuple[Asset, int, int], ...], list[Sentence]]:
    """The recording from the film's beginning on, and its text's sentences where they are heard."""
    frames = ceil(voice_seconds(recording.path) * FPS)
    # A container may say a little less than its sound lasts.
    frames = min(frames, film_frames)
    start = min(LEAD, film_frames - frames)
    texts = spoken_sentences(voice.text or "")
    times = align(texts, spoken_parts(recording.path)) if texts else ()
    sentences = [
        Sentence(text, start + round(begin * FPS), max(1, round((end - begin) * FPS)))
        for text, (begin, end) in zip(texts, times, strict=True)
        if start + round(begin * FPS) < film_frames
    ]
    return ((recording, start, frames),), sentences


def _spoken(
    film: Production, voice: VoiceOver, scenes: Sequence[int]
) -> tuple[tuple[tuple[Asset, int, int], ...], list[Sentence]]:
    """Each sentence by itself, so that another one costs nothing for those that stay."""
    texts = spoken_sentences(voice.text or "")
    said = [_said(film, VoiceRequest(text=text, language=voice.language)) for text in texts]
    frames = [ceil(voice_seconds(asset.path) * FPS) for asset, _ in said]
    try:
        starts = place(frames, scenes)
    except NarrationTooLong as refused:
        raise VoiceTooLong(
            "The voice-over does not fit the film",
            f"spoken it takes {refused.needed / FPS:.1f} s, and the film lasts {refused.room / FPS:.1f} s",
            "Shorten the text, or make the film longer",
        ) from refused
    sentences = [
        Sentence(text, start, length, tuple((word.at, round(word.start_s * FPS)) for word in speech.words))
        for text, start, length, (_, speech) in zip(texts, starts, frames, said, strict=True)
    ]
    assets = [asset for asset, _ in said]
    return tuple(zip(assets, starts, frames, strict=True)), sentences


def _said(film: Production, request: VoiceRequest) -> tuple[Asset, Speech]:
    """A sentence as it was spoken before, for this job, or is now."""
    address = request.address(film.voice.identity)
    path = film.workdir / f"voice-{address}.wav"
    key, words_key = _keys(film.job_id, address)
    if not film.voice.local and not film.store.head(words_key):
        found_elsewhere(film, address, lambda job: _keys(job, address))
    try:
        # The words are stored last: where they are, the sound is.
        speech = Speech.model_validate_json(film.store.get_bytes(words_key))
        film.store.get_file(key, path)
    except ObjectMissing:
        speech = film.voice.speak(request, path, cancel=film.cancel)
        film.store.put_file(key, path, content_type="audio/wav")
        film.store.put_bytes(words_key, speech.model_dump_json().encode(), content_type="application/json")
    return Asset(f"voice:{address}", address, path), speech


def _keys(job: UUID, address: str) -> tuple[str, str]:
    """Where the sound and its words are kept."""
    return storage_keys.voice_key(job, address), storage_keys.voice_words_key(job, address)
