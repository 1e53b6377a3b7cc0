"""Logs: a line for each event, for people or for machines, with the ids it belongs to and no secret.

Our own code logs through structlog, libraries through `logging`; both are rendered in the same way.
"""

from __future__ import annotations

import io
import logging
import sys
from contextlib import AbstractContextManager, suppress
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import EventDict, Processor, WrappedLogger

from app.masking import Masker, known_secrets
from app.settings import Settings, settings

# At INFO they tell of every request that they make, by its address.
TALKATIVE = ("httpx", "httpcore", "botocore", "boto3", "urllib3", "s3transfer")


def configure_logging(configured: Settings | None = None) -> None:
    """Sends all logs of this process to standard error as LOG_LEVEL and LOG_FORMAT say.

    Loggers that print for themselves (uvicorn's, Prefect's) print through this instead. Uvicorn's access
    log is silenced: `app.middleware` writes one. May be called again.
    """
    configured = configured or settings()
    level = logging.getLevelNamesMapping()[configured.log_level]
    about: list[Processor] = [
        merge_contextvars,
        add_logger_name,
        add_log_level,
        TimeStamper(fmt="iso", utc=True),
    ]
    finish: list[Processor] = [
        format_exc_info,
        _mask(Masker(known_secrets(configured))),
        _renderer(configured.log_format),
    ]
    structlog.configure(
        processors=[*about, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Not through `logging`: that takes two and a half times as long, for every request.
        logger_factory=_Lines,
        cache_logger_on_first_use=True,
    )
    handler = _LibraryLines()
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=about, processors=[ProcessorFormatter.remove_processors_meta, *finish]
        )
    )
    _take_over(handler, level)


def job_context(job_id: UUID | str) -> AbstractContextManager[None]:
    """While it is open, every line that this task or thread logs says which job it is about."""
    return bound_contextvars(job_id=str(job_id))


class _Lines:
    """Writes lines to whatever is standard error at that moment, under the name of a module."""

    def __init__(self, name: str = "reelflow") -> None:
        self.name = name

    def msg(self, line: str) -> None:
        # In one piece: other threads write too.
        sys.stderr.write(f"{line}\n")

    debug = info = warning = error = critical = msg


class _LibraryLines(logging.Handler):
    """The same for records of `logging`."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:  # noqa: BLE001 - a log line must not break what it tells of
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        # The inherited one prints the record's arguments as they are, secrets and all.
        with suppress(OSError, ValueError):
            sys.stderr.write(f"A line of {record.pathname}:{record.lineno} could not be logged\n")


def _renderer(log_format: str) -> Processor:
    if log_format == "json":
        return JSONRenderer()
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        # The default draws every frame's variables: seconds of a loop that serves requests, and secrets.
        exception_formatter=structlog.dev.plain_traceback,
    )


def _mask(masker: Masker) -> Processor:
    def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {name: masker.named(name, value) for name, value in event.items()}

    return mask


def _take_over(handler: logging.Handler, level: int) -> None:
    """Makes this the only handler that prints; those that send records elsewhere stay."""
    root = logging.getLogger()
    root.setLevel(level)
    known = [logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    for logger in (root, *known):
        for printing in [each for each in logger.handlers if _prints(each)]:
            logger.removeHandler(printing)
            logger.propagate = True
    root.addHandler(handler)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.getLogger("uvicorn.access").disabled = True


def _prints(handler: logging.Handler) -> bool:
    """Whether it writes to the terminal, not to a file nor to the memory of a test."""
    if isinstance(handler, logging.StreamHandler):
        return not isinstance(handler, logging.FileHandler) and not isinstance(handler.stream, io.StringIO)
    return isinstance(handler, _LibraryLines)
