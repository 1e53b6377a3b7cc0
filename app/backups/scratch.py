"""Scratch databases beside the real one, on its server: made, and taken away whatever is in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import URL

from app.backups.server import connect
from app.database import DatabaseUnavailable
from app.errors import AppError

# One of each at a time, so that what a killed process has left is found again.
PROOF = "reelflow_proof"
DRILL = "reelflow_drill"
NAMES = (PROOF, DRILL)
GIB = 1 << 30
# A disk that runs full takes the real database with it; logs and sorting need their share.
MOST_OF_STORAGE = 0.8
_SIZES = """
SELECT pg_database_size(current_database()),
       sum(pg_database_size(oid)) FILTER (WHERE has_database_privilege(oid, 'CONNECT'))
FROM pg_database
"""


class NoRoom(AppError):
    """A copy would fill the server's disk."""


def beside(url: URL, name: str) -> URL:
    """The address of a scratch database on the server of another.

    Raises:
        ValueError: the name is that of no scratch database: nothing else may be written to or dropped.
    """
    if name not in NAMES:
        raise ValueError(f"{name!r} is none of {', '.join(NAMES)}")
    return url.set(database=name)


def require_room(url: URL, storage_gib: int | None) -> None:
    """Makes sure that a copy of a database fits beside it.

    Args:
        storage_gib: of the server's disk; None when nobody knows.

    Raises:
        NoRoom: it does not.
    """
    if storage_gib is None:
        return
    with connect(url) as connection:
        size, used = connection.execute(_SIZES).fetchone() or (0, 0)
    if not fits(size=int(size), used=int(used), storage=storage_gib * GIB):
        raise NoRoom(
            "No copy of the database was made",
            f"{int(used) / GIB:.1f} of {storage_gib} GiB are used, and it has {int(size) / GIB:.1f}",
            "Give the instance more storage: db_storage_gb in its tfvars",
        )


def fits(*, size: int, used: int, storage: int) -> bool:
    """Whether a copy of `size` bytes leaves enough of a disk free, of which so many are used."""
    return used + size <= MOST_OF_STORAGE * storage


def create(url: URL, name: str) -> URL:
    """An empty scratch database; one of its name that is left over is dropped first.

    Args:
        url: of the database beside which it is made.
    """
    made = beside(url, name)
    drop(url, name)
    _execute(url, "CREATE DATABASE {} TEMPLATE template0", name)
    return made


def drop(url: URL, name: str) -> None:
    """Drops it with whoever is connected; does nothing when it is not there."""
    beside(url, name)
    _execute(url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextmanager
def scratch(url: URL, name: str) -> Iterator[URL]:
    """A scratch database for as long as the block runs."""
    made = create(url, name)
    try:
        yield made
    finally:
        drop(url, name)


def _execute(url: URL, statement: LiteralString, name: str) -> None:
    try:
        with connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise DatabaseUnavailable(
            f"The scratch database {name} can't be made or dropped",
            str(error).strip().splitlines()[0],
            "See that the server runs, and that its user may create databases",
        ) from error
