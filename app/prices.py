"""What a film's models cost, told before any is asked."""

from __future__ import annotations

import math
from decimal import Decimal

from sqlmodel import Session

from app.admission import counted
from app.budgets import require_room
from app.clip_source import clip_source
from app.models import Purpose
from app.replicate import ordered_from
from app.requests import GenerationCreate
from app.voice_source import voice_source
from blocks.clip_source import ClipRequest
from blocks.replicate.models import Models
from blocks.replicate.music import music_cost
from blocks.voice_source import VoiceRequest
from media.timeline import Size
from planning.narration import spoken_sentences


def require_affordable(db: Session, request: GenerationCreate) -> None:
    """Makes sure, before it is planned, that all that is ordered for a film fits in the budgets.

    Raises:
        BudgetExceeded: it would cost more than a job may, or than is left of this month.
        ModelsInvalid, VoiceSourceError: as `beside_clips`.
    """
    if ordered_from(built_in=request.built_in) is None:
        return
    request = counted(db, request)
    beside = sum(beside_clips(request).values(), Decimal(0))
    require_room(db, of_clips(request, draft=request.draft) + beside, what="The film was not begun")


def of_clips(request: GenerationCreate, *, draft: bool) -> Decimal:
    """US dollars of clips that share the film evenly."""
    size = Size.for_aspect(request.aspect, draft=draft)
    nominal = ClipRequest(
        description=request.prompt,
        width=size.width,
        height=size.height,
        frames=math.ceil(request.frames / request.clips),
        palette=request.brand_colors,
        draft=draft,
    )
    return clip_source(built_in=request.built_in).cost(nominal) * request.clips


def beside_clips(request: GenerationCreate) -> dict[Purpose, Decimal]:
    """US dollars by what they are for; nothing where all is made by what is built in.

    A picture of the subject is among them though a film may have no subject that comes again.

    Raises:
        ModelsInvalid: the file of `REPLICATE_MODELS` can't be used.
        VoiceSourceError: no model speaks the language.
    """
    found = ordered_from(built_in=request.built_in)
    if found is None:
        return {}
    prices = {
        Purpose.PLAN: found.plan[0].price_of() if found.plan else Decimal(0),
        Purpose.IMAGE: _picture(found),
        Purpose.MUSIC: Decimal(0) if request.music_asset_id else music_cost(found, request.duration_s),
        Purpose.VOICE: _voice(request),
    }
    return {purpose: usd for purpose, usd in prices.items() if usd}


def _picture(found: Models) -> Decimal:
    referring = "reference" in found.clip[0].input
    return found.image[0].price_of() if found.image and referring else Decimal(0)


def _voice(request: GenerationCreate) -> Decimal:
    """Each sentence once, however often it is said."""
    if request.voice_asset_id or not request.voice_over:
        return Decimal(0)
    source = voice_source(built_in=request.built_in)
    texts = dict.fromkeys(spoken_sentences(request.voice_over))
    said = (VoiceRequest(text=text, language=request.language) for text in texts)
    return sum((source.cost(sentence) for sentence in said), Decimal(0))
