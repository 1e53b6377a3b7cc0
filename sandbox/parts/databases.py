"""RDS for real: each instance is a PostgreSQL server behind TLS, each snapshot a copy of its database.

The server is of the version that the wheel has, whichever the instance was asked to be.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, DBSnapshot, MasterUserSecret, RDSBackend

from sandbox.errors import SandboxFailed
from sandbox.network.addresses import Addresses
from sandbox.network.certificates import Authority
from sandbox.network.relay import RelayFailed
from sandbox.parts import hooks
from sandbox.parts.database_server import SUPERUSER, DatabaseServer
from sandbox.timing import Timing
from stack.shared_process import ServiceFailed


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
        self._servers: dict[str, DatabaseServer] = {}
        self._passwords: dict[str, str] = {}
        self._names: dict[str, str] = {}
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

        snapshot_of_any = RDSBackend.create_db_snapshot

        def snapshot_of_available(
            backend: RDSBackend, db_instance_identifier: str, *args: Any, **kwargs: Any
        ) -> DBSnapshot:
            """As RDS does: moto takes one of an instance in any state."""
            instance = backend.databases.get(db_instance_identifier)
            if instance and instance.status != "available":
                raise RDSClientError(
                    "InvalidDBInstanceState",
                    "Cannot create a snapshot because the database instance "
                    f"{db_instance_identifier} is not currently in the available state.",
                )
            return snapshot_of_any(backend, db_instance_identifier, *args, **kwargs)

        hooks.instead(RDSBackend, "create_db_snapshot", snapshot_of_available)
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
        hooks.around(RDSBackend, "restore_db_instance_from_db_snapshot", self._restored)
        hooks.around(DBInstance, "update", _keeping_its_secret)

    def _of(self, instance: DBInstance) -> DatabaseServer:
        return self._servers[instance.db_instance_identifier]

    def _created(self, backend: RDSBackend, instance: DBInstance, *args: Any, **kwargs: Any) -> None:
        name = instance.db_instance_identifier
        directory = self._home / f"{name}-{secrets.token_hex(4)}"
        server = DatabaseServer(
            directory, self._address_of(name), int(instance.port or 5432), self._authority
        )
        self._servers[name] = server
        # moto has one for all.
        instance.dbi_resource_id = f"db-{secrets.token_hex(13).upper()}"
        instance.status = "creating"
        self._in_background(self._bring_up, server, instance)

    def _bring_up(self, server: DatabaseServer, instance: DBInstance) -> None:
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
        if name != instance.db_instance_identifier:
            self._renamed(name, instance)
        server, user = self._of(instance), instance.master_username or SUPERUSER
        if given.get("manage_master_user_password"):
            server.set_password(user, self._passwords[instance.resource_id])
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

    def _renamed(self, name: str, instance: DBInstance) -> None:
        """An address belongs to a name: who takes over the name is found where the other was."""
        new = instance.db_instance_identifier
        server = self._servers[new] = self._servers.pop(name)
        if name in self._passwords:
            self._passwords[new] = self._passwords.pop(name)
        instance.status = "renaming"

        def move() -> None:
            server.move(self._address_of(new))
            instance.status = "available"

        self._in_background(move)

    def _restored(
        self,
        restore: Callable[..., DBInstance],
        backend: RDSBackend,
        snapshot_id: str,
        overrides: Any,
    ) -> DBInstance:
        """With the password of the instance that the snapshot is of, and no secret that keeps it.

        A restore has RDS keep the password for Oracle only (ManageMasterUserPassword in the API's reference).
        """
        name = snapshot_id.rpartition(":")[2]
        source = backend.describe_db_snapshots(db_instance_identifier=None, db_snapshot_identifier=name)[0]
        database, new = source.database, overrides["db_instance_identifier"]
        self._passwords[new] = self._passwords.get(database.resource_id, "")
        managed, database.manage_master_user_password = database.manage_master_user_password, False
        try:
            instance = restore(backend, snapshot_id, overrides)
        finally:
            database.manage_master_user_password = managed
        self._servers[new].restore_from = self._dump(name)
        return instance

    def _address_of(self, name: str) -> str:
        with self._lock:
            if name not in self._names:
                self._names[name] = self._addresses.take()
            return self._names[name]

    def _deleted(self, backend: RDSBackend, instance: DBInstance, *args: Any, **kwargs: Any) -> None:
        if server := self._servers.pop(instance.db_instance_identifier, None):
            self._in_background(server.remove)

    def _take_snapshot(self, server: DatabaseServer, snapshot: DBSnapshot) -> None:
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


def _keeping_its_secret(
    update: Callable[..., None],
    instance: DBInstance,
    manage_master_user_password: bool | None = None,
    **given: Any,
) -> None:
    """Asked to keep a password that it keeps already, RDS makes no other secret, as moto would."""
    if manage_master_user_password and hasattr(instance, "master_user_secret"):
        manage_master_user_password = None
    update(instance, manage_master_user_password=manage_master_user_password, **given)
