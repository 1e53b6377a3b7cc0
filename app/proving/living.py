"""Whether this code can live with a database: its start-up, its probes, and reads and writes as it does them.

It writes, so it is for scratch databases only; what it starts reaches no other part than the database.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

NOWHERE = "http://127.0.0.1:9/api"
# Its configuration else, but for what it must not reach: jobs of the copy are not to be started again.
ALONE = {
    "DATABASE_PASSWORD": "",
    "REDIS_URL": "",
    "REDIS_PASSWORD": "",
    "REPLICATE_API_TOKEN": "",
    "PREFECT_API_URL": NOWHERE,
    "PREFECT_API_KEY": "",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
}
PROMPT = "A red kettle at dawn, steam in the light"


class Look(BaseModel):
    """One thing that the code does with the database."""

    model_config = ConfigDict(frozen=True)

    name: str
    good: bool
    evidence: str


@contextmanager
def alone_with(url: URL) -> Iterator[None]:
    """The environment of a process that has this database and nothing else.

    To be entered before anything reads its settings; it isn't taken back.
    """
    with tempfile.TemporaryDirectory(prefix="reelflow-proof-") as media:
        os.environ.update(
            ALONE
            | {"DATABASE_URL": url.render_as_string(hide_password=False), "MEDIA_URL": Path(media).as_uri()}
        )
        yield


def looks() -> tuple[Look, ...]:
    """All that is looked at, good or not; what fails keeps nothing else from being looked at."""
    from app.proving.doing import api, tables, worker

    return tuple(_look(name, look) for name, look in (("Tables", tables), ("API", api), ("Worker", worker)))


def _look(name: str, look: Callable[[], str]) -> Look:
    try:
        return Look(name=name, good=True, evidence=look())
    except DBAPIError as error:
        # Without the values of the statement.
        return Look(name=name, good=False, evidence=_first_line(error.orig or error))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what has to be known
        return Look(name=name, good=False, evidence=f"{type(error).__name__}: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
