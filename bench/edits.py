"""What changing the call to action of a finished 60 s film takes and costs, beside making the film.

The clips are ordered from the stand-in for Replicate, which draws them at once: a real model takes minutes
for each, so that the first time is the shortest that it can be.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select

from app.compositions import cut_list_of_version
from app.database import engine, session
from app.editing import edit_composition, regenerate_clip
from app.local_user import LOCAL_SESSION_ID
from app.models import CompositionStatus, GenerationJob, Prediction
from app.records import newest_composition
from app.schemas.clips import ClipRegenerate
from bench.harness import publish, result
from sandbox.replicate.running import StandIn, stand_in
from stack import postgres, prefect_server

PROMPT = "Volta, the electric city bike: glide through the morning, arrive fresh. Book a ride."
VIDEO_S = 60
ROUNDS = 2
# The one that is made again.
CLIP = 2


@dataclass(frozen=True)
class Round:
    """Seconds and predictions of each step with one film."""

    film_s: float
    film_predictions: int
    words_s: float
    words_predictions: int
    clip_s: float
    clip_predictions: int
    # What the clip took at first: a shot longer than its model's longest is bought in parts.
    clip_parts: int


def main() -> None:
    """Runs the benchmark and publishes it as ``edits``."""
    with (
        tempfile.TemporaryDirectory(prefix="reelflow-bench-") as directory,
        _running(Path(directory)) as bill,
    ):
        # The first one warms up: it migrates the schema and compiles what was never imported.
        rounds = [_round(bill, seed) for seed in range(ROUNDS + 1)][1:]
    film, words, clip = (
        statistics.median(getattr(one, f"{step}_s") for one in rounds) for step in ("film", "words", "clip")
    )
    film_most, words_most = (
        max(getattr(one, f"{step}_predictions") for one in rounds) for step in ("film", "words")
    )
    paid_again = max(one.clip_predictions / one.clip_parts for one in rounds)
    publish(
        "edits",
        [
            result(f"first time, a {VIDEO_S} s film", film, "s"),
            result("predictions of it, at most", film_most, ""),
            result("another call to action", words, "s", baseline=film),
            result(
                "predictions of it, at most",
                words_most,
                "",
                target="0",
                met=words_most == 0,
            ),
            result("one clip made again", clip, "s", baseline=film),
            result(
                "predictions of it, for each that the clip took at first, at most",
                paid_again,
                "",
                target="1",
                met=paid_again == 1,
            ),
        ],
    )


@contextmanager
def _running(home: Path) -> Iterator[StandIn]:
    services = [postgres.embedded_postgres(home), prefect_server.embedded_prefect(home)]
    database, prefect = [service.acquire() for service in services]
    prefect_server.mark_prepared(home)
    try:
        with stand_in(home / "replicate", "--quick") as replicate:
            os.environ |= replicate.environment() | {
                "REELFLOW_HOME": str(home),
                "DATABASE_URL": postgres.database_url(home, database.port),
                "PREFECT_API_URL": prefect_server.api_url(prefect.port),
            }
            yield replicate
    finally:
        for service in services:
            service.release()


def _round(replicate: StandIn, seed: int) -> Round:
    order = ("render", PROMPT, "--duration", str(VIDEO_S), "--seed", str(seed), "--json")
    film_s, film_predictions, said = _measured(replicate, ("-m", "cli", *order))
    job_id = UUID(json.loads(said)["job_id"])
    _change_words(job_id)
    words_s, words_predictions, _ = _measured(replicate, _flow(job_id))
    with session(engine()) as db:
        parts = db.exec(
            select(func.count()).where(Prediction.job_id == job_id, Prediction.clip_number == CLIP)
        )
        clip_parts = parts.one()
        regenerate_clip(db, LOCAL_SESSION_ID, job_id, CLIP, ClipRegenerate())
    clip_s, clip_predictions, _ = _measured(replicate, _flow(job_id))
    return Round(film_s, film_predictions, words_s, words_predictions, clip_s, clip_predictions, clip_parts)


def _flow(job_id: UUID) -> tuple[str, ...]:
    return ("-c", f"from flows.generate import generate; generate(job_id='{job_id}')")


def _change_words(job_id: UUID) -> None:
    with session(engine()) as db:
        made = newest_composition(db, job_id, status=CompositionStatus.COMPLETED)
        assert made is not None
        before = cut_list_of_version(db.get_one(GenerationJob, job_id), made)
        scenes = [
            scene.model_copy(update={"cta": "Ride one today"}) if scene.cta else scene
            for scene in before.scenes
        ]
        changed = before.model_copy(update={"scenes": tuple(scenes)})
        assert changed != before, "the film has no call to action"
        edit_composition(db, LOCAL_SESSION_ID, made.id, changed)


def _measured(replicate: StandIn, arguments: tuple[str, ...]) -> tuple[float, int, str]:
    """Seconds that a Python process takes, how many predictions it orders, and what it prints."""
    before, started = replicate.bill()["count"], time.monotonic()
    done = subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return time.monotonic() - started, replicate.bill()["count"] - before, done.stdout


if __name__ == "__main__":
    main()
