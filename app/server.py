"""Serves the application, and stops it in order.

On SIGTERM or Ctrl-C it takes no more connections, so that a load balancer sends them elsewhere; what is
being answered is finished; WebSockets are closed with 1012 (service restart), for their clients to come back
to another process; then what runs beside the requests is ended, and the process with code 0.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time

import structlog
import uvicorn

from app.http_heads import BoundedHeads
from app.logs import configure_logging

# An orchestrator's patience is the same by default.
GRACE_S = 30
# For threads to notice that they are not needed any more.
THREADS_END_WITHIN_S = 2.0

log = structlog.get_logger(__name__)


def serve(*, host: str, port: int, grace_s: int = GRACE_S) -> None:
    """Serves until SIGTERM or Ctrl-C.

    Who forwards requests to it, and may say for whom, is `FORWARDED_ALLOW_IPS` (127.0.0.1).

    Args:
        host: the address to listen on.
        port: the port to listen on.
        grace_s: what is not answered so many seconds after the signal is broken off.
    """
    configure_logging()
    # The server hands the signal on when it is done; that end is in order, and is no failure.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        http=BoundedHeads,
        proxy_headers=True,
        server_header=False,
        timeout_graceful_shutdown=grace_s,
        # Ours are configured, and the middleware logs requests.
        log_config=None,
        access_log=False,
    )
    _leave_threads()


def _leave_threads() -> None:
    """Ends the process when a thread would keep it: one that waits for a server which swallows everything."""
    deadline = time.monotonic() + THREADS_END_WITHIN_S
    keeping = [
        each for each in threading.enumerate() if not each.daemon and each is not threading.main_thread()
    ]
    for thread in keeping:
        thread.join(max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() for thread in keeping):
        log.warning("threads left behind", threads=sum(thread.is_alive() for thread in keeping))
        logging.shutdown()
        sys.stderr.flush()
        os._exit(0)
