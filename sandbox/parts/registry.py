"""ECR for real: a registry behind a door that knows ECR's tokens, its repositories and its immutable tags."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import shutil
import threading
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web
from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend, Repository, ecr_backends
from moto.ecr.responses import ECRResponse

from sandbox.errors import SandboxFailed
from sandbox.faults import FaultSwitch
from sandbox.network.loop import NetworkLoop
from sandbox.network.proxy import Destination, Proxy
from sandbox.parts import hooks
from stack.shared_process import ServiceFailed, SharedProcess

USER = "AWS"
# As long as ECR's.
TOKEN_LIFE = timedelta(hours=12)
PROGRAM = "docker-registry"
_MANIFEST = re.compile(r"/v2/(?P<repository>.+)/manifests/(?P<reference>[^/]+)")
_REPOSITORY = re.compile(r"/v2/(?P<repository>.+)/(?:manifests|blobs|tags)/")


def program() -> str | None:
    """The registry's program, or None where it isn't installed."""
    return shutil.which(PROGRAM)


class Registry:
    """The registry of a sandbox.

    Args:
        home: where it keeps what was pushed.
        loop: where its door listens.
        faults: those of the service "registry": Login (the token has expired), Push and Pull.
        account: whose repositories these are.
    """

    def __init__(self, home: Path, loop: NetworkLoop, faults: FaultSwitch, account: str) -> None:
        self._loop = loop
        self._faults = faults
        self._account = account
        self._tokens: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._service = _service(home)
        self._proxy = Proxy(self._route, remember=_is_new_manifest, heard=self._heard)
        self._own_token = self._token()
        self.host = ""
        self._port = 0

    def start(self) -> None:
        """Starts the registry and its door.

        Raises:
            SandboxFailed: its program is missing, or it does not come up.
        """
        try:
            self._port = self._service.acquire().port
        except ServiceFailed as failed:
            raise SandboxFailed(str(failed)) from failed
        self.host = f"127.0.0.1:{self._loop.do(self._proxy.listen('127.0.0.1', 0))}"
        self._hook()

    def close(self) -> None:
        self._loop.do(self._proxy.close())
        self._service.stop()

    def credentials(self, host: str) -> tuple[str, str] | None:
        """What a task pulls with: the sandbox's own token, which does not expire."""
        return (USER, self._own_token) if host == self.host else None

    def _token(self) -> str:
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens[token] = datetime.now(UTC) + TOKEN_LIFE
        return token

    def _hook(self) -> None:
        def named(repository: Repository, _: None, *args: Any, **kwargs: Any) -> None:
            repository.uri = f"{self.host}/{repository.name}"

        def authorized(response: ECRResponse) -> ActionResult:
            token = self._token()
            return ActionResult(
                {
                    "authorizationData": [
                        {
                            "authorizationToken": base64.b64encode(f"{USER}:{token}".encode()).decode(),
                            "expiresAt": datetime.now(UTC) + TOKEN_LIFE,
                            "proxyEndpoint": f"http://{self.host}",
                        }
                    ]
                }
            )

        def deleted(backend: ECRBackend, answer: dict[str, Any], *args: Any, **kwargs: Any) -> None:
            name = kwargs.get("repository_name") or args[0]
            kept = {image.image_digest for image in backend.repositories[name].images}
            for digest in {image.image_digest for image in answer["imageIds"]} - kept:
                httpx.delete(f"http://127.0.0.1:{self._port}/v2/{name}/manifests/{digest}", trust_env=False)

        hooks.after(Repository, "__init__", named)
        hooks.after(ECRBackend, "batch_delete_image", deleted)
        hooks.instead(ECRResponse, "get_authorization_token", authorized)

    async def _route(self, request: web.BaseRequest) -> Destination | web.Response:
        operation = "Push" if request.method in ("POST", "PUT", "PATCH") else "Pull"
        expired = self._faults.meet("registry", "Login") is not None
        if expired or not self._knows(request.headers.get("Authorization", "")):
            return _refusal(
                HTTPStatus.UNAUTHORIZED,
                "DENIED",
                "Your authorization token has expired. Reauthenticate and try again.",
                {"WWW-Authenticate": 'Basic realm="sandbox"'},
            )
        if (found := _REPOSITORY.match(request.path)) and not self._repositories().get(found["repository"]):
            return _refusal(
                HTTPStatus.NOT_FOUND,
                "NAME_UNKNOWN",
                f"The repository with name '{found['repository']}' does not exist in the registry with id "
                f"'{self._account}'",
            )
        if found and (fault := self._faults.meet("registry", operation)) and fault.error:
            if fault.error == "connection" and request.transport:
                request.transport.abort()
            return _refusal(fault.status, fault.error, fault.message)
        if _is_new_manifest(request) and (refusal := await self._immutable(request)):
            return refusal
        return Destination("127.0.0.1", self._port, nullcontext())

    def _knows(self, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        try:
            user, _, token = base64.b64decode(given).decode().partition(":")
        except ValueError:
            return False
        with self._lock:
            expires = self._tokens.get(token)
        return (
            scheme.lower() == "basic" and user == USER and expires is not None and datetime.now(UTC) < expires
        )

    def _repositories(self) -> Mapping[str, Repository]:
        return {
            name: repository
            for backend in ecr_backends[self._account].values()
            for name, repository in backend.repositories.items()
        }

    async def _immutable(self, request: web.BaseRequest) -> web.Response | None:
        """The refusal of a tag that is taken for good, as ECR puts it."""
        found = _MANIFEST.fullmatch(request.path)
        assert found is not None
        repository, tag = self._repositories()[found["repository"]], found["reference"]
        if repository.image_tag_mutability != "IMMUTABLE" or tag.startswith("sha256:"):
            return None
        if not any(tag in image.image_tags for image in repository.images):
            return None
        return _refusal(
            HTTPStatus.BAD_REQUEST,
            "TAG_INVALID",
            f"The image tag '{tag}' already exists in the '{repository.name}' repository and cannot be "
            "overwritten because the tag is immutable.",
        )

    async def _heard(self, request: web.BaseRequest, status: int, manifest: bytes) -> None:
        """Tells moto of an image that was pushed."""
        found = _MANIFEST.fullmatch(request.path)
        if status != HTTPStatus.CREATED or found is None:
            return
        repository, reference = self._repositories()[found["repository"]], found["reference"]
        tag = None if reference.startswith("sha256:") else reference
        digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
        if any(
            image.image_digest == digest and tag in (None, *image.image_tags) for image in repository.images
        ):
            return
        ecr_backends[self._account][repository.region_name].put_image(
            repository.name,
            manifest.decode(),
            tag,  # pyright: ignore[reportArgumentType]
            json.loads(manifest).get("mediaType") or request.headers.get("Content-Type"),
            digest,
        )


def _is_new_manifest(request: web.BaseRequest) -> bool:
    return request.method == "PUT" and _MANIFEST.fullmatch(request.path) is not None


def _refusal(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = json.dumps({"errors": [{"code": code, "message": message}]})
    return web.Response(status=status, text=body, content_type="application/json", headers=headers)


def _service(home: Path) -> SharedProcess:
    home.mkdir(parents=True, exist_ok=True)
    configuration = home / "registry.json"

    def command(port: int) -> list[str]:
        binary = program()
        if binary is None:
            raise SandboxFailed(
                "The sandbox needs a registry and docker-registry isn't installed. "
                "Type: sudo apt-get install docker-registry"
            )
        # JSON is YAML.
        configuration.write_text(
            json.dumps(
                {
                    "version": "0.1",
                    "log": {"level": "warn", "accesslog": {"disabled": True}},
                    "storage": {
                        "filesystem": {"rootdirectory": str(home / "storage")},
                        "delete": {"enabled": True},
                        "maintenance": {"uploadpurging": {"enabled": False}},
                    },
                    "http": {"addr": f"127.0.0.1:{port}", "secret": secrets.token_hex(16)},
                }
            )
        )
        return [binary, "serve", str(configuration)]

    def answers(port: int) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/v2/", trust_env=False, timeout=2.0).is_success
        except httpx.HTTPError:
            return False

    return SharedProcess(name="registry", home=home, command=command, ready=answers)
