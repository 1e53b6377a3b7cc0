"""How the stand-in behaves, besides the faults that are switched on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

TOKEN = "r8_stand_in"


@dataclass(frozen=True, kw_only=True)
class Conduct:
    """Settings of one stand-in; the defaults are what Replicate documents.

    Attributes:
        home: directory for its bill, its signing secret and the files that it makes.
        token: the one that is taken.
        quick: whether clips are small cached ones rather than drawn ones, for thousands of them.
        at_once: how many predictions run side by side; more wait as `starting`.
        start_s, run_s: how long a prediction is `starting` and runs, in seconds, at the least.
        creates_per_minute, reads_per_minute: more are answered with 429.
        link_lifetime_s: how long an output's link works.
        data_lifetime_s: how long after its end a prediction keeps input, output and logs.
        credit_usd: what may be spent; None for no end of it.
        held_s: how long a connection is held whose answer never comes.
        webhook_pauses_s: between the tries to deliver a prediction's last webhook.
        seed: of everything that is left to chance, so that a run repeats.
        clock: seconds since the epoch.
    """

    home: Path
    token: str = TOKEN
    quick: bool = False
    at_once: int = 2
    start_s: float = 0.2
    run_s: float = 0.0
    creates_per_minute: int = 600
    reads_per_minute: int = 3000
    link_lifetime_s: float = 3600.0
    data_lifetime_s: float = 3600.0
    credit_usd: Decimal | None = None
    held_s: float = 2.0
    webhook_pauses_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
    seed: int = 0
    clock: Callable[[], float] = time.time
