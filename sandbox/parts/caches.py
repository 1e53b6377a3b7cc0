"""ElastiCache for real: each replication group is a Valkey server (Redis's protocol) behind TLS."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any

from moto.elasticache.models import ElastiCacheBackend, ReplicationGroup
from moto.elasticache.responses import ElastiCacheResponse
from redis import Redis

from sandbox.network.addresses import Addresses
from sandbox.network.certificates import Authority
from sandbox.network.relay import Relay
from sandbox.parts import hooks
from stack.redis import embedded_redis

DEFAULT_PORT = 6379


class Caches:
    """The servers of all replication groups.

    Args:
        home: where their data is.
    """

    def __init__(self, home: Path, authority: Authority, addresses: Addresses) -> None:
        self._home = home
        self._authority = authority
        self._addresses = addresses
        self._servers: dict[str, _Server] = {}
        self._hook()

    def close(self) -> None:
        for server in list(self._servers.values()):
            server.stop()

    def _hook(self) -> None:
        original = ElastiCacheResponse.modify_replication_group

        def modified(response: ElastiCacheResponse) -> Any:
            answer = original(response)
            # moto leaves the token out.
            if token := response._get_param("AuthToken"):
                self._servers[response._get_param("ReplicationGroupId")].set_token(token)
            return answer

        def deleted(backend: ElastiCacheBackend, group: ReplicationGroup, *args: Any, **kwargs: Any) -> None:
            # moto would have it deleting for ever.
            backend.replication_groups.pop(group.replication_group_id, None)
            if server := self._servers.pop(group.replication_group_id, None):
                server.remove()

        hooks.after(ElastiCacheBackend, "create_replication_group", self._created)
        hooks.after(ElastiCacheBackend, "delete_replication_group", deleted)
        hooks.instead(ElastiCacheResponse, "modify_replication_group", modified)

    def _created(
        self, backend: ElastiCacheBackend, group: ReplicationGroup, *args: Any, **kwargs: Any
    ) -> None:
        address = self._addresses.take()
        server = _Server(
            self._home / f"{group.replication_group_id}-{secrets.token_hex(4)}",
            address,
            int(group.port or DEFAULT_PORT),
            self._authority if group.transit_encryption_enabled else None,
            kwargs.get("auth_token") or "",
        )
        server.start()
        self._servers[group.replication_group_id] = server
        for node in group.node_groups:
            node["primary_endpoint"] = {"address": address, "port": group.port}
            node["primary_endpoint_address"] = node["reader_endpoint_address"] = address
            node["reader_endpoint"] = {"address": address, "port": group.port}


class _Server:
    """The server of one replication group, and the TLS before it."""

    def __init__(
        self,
        home: Path,
        address: str,
        port: int,
        authority: Authority | None,
        token: str,
    ) -> None:
        self._home = home
        self._address = address
        self._port = port
        self._certificate = authority.certificate_for(address) if authority else None
        self._token = token
        self._relay: Relay | None = None
        self._local_port = 0

    def start(self) -> None:
        if self._token:
            self._keep(self._token)
        self._local_port = embedded_redis(self._home).acquire().port
        if not self._token:
            # Without a token ElastiCache lets everybody in.
            with self._client() as client:
                client.config_set("requirepass", "")
        self._relay = Relay(self._address, self._port, self._local_port, certificate=self._certificate)

    def stop(self) -> None:
        if self._relay:
            self._relay.close()
        embedded_redis(self._home).stop()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def set_token(self, token: str) -> None:
        """Has clients give another token; connections that are open stay."""
        with self._client() as client:
            client.config_set("requirepass", token)
        self._keep(token)
        self._token = token

    def _client(self) -> Redis:
        return Redis(port=self._local_port, password=(self._home / "run" / "redis.password").read_text())

    def _keep(self, token: str) -> None:
        path = self._home / "run" / "redis.password"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(token)
