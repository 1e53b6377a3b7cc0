"""Voices from the speech models at Replicate."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from pydantic import Field, PrivateAttr

from blocks.clip_source import ClipSourceError, ClipSourceUnavailable
from blocks.replicate.api import ReplicateApi
from blocks.replicate.buying import Useless, buy
from blocks.replicate.models import ModelProfile, Models, load_models
from blocks.replicate.purchase import Counter, Offer, Purchase
from blocks.voice_source import Speech, VoiceRequest, VoiceSource, VoiceSourceError, VoiceSourceUnavailable
from media.arriving_sound import keep_sound
from media.errors import SourceRejected

SPOKEN_WITHIN_S = 300.0
DECODED_WITHIN_S = 60.0


class ReplicateVoiceSource(VoiceSource):
    """Orders each sentence from the models at Replicate that speak its language.

    They don't tell when a word begins. A recording that can't be decoded is ordered once more.
    """

    _block_type_name = "Replicate Voice Source"
    _block_type_slug = "replicate-voice-source"

    local: ClassVar[bool] = False

    account: ReplicateApi = Field(description="The account that pays.")
    models: Models = Field(default_factory=load_models, description="The models, the wanted one first.")

    _counter: Counter | None = PrivateAttr(default=None)

    def at(self, counter: Counter) -> ReplicateVoiceSource:
        """The same source, ordering at a counter: with a job's ledger and limits."""
        source = self.model_copy()
        source._counter = counter
        return source

    @property
    def identity(self) -> str:
        return self.models.identity("voice")

    def cost(self, request: VoiceRequest) -> Decimal:
        return self._speakers(request)[0].price_of(characters=len(request.text))

    def speak(
        self, request: VoiceRequest, destination: Path, *, cancel: threading.Event | None = None
    ) -> Speech:
        if self._counter is None:
            raise VoiceSourceError("This source can't order: it was not given a job's ledger (`at`).")
        counter = replace(self._counter, pause=cancel.wait) if cancel else self._counter
        offers = self._offers(request)
        try:
            return buy(
                counter,
                request.address(self.identity),
                lambda _: offers,
                lambda purchase: self._take(purchase, destination, cancel),
                within_s=SPOKEN_WITHIN_S,
            )
        except ClipSourceUnavailable as fault:
            raise VoiceSourceUnavailable(str(fault)) from fault
        except ClipSourceError as fault:
            raise VoiceSourceError(
                f"The sentence {request.text[:40]!r} was not spoken: {fault} Write it otherwise, give a "
                "recording, or ask for what is built in."
            ) from fault

    def _speakers(self, request: VoiceRequest) -> Sequence[ModelProfile]:
        speakers = [model for model in self.models.voice if model.speaks(request.language)]
        if not speakers:
            known = sorted({language for model in self.models.voice for language in model.languages})
            raise VoiceSourceError(
                f"No model at Replicate speaks the language {request.language}: those of REPLICATE_MODELS "
                f"speak {', '.join(known)}. Choose one of these, give a recording, or do without models."
            )
        return speakers

    def _offers(self, request: VoiceRequest) -> Sequence[Offer]:
        return [
            Offer(
                model.name,
                model.inputs({"text": request.text, "language": model.languages.get(request.language)}),
                model.price_of(characters=len(request.text)),
            )
            for model in self._speakers(request)
        ]

    def _take(self, purchase: Purchase, destination: Path, cancel: threading.Event | None) -> Speech:
        """The recording as mono WAV in its place."""
        with tempfile.TemporaryDirectory(prefix="voice-", dir=destination.parent) as folder:
            purchase.fetch(arrived := Path(folder) / "arrived")
            try:
                keep_sound(
                    arrived, destination, form="wav", channels=1, deadline_s=DECODED_WITHIN_S, cancel=cancel
                )
            except SourceRejected as fault:
                raise Useless(f"the recording is refused, since {fault.cause}") from fault
        return Speech()
