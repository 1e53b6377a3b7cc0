"""One form for all logs, whoever writes them: what belongs together is found, and no secret is."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from app.logs import _LibraryLines, configure_logging, job_context
from app.settings import Settings

CANARY = "c4naryc4naryc4nary"

Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def restored() -> Iterator[None]:
    """Puts logging back as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = handlers, level
    logging.getLogger("uvicorn.access").disabled = False
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def lines(restored: None, capsys: pytest.CaptureFixture[str]) -> Read:
    """Configures logs as JSON and returns what was logged since the last call."""
    configure_logging(
        Settings(log_format="json", replicate_api_token=SecretStr(CANARY), database_url=SecretStr("unused"))
    )
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_both_worlds_write_the_same_form(lines: Read) -> None:
    structlog.get_logger("ours").info("made", clip=3)
    logging.getLogger("theirs").warning("took %d attempts", 2)
    ours, theirs = lines()
    assert (ours["event"], ours["clip"], ours["logger"], ours["level"]) == ("made", 3, "ours", "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("took 2 attempts", "theirs", "warning")
    assert ours["timestamp"].endswith("Z")
    assert theirs["timestamp"].endswith("Z")


def test_the_level_holds_for_both(lines: Read) -> None:
    structlog.get_logger("ours").debug("detail")
    logging.getLogger("theirs").debug("detail")
    logging.getLogger("httpx").info("HTTP Request: GET https://example.com/?x-amz-signature=1")
    assert lines() == []


def test_the_job_is_named_while_it_is_worked_on(lines: Read) -> None:
    with job_context("3f6c"):
        structlog.get_logger("ours").info("clip")
        logging.getLogger("theirs").info("encoding")
    structlog.get_logger("ours").info("after")
    clip, encoding, after = lines()
    assert (clip["job_id"], encoding["job_id"]) == ("3f6c", "3f6c")
    assert "job_id" not in after


def test_no_planted_secret_is_printed(lines: Read, capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = structlog.get_logger("ours"), logging.getLogger("theirs")
    ours.info("signed in", token=CANARY, headers={"Authorization": f"Bearer {CANARY}"})
    ours.info(f"GET /media/x?signature={CANARY}")
    ours.warning("failed", urls=[f"postgresql://me:{CANARY}@db/x"])
    theirs.warning("could not connect to %s", f"redis://:{CANARY}@cache/0")
    theirs.info("bare: %s", CANARY)
    for log in (ours, theirs):
        try:
            raise ValueError(f"password={CANARY}")
        except ValueError:
            log.exception("broke")
    printed = capsys.readouterr().err
    assert CANARY not in printed
    written = [json.loads(line) for line in printed.splitlines()]
    assert len(written) == 7
    assert all("Traceback" in line["exception"] for line in written[-2:])


def test_text_is_for_people(restored: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="text"))
    structlog.get_logger("ours").info("made", clip=3, password=CANARY)
    logging.getLogger("theirs").error("took %d attempts", 2)
    ours, theirs = capsys.readouterr().err.splitlines()
    assert "made" in ours
    assert "clip=3" in ours
    assert CANARY not in ours
    assert "took 2 attempts" in theirs


def test_loggers_that_print_for_themselves_print_through_ours(
    restored: None, capsys: pytest.CaptureFixture[str]
) -> None:
    own = logging.getLogger("uvicorn")
    own.addHandler(logging.StreamHandler())
    own.propagate = False
    elsewhere = logging.getLogger("elsewhere")
    sent = logging.NullHandler()
    elsewhere.addHandler(sent)
    for _ in range(2):
        configure_logging(Settings(log_format="json"))
    own.warning("Shutting down")
    logging.getLogger("uvicorn.access").warning("127.0.0.1 GET /?signature=x")
    [line] = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "Shutting down"
    assert elsewhere.handlers == [sent]
    elsewhere.removeHandler(sent)


def test_lines_of_many_threads_stay_whole(lines: Read) -> None:
    def write(number: int) -> None:
        for _ in range(50):
            structlog.get_logger("ours").info("x" * 500, thread=number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines()) == 400


def test_a_line_that_cannot_be_made_tells_no_secret(
    restored: None, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(Settings(log_format="json"))
    [ours] = [handler for handler in logging.getLogger().handlers if isinstance(handler, _LibraryLines)]
    ours.handle(logging.LogRecord("theirs", logging.INFO, __file__, 7, "%d", (CANARY,), None))
    printed = capsys.readouterr().err
    assert "test_logs.py:7 could not be logged" in printed
    assert CANARY not in printed
