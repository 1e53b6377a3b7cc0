"""The PostgreSQL server of one RDS instance, and the TLS before it."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from sandbox.errors import SandboxFailed
from sandbox.network.certificates import Authority
from sandbox.network.relay import Relay
from stack.postgres import binaries, database_url, embedded_postgres

# RDS keeps the superuser to itself; who creates an instance gets a master user with less.
SUPERUSER = "rdsadmin"
DEFAULT_DATABASE = "postgres"


class DatabaseServer:
    """The server of one instance, and the TLS before it."""

    def __init__(self, home: Path, address: str, port: int, authority: Authority) -> None:
        self.address = address
        self.restore_from: Path | None = None
        self._home = home
        self._port = port
        self._authority = authority
        self._relay: Relay | None = None
        self._url = ""
        self._lock = threading.RLock()

    def start(self) -> None:
        with self._lock:
            endpoint = embedded_postgres(self._home, superuser=SUPERUSER).acquire()
            self._url = database_url(self._home, endpoint.port, driver="postgresql", superuser=SUPERUSER)
            certificate = self._authority.certificate_for(self.address)
            self._relay = Relay(
                self.address, self._port, endpoint.port, certificate=certificate, postgres=True
            )

    def stop(self) -> None:
        with self._lock:
            if self._relay:
                self._relay.close()
                self._relay = None
            embedded_postgres(self._home, superuser=SUPERUSER).stop()

    def restart(self) -> None:
        self.stop()
        self.start()

    def move(self, address: str) -> None:
        """Listens elsewhere, after a restart, as an instance does that is renamed."""
        with self._lock:
            self.stop()
            self.address = address
            self.start()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def admit(self, user: str, password: str, database: str | None) -> None:
        """Makes the master user and its database, or restores the database from a snapshot."""
        self._execute(
            "CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}",
            sql.Identifier(user),
            sql.Literal(password),
        )
        self._execute("GRANT pg_read_all_data, pg_signal_backend, pg_monitor TO {}", sql.Identifier(user))
        self._execute("ALTER DATABASE {} OWNER TO {}", sql.Identifier(DEFAULT_DATABASE), sql.Identifier(user))
        if database:
            self._execute(
                "CREATE DATABASE {} OWNER {} TEMPLATE template0",
                sql.Identifier(database),
                sql.Identifier(user),
            )
        if self.restore_from:
            self._run("pg_restore", "--dbname", self._in(database), "--no-comments", str(self.restore_from))

    def set_password(self, user: str, password: str) -> None:
        self._execute("ALTER ROLE {} PASSWORD {}", sql.Identifier(user), sql.Literal(password))

    def dump(self, path: Path, database: str | None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        self._run("pg_dump", "--format=custom", "--dbname", self._in(database), "--file", str(unfinished))
        unfinished.rename(path)

    def _in(self, database: str | None) -> str:
        return self._url.rpartition("/")[0] + f"/{database or DEFAULT_DATABASE}"

    def _execute(self, statement: LiteralString, *parts: sql.Composable) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*parts))

    def _run(self, program: str, *arguments: str) -> None:
        """Runs one of PostgreSQL's programs.

        Raises:
            SandboxFailed: it failed; says what it said.
        """
        done = subprocess.run(
            [str(binaries() / program), *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SandboxFailed(f"{program} failed: {done.stderr.strip()}")
