"""What Replicate's webhooks have told, as heard in this process: who waits need not ask so often.

Nothing depends on it: without Redis, or before it listens, predictions are asked for in turn.
"""

from __future__ import annotations

import json
import threading
from functools import cache

import redis

from app.redis import RedisUnavailable, sync_redis
from app.webhooks import PREDICTIONS

LISTENS_AGAIN_AFTER_S = 5.0
# A listener may be silent for as long as the client waits for an answer, so it asks in shorter pieces.
PIECE_S = 1.0
# What nobody here asks for is another process's.
MOST_REMEMBERED = 10_000


class Bell(threading.Thread):
    """Listens to what is told of predictions, from its first use to the end of the process."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="bell")
        self._told: dict[str, None] = {}
        self._lock = threading.Lock()

    @staticmethod
    @cache
    def of_this_process() -> Bell:
        """The one bell of this process, listening."""
        bell = Bell()
        bell.start()
        return bell

    def told(self, prediction: str) -> bool:
        """Whether it has been told of since it was last asked for."""
        with self._lock:
            return prediction in self._told and self._told.pop(prediction) is None

    def run(self) -> None:
        pause = threading.Event()
        while True:
            try:
                self._listen()
            except (redis.RedisError, RedisUnavailable):
                pause.wait(LISTENS_AGAIN_AFTER_S)

    def _listen(self) -> None:
        with sync_redis().pubsub(ignore_subscribe_messages=True) as channel:
            channel.subscribe(PREDICTIONS)
            while True:
                if message := channel.get_message(timeout=PIECE_S):
                    self._hear(str(json.loads(message["data"])["prediction"]))

    def _hear(self, prediction: str) -> None:
        with self._lock:
            self._told[prediction] = None
            while len(self._told) > MOST_REMEMBERED:
                self._told.pop(next(iter(self._told)))
