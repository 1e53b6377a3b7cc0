"""The one way to PostgreSQL: engines, sessions, and a plain error when it can't be reached."""

import select
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache, partial

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError
from sqlmodel import Session

from app.errors import AppError
from app.settings import settings

CONNECT_TIMEOUT_S = 5
# A statement of the application is short. What may run long (migrations, backups) sets its own limit.
SERVER_OPTIONS = {
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    # A host that vanished must not hold its locks for the two hours that Linux would wait.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_CONNECT = {
    "application_name": "reelflow",
    "connect_timeout": CONNECT_TIMEOUT_S,
    "options": " ".join(f"-c {name}={value}" for name, value in SERVER_OPTIONS.items()),
}


class DatabaseUnavailable(AppError):
    """PostgreSQL did not answer, or no address for it is known."""


def parse(url: str) -> URL:
    """The address with psycopg 3 as its driver, whatever spelling of ``postgres://`` it came in.

    Raises:
        DatabaseUnavailable: it is not the address of a PostgreSQL server.
    """
    remedy = "Set DATABASE_URL to postgresql://user:password@host:5432/name"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # The cause would print the address, and with it the password.
        raise DatabaseUnavailable("No database", "its address can't be read", remedy) from error.__cause__
    if parsed.drivername not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise DatabaseUnavailable(
            "No database", f"its address names {parsed.drivername!r}, not PostgreSQL", remedy
        )
    return parsed.set(drivername="postgresql+psycopg")


def engine(url: str | None = None) -> Engine:
    """The engine of an address, one per process and address.

    Args:
        url: the address; None takes ``DATABASE_URL``.

    Raises:
        DatabaseUnavailable: no address is known, or it is malformed. The server is not contacted.
    """
    if url is None:
        if (configured := settings().database_url) is None:
            raise DatabaseUnavailable(
                "No database",
                "DATABASE_URL is not set and no embedded server was started",
                "Set DATABASE_URL, or run this through the reelflow command, which starts a server",
            )
        url = configured.get_secret_value()
    return _engine(url, settings().database_pool_size)


@cache
def _engine(url: str, pool_size: int) -> Engine:
    made = create_engine(
        parse(url), pool_size=pool_size, max_overflow=pool_size, pool_recycle=1800, connect_args=_CONNECT
    )
    event.listen(made, "checkout", partial(_check, made))
    return made


@cache
def _autocommitting(engine_: Engine) -> Engine:
    return engine_.execution_options(isolation_level="AUTOCOMMIT")


def _check(engine_: Engine, connection: psycopg.Connection, *_: object) -> None:
    """Has a pooled connection replaced that the server has closed.

    Asking the server each time, as `pool_pre_ping` does, would be a third of a short read. A server that
    goes says so: there is something to be read where nobody has asked.
    """
    if connection.closed:
        raise InvalidatePoolError
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if not waiting.poll(0):
        return
    try:
        engine_.dialect.do_ping(connection)  # pyright: ignore[reportArgumentType]
    except psycopg.Error as error:
        raise InvalidatePoolError from error


@asynccontextmanager
async def lone_connection() -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection of its own to ``DATABASE_URL``, in autocommit mode, closed at the end of the block.

    For what looks at the server rather than uses it: it needs no thread and no place in the pool, so that
    a server which swallows everything holds up neither.

    Raises:
        DatabaseUnavailable: no address is known, or it is malformed.
        psycopg.Error: the server can't be used.
    """
    address = engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await psycopg.AsyncConnection.connect(address, autocommit=True, **_CONNECT)
    try:
        yield connection
    finally:
        # Closed first, it doesn't try to tell the server.
        await connection.close()


@contextmanager
def session(engine_: Engine | None = None) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises.

    Rows read in it stay readable afterwards.

    Args:
        engine_: the database; None takes ``DATABASE_URL``.

    Raises:
        DatabaseUnavailable: the server can't be reached or the connection broke.
    """
    bind = engine_ if engine_ is not None else engine()
    with reachable(bind), Session(bind, expire_on_commit=False) as open_session, open_session.begin():
        yield open_session


@contextmanager
def reading() -> Iterator[Session]:
    """For what only reads from ``DATABASE_URL``: each statement sees what is committed as it begins.

    So it is in a transaction of `session` too; here none is begun and ended, which are two more trips to the
    server.

    Raises:
        DatabaseUnavailable: the server can't be reached or the connection broke.
    """
    bind = _autocommitting(engine())
    with reachable(bind), Session(bind, expire_on_commit=False) as open_session:
        yield open_session


@contextmanager
def reachable(engine_: Engine) -> Iterator[None]:
    """Turns a refused or broken connection inside the block into ``DatabaseUnavailable``."""
    try:
        yield
    except DBAPIError as error:
        if _is_unreachable(error):
            raise DatabaseUnavailable(
                f"PostgreSQL at {_place(engine_.url)} can't be used",
                str(error.orig).strip().splitlines()[0],
                "Check that the server runs and that DATABASE_URL names it",
            ) from error
        raise


def _is_unreachable(error: DBAPIError) -> bool:
    """Whether the connection, not the statement, failed.

    Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    if error.connection_invalidated or not isinstance(error.orig, psycopg.Error):
        return error.connection_invalidated
    if error.orig.sqlstate is None:
        # The server never answered.
        return isinstance(error.orig, psycopg.OperationalError)
    # Broken connection, server going away, no such database, no right to connect.
    return error.orig.sqlstate.startswith(("08", "57P", "3D", "28"))


def _place(url: URL) -> str:
    host = url.host or url.query.get("host") or "the local socket"
    return f"{host}:{url.port}/{url.database}" if url.port else f"{host}/{url.database}"
