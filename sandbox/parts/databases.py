"""RDS for real: each instance is a PostgreSQL server behind TLS, each snapshot a copy of its database.

The server is of the version that the wheel has, whichever the instance was asked to be.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from moto.rds.models import DBInstance, DBSnapshot, MasterUserSecret, RDSBackend
from psycopg import sql

from sandbox.errors import SandboxFailed
from sandbox.network.addresses import Addresses
from sandbox.network.certificates import Authority
from sandbox.network.relay import Relay, RelayFailed
from sandbox.parts import hooks
from sandbox.timing import Timing
from stack.postgres import binaries, database_url, embedded_postgres
from stack.shared_process import ServiceFailed

# RDS keeps the superuser to itself; who creates an instance gets a master user with less.
SUPERUSER = "rdsadmin"
DEFAULT_DATABASE = "postgres"


class Databases:
    """The servers of all instances.

    Args:
        home: where their data and the snapshots are.
    """

    def __init__(self, home: Path, authority: Authority, addresses: Addresses, timing: Timing) -> None:
        self._home = home
        self._authority = authority
        self._addresses = addresses
        self._timing = timing
        self._servers: dict[str, _Server] = {}
        self._passwords: dict[str, str] = {}
        self._lock = threading.RLock()
        self._hook()

    def close(self) -> None:
        for server in list(self._servers.values()):
            server.stop()

    def _hook(self) -> None:
        """Ties the servers to moto's records."""
        after = hooks.after

        def address(instance: DBInstance) -> str:
            server = self._servers.get(instance.db_instance_identifier)
            return server.address if server else ""

        def managed_secret(secret: MasterUserSecret) -> str:
            password = secrets.token_urlsafe(24)
            self._passwords[secret.resource.resource_id] = password
            return json.dumps({"username": secret.resource.master_username, "password": password})

        def taking_snapshot(backend: RDSBackend, snapshot: DBSnapshot, *args: Any, **kwargs: Any) -> None:
            if server := self._servers.get(snapshot.db_instance_identifier):
                snapshot.status = "creating"
                self._in_background(self._take_snapshot, server, snapshot)

        def removed_snapshot(backend: RDSBackend, snapshot: DBSnapshot, *args: Any, **kwargs: Any) -> None:
            self._dump(snapshot.db_snapshot_identifier).unlink(missing_ok=True)

        def restored(
            backend: RDSBackend, instance: DBInstance, from_snapshot_id: str, *args: Any, **kwargs: Any
        ) -> None:
            name = from_snapshot_id.rpartition(":")[2]
            self._servers[instance.db_instance_identifier].restore_from = self._dump(name)

        DBInstance.address = property(address)  # pyright: ignore[reportAttributeAccessIssue]
        hooks.instead(MasterUserSecret, "_generate_secret_string", managed_secret)
        after(RDSBackend, "create_db_instance", self._created)
        after(RDSBackend, "modify_db_instance", self._modified)
        after(RDSBackend, "delete_db_instance", self._deleted)
        after(RDSBackend, "stop_db_instance", lambda _, instance, *a, **k: self._of(instance).stop())
        after(RDSBackend, "start_db_instance", lambda _, instance, *a, **k: self._of(instance).start())
        after(RDSBackend, "reboot_db_instance", lambda _, instance, *a, **k: self._of(instance).restart())
        after(RDSBackend, "create_db_snapshot", taking_snapshot)
        after(RDSBackend, "delete_db_snapshot", removed_snapshot)
        after(RDSBackend, "restore_db_instance_from_db_snapshot", restored)

    def _of(self, instance: DBInstance) -> _Server:
        return self._servers[instance.db_instance_identifier]

    def _created(self, backend: RDSBackend, instance: DBInstance, *args: Any, **kwargs: Any) -> None:
        name = instance.db_instance_identifier
        directory = self._home / f"{name}-{secrets.token_hex(4)}"
        server = _Server(directory, self._addresses.take(), int(instance.port or 5432), self._authority)
        self._servers[name] = server
        instance.status = "creating"
        self._in_background(self._bring_up, server, instance)

    def _bring_up(self, server: _Server, instance: DBInstance) -> None:
        began = time.monotonic()
        user = instance.master_username or SUPERUSER
        password = self._passwords.get(instance.resource_id) or getattr(instance, "_master_user_password", "")
        try:
            server.start()
            server.admit(user, password, instance.db_name)
        except (ServiceFailed, SandboxFailed, RelayFailed, psycopg.Error, OSError) as error:
            # The API has no better word for it; the sandbox's log has the error.
            print(f"sandbox: {instance.db_instance_identifier} did not start: {error}", flush=True)  # noqa: T201
            instance.status = "failed"
            return
        time.sleep(max(0.0, self._timing.database_creation_s - (time.monotonic() - began)))
        if instance.status == "creating":
            instance.status = "available"

    def _modified(
        self, backend: RDSBackend, instance: DBInstance, name: str, given: dict[str, Any], *args: Any
    ) -> None:
        server, user = self._of(instance), instance.master_username or SUPERUSER
        if given.get("rotate_master_user_password"):
            password = secrets.token_urlsafe(24)
            self._passwords[instance.resource_id] = password
            backend.secretsmanager.put_secret_value(
                instance.master_user_secret.secret.arn,
                json.dumps({"username": user, "password": password}),
                "",
                client_request_token="",
                version_stages=["AWSCURRENT"],
            )
            server.set_password(user, password)
        elif given.get("master_user_password"):
            server.set_password(user, given["master_user_password"])

    def _deleted(self, backend: RDSBackend, instance: DBInstance, *args: Any, **kwargs: Any) -> None:
        if server := self._servers.pop(instance.db_instance_identifier, None):
            self._in_background(server.remove)

    def _take_snapshot(self, server: _Server, snapshot: DBSnapshot) -> None:
        try:
            server.dump(self._dump(snapshot.db_snapshot_identifier), snapshot.database.db_name)
        except (OSError, SandboxFailed):
            snapshot.status = "failed"
        else:
            snapshot.status = "available"

    def _dump(self, snapshot: str) -> Path:
        return self._home / "snapshots" / f"{snapshot}.dump"

    def _in_background(self, work: Any, *args: Any) -> None:
        threading.Thread(target=work, args=args, daemon=True).start()


class _Server:
    """The server of one instance, and the TLS before it."""

    def __init__(self, home: Path, address: str, port: int, authority: Authority) -> None:
        self.address = address
        self.restore_from: Path | None = None
        self._home = home
        self._port = port
        self._certificate = authority.certificate_for(address)
        self._relay: Relay | None = None
        self._url = ""
        self._lock = threading.RLock()

    def start(self) -> None:
        with self._lock:
            endpoint = embedded_postgres(self._home, superuser=SUPERUSER).acquire()
            self._url = database_url(self._home, endpoint.port, driver="postgresql", superuser=SUPERUSER)
            self._relay = Relay(
                self.address, self._port, endpoint.port, certificate=self._certificate, postgres=True
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
