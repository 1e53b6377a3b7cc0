"""Faults by name, each at a rate; the same seed meets the same ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

FaultName = Literal[
    "rate_limited",
    "server_error",
    "timeout_after_acceptance",
    "lost_webhook",
    "duplicate_webhook",
    "late_webhook",
    "expired_link",
    "cut_off_download",
    "corrupt_output",
    "black_output",
    "frozen_output",
    "short_output",
    "failed",
    "aborted",
    "slow",
]
Calls = Literal["creates", "reads"]
NAMES: tuple[FaultName, ...] = get_args(FaultName)


class FaultRefused(ValueError):
    """What was asked for is no fault; says what is wrong with it."""


class Fault(BaseModel):
    """What goes wrong and how often.

    Attributes:
        name: before a prediction is made: `rate_limited` (429), `server_error` (500; nothing was created).
            Of its answer: `timeout_after_acceptance` (created, and the answer never comes). Of its life:
            `slow`, `failed`, `aborted` (before it began). Of its last webhook: `lost_webhook`,
            `duplicate_webhook`, `late_webhook`. Of its files: `expired_link` (404), `cut_off_download` (half
            of it comes), `corrupt_output` (does not decode), `black_output`, `frozen_output`, `short_output`
            (half as long).
        rate: the share of occasions that it hits, from 0 to 1.
        times: how many it hits at the most; None for no end.
        model: the only `owner/name` that it concerns; None for all.
        calls: whether `rate_limited` and `server_error` concern the calls that create, or those that read.
        for_good: whether a link stays expired, or a download cut off, each time that it is asked for.
        delay_s: how much later: a `slow` prediction, a `late_webhook`.
    """

    model_config = ConfigDict(extra="forbid")

    name: FaultName
    rate: float = Field(default=1.0, ge=0.0, le=1.0)
    times: int | None = Field(default=None, ge=1)
    model: str | None = None
    calls: Calls = "creates"
    for_good: bool = False
    delay_s: float = Field(default=20.0, ge=0.0)


class Faults:
    """The faults that are on. Each has its own chances, which none of the others changes."""

    def __init__(self, seed: int = 0) -> None:
        self._on: list[Fault] = []
        self._chances = {name: Random(f"{seed}:{name}") for name in NAMES}
        self._met: Counter[FaultName] = Counter()

    def switch(self, documents: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
        """Switches faults on, or to other settings; one of rate 0 is off. All of them or none.

        Raises:
            FaultRefused: one of them is no fault.
        """
        try:
            wanted = TypeAdapter(list[Fault]).validate_python(
                [documents] if isinstance(documents, Mapping) else documents
            )
        except ValidationError as error:
            first = error.errors()[0]
            raise FaultRefused(
                f"This is no fault: {first['msg']} (in {first['loc'][-1]}). "
                f"Their names are {', '.join(NAMES)}; their fields {', '.join(Fault.model_fields)}."
            ) from error
        for fault in wanted:
            self._on = [on for on in self._on if _place(on) != _place(fault)]
            if fault.rate > 0:
                self._on.append(fault)

    def clear(self, name: str | None = None) -> None:
        """Switches all off, or those of one name."""
        self._on = [on for on in self._on if name not in (None, on.name)]

    def meets(self, name: FaultName, model: str = "", calls: Calls = "creates") -> Fault | None:
        """The fault that this occasion meets, which is counted, or None."""
        concerned = next(
            (on for on in self._on if (on.name, on.calls) == (name, calls) and on.model in (None, model)),
            None,
        )
        if concerned is None or self._chances[name].random() >= concerned.rate:
            return None
        self._met[name] += 1
        if concerned.times is not None:
            concerned.times -= 1
            if concerned.times == 0:
                self._on.remove(concerned)
        return concerned.model_copy()

    def document(self) -> dict[str, Any]:
        """What is on, and how often each was met so far."""
        return {"on": [on.model_dump() for on in self._on], "met": dict(self._met)}


def _place(fault: Fault) -> tuple[str, str, str | None]:
    return fault.name, fault.calls, fault.model


def read_faults(text: str) -> list[dict[str, Any]]:
    """Faults as a command line has them: `name=rate,name=rate`; a name alone hits always.

    Raises:
        FaultRefused: a rate is no number.
    """
    faults: list[dict[str, Any]] = []
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, rate = part.partition("=")
        try:
            faults.append({"name": name, "rate": float(rate or 1.0)})
        except ValueError as error:
            raise FaultRefused(
                f"{rate!r} is no rate: write {name}=0.05 for one occasion in twenty."
            ) from error
    return faults
