"""Where the wall time of `reelflow render` goes, for a 30 s ad on a warm stack."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.harness import publish, result
from stack import postgres, prefect_server

PROMPT = "Volta, the electric city bike: glide through the morning, arrive fresh"
VIDEO_S = 30
ROUNDS = 3
TARGET_SHARE = 0.15


def main() -> None:
    """Runs the benchmark and publishes it as ``render``."""
    with tempfile.TemporaryDirectory(prefix="reelflow-bench-") as directory:
        home = Path(directory)
        services = [postgres.embedded_postgres(home), prefect_server.embedded_prefect(home)]
        for service in services:
            service.acquire()
        prefect_server.mark_prepared(home)
        try:
            # The first one warms up: it migrates the schema and compiles what was never imported.
            rounds = [_render(home, seed) for seed in range(ROUNDS + 1)][1:]
        finally:
            for service in services:
                service.release()
    total = statistics.median(seconds["total"] for seconds in rounds)
    encoding = statistics.median(seconds["ffmpeg"] for seconds in rounds)
    share = statistics.median(1 - seconds["ffmpeg"] / seconds["wall"] for seconds in rounds)
    publish(
        "render",
        [
            result("wall time of a 30 s ad, whole command", total, "s"),
            result("of it with an ffmpeg process at work", encoding, "s"),
            result("wall time ÷ video length", total / VIDEO_S, "s/s"),
            result(
                "share of wall time that is not ffmpeg",
                share,
                "of 1",
                target=f"< {TARGET_SHARE}",
                met=share < TARGET_SHARE,
            ),
        ],
    )


def _render(home: Path, seed: int) -> dict[str, float]:
    started = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "cli",
            "render",
            PROMPT,
            "--duration",
            str(VIDEO_S),
            "--seed",
            str(seed),
            "--json",
        ],
        env=os.environ | {"REELFLOW_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    # From outside, so that the interpreter's own start counts.
    return json.loads(done.stdout)["seconds"] | {"wall": time.monotonic() - started}


if __name__ == "__main__":
    main()
