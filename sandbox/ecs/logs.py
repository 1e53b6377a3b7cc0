"""The awslogs driver: lines of containers into CloudWatch Logs, in batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from moto.logs.models import LogsBackend, logs_backends

FLUSH_EVERY_S = 0.1


class NoLogGroup(Exception):
    """The log group does not exist; says so as ECS does."""


class LogStream:
    """The stream of one container."""

    def __init__(self, backend: LogsBackend | None, group: str = "", name: str = "") -> None:
        self._backend = backend
        self._group = group
        self._name = name
        self._lines: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._flushed = 0.0

    @classmethod
    def opened(
        cls, account: str, configuration: Mapping[str, Any] | None, container: str, task_id: str
    ) -> LogStream:
        """The stream that a container's log configuration names; one that forgets without any.

        Raises:
            NoLogGroup: its group does not exist and isn't to be made.
        """
        if not configuration or configuration["logDriver"] != "awslogs":
            return cls(None)
        options = configuration.get("options", {})
        backend = logs_backends[account][options["awslogs-region"]]
        group, name = options["awslogs-group"], f"{options['awslogs-stream-prefix']}/{container}/{task_id}"
        if group not in backend.groups:
            if options.get("awslogs-create-group") != "true":
                raise NoLogGroup(
                    "failed to validate logger args: create stream has been retried 1 times: failed to "
                    "create Cloudwatch log stream: ResourceNotFoundException: The specified log group does "
                    "not exist."
                )
            backend.create_log_group(group, {})
        backend.ensure_log_stream(group, name)
        return cls(backend, group, name)

    def write(self, line: str) -> None:
        with self._lock:
            self._lines.append({"timestamp": int(time.time() * 1000), "message": line})
        if time.monotonic() - self._flushed > FLUSH_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Sends what has gathered."""
        with self._lock:
            lines, self._lines = self._lines, []
            self._flushed = time.monotonic()
            # A group that was deleted meanwhile loses its lines, as on AWS.
            if self._backend and lines and self._group in self._backend.groups:
                self._backend.ensure_log_stream(self._group, self._name)
                self._backend.put_log_events(self._group, self._name, lines)
