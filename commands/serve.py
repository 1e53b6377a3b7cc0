"""`reelflow serve`: the API, as a server that others watch over."""

from __future__ import annotations

import signal

import uvicorn

from commands.configured import require

# What is being answered may end; an orchestrator's patience is the same by default.
GRACE_S = 30


def serve(*, host: str, port: int) -> None:
    """Serves until SIGTERM or Ctrl-C, and then finishes what it was asked.

    Who forwards requests to it, and may say for whom, is `FORWARDED_ALLOW_IPS` (127.0.0.1).

    Raises:
        NotConfigured: DATABASE_URL is not set.
    """
    require("DATABASE_URL")
    # The server hands the signal on when it is done; that end is in order, and is no failure.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        proxy_headers=True,
        timeout_graceful_shutdown=GRACE_S,
    )
