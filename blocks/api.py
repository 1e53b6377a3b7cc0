"""The deployed API, as a user meets it."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from blocks.aws import is_loopback
from blocks.ecs import EcsService
from blocks.errors import BlockError, DeadlineExceeded, Unavailable
from media.probe import Expectation, Probe, probe, verify

TIMEOUT = httpx.Timeout(30, connect=5)
POLL_S = 1.0
# The smallest film that may be ordered.
SMALL_FILM: Mapping[str, Any] = {
    "job_type": "ad_creative",
    "prompt": "A calm tea brand at dawn: slow mornings. Order yours.",
    "duration_s": 15,
    # It is made often: what proves that films are made must not cost what films cost, in money or in time.
    "built_in": True,
    "draft": True,
    "clip_count": 3,
    "aspect": "1:1",
    "seed": 1,
}
SMALL_FILM_EXPECTED = Expectation(450, 480, 480, audio=True)
# Codes of the API's problems.
SWITCHED_OFF, FULL = "pipeline_disabled", "quota_reached"
_AGAIN = {408, 425, 429, 502, 503, 504}


class ApiError(BlockError):
    """The API did not do what it was asked."""


class ApiUnavailable(ApiError, Unavailable):
    """The API does not answer, or says that it can't just now."""


class ApiDeadline(ApiError, DeadlineExceeded):
    """The API took longer than it was given."""


class OrderRefused(ApiError):
    """No film was taken on: the operator has said so, by a switch or by the storage quota."""

    def __init__(self, what: str, cause: str, remedy: str, *, switched_off: bool) -> None:
        super().__init__(what, cause, remedy)
        self.switched_off = switched_off


class FilmFailed(ApiError):
    """A film was ordered and did not come as ordered."""


@dataclass(frozen=True, slots=True)
class Health:
    """What `/health` or `/health/detailed` says: its own word, and how each part is."""

    status: str
    version: str
    checks: Mapping[str, Mapping[str, Any]]
    seconds: float


@dataclass(frozen=True, slots=True)
class Film:
    """A film that was ordered, made and downloaded.

    Attributes:
        file: where it was put.
        probe: what it really holds.
        seconds: from the order to the last byte.
    """

    generation_id: str
    file: Path
    size_bytes: int
    probe: Probe
    seconds: float


class Api:
    """The deployed API, at a fixed address or wherever a service's task is now.

    Its methods raise `ApiUnavailable` for faults that may pass and `ApiError` for others.

    Args:
        url: its address, with scheme.
        service, port: in place of an address: it is looked up at each call, since it changes with every task.
    """

    def __init__(
        self, *, url: str | None = None, service: EcsService | None = None, port: int = 8000
    ) -> None:
        if (url is None) == (service is None):
            raise ValueError("The API is either at a URL or at a service")
        self._url = url
        self._service = service
        self._port = port

    def url(self) -> str:
        """Where it is now. Raises `ApiUnavailable` when no task runs."""
        if self._url is not None:
            return self._url.rstrip("/")
        assert self._service is not None
        found = self._service.addresses()
        best = next((a for a in found if a.healthy), next(iter(found), None))
        if best is None:
            raise ApiUnavailable(
                "The API has no address",
                f"no task of {self._service.service} runs",
                "See why its tasks end: reelflow logs",
            )
        return f"http://{best.public or best.private}:{self._port}"

    async def health(self) -> Health:
        """Whether it answers."""
        return await self._health("/health")

    async def detailed_health(self) -> Health:
        """How every part is. One that is unhealthy is no error here: judge by `status`."""
        return await self._health("/health/detailed")

    async def film(
        self,
        directory: Path,
        *,
        deadline_s: float,
        order: Mapping[str, Any] = SMALL_FILM,
        expected: Expectation = SMALL_FILM_EXPECTED,
        on_progress: Callable[[str, int], None] = lambda _status, _percent: None,
    ) -> Film:
        """Orders a film as a user does, downloads it, and looks whether it is what was ordered.

        Args:
            directory: where to put it.
            deadline_s: seconds for all of it; the film is cancelled when they have passed.
            on_progress: is told the generation's status and percentage when they change.

        Raises:
            OrderRefused: the operator takes none.
            FilmFailed: it could not be made, or is not as ordered.
            ApiDeadline: it was not ready in time.
        """
        started = time.monotonic()
        url = await asyncio.to_thread(self.url)
        async with self._client(url) as client:
            session = await self._call(client, "POST", "/api/v1/sessions")
            client.headers["Authorization"] = f"Bearer {session['token']}"
            job = await self._call(client, "POST", "/api/v1/generations", json=dict(order))
            path = f"/api/v1/generations/{job['id']}"
            done = await self._await_film(client, path, started + deadline_s, on_progress)
            composition = done["composition_id"]
            found = await self._call(client, "GET", f"/api/v1/compositions/{composition}/download")
            file = directory / f"{job['id']}.mp4"
            await self._download(client, httpx.URL(url).join(found["url"]), file, found)
        try:
            held = await asyncio.to_thread(probe, file)
            verify(held, expected)
        except Exception as error:
            raise FilmFailed(
                "The film is not what was ordered", str(error).rstrip("."), "Compare the worker's logs"
            ) from error
        return Film(str(job["id"]), file, found["size_bytes"], held, time.monotonic() - started)

    async def _health(self, path: str) -> Health:
        started = time.monotonic()
        url = await asyncio.to_thread(self.url)
        async with self._client(url) as client:
            with _faults(f"ask {url}{path}"):
                answer = await client.get(path)
            # An unhealthy part is answered with 503, and told.
            if answer.status_code != 503 or "status" not in answer.text:
                _expect(answer, f"ask {url}{path}")
        said = answer.json()
        return Health(
            said["status"], said.get("version", ""), said.get("checks", {}), time.monotonic() - started
        )

    async def _await_film(
        self,
        client: httpx.AsyncClient,
        path: str,
        until: float,
        on_progress: Callable[[str, int], None],
    ) -> Mapping[str, Any]:
        last: tuple[str, int] | None = None
        while True:
            try:
                job = await self._call(client, "GET", path)
            except ApiUnavailable:
                # A task that is being replaced; the film goes on.
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(POLL_S)
                continue
            if (seen := (job["status"], job["progress"])) != last:
                on_progress(*(last := seen))
            if job["status"] == "completed":
                return job
            if job["status"] in ("failed", "cancelled"):
                why = (job.get("error") or {}).get("message") or f"it was {job['status']}"
                raise FilmFailed("The film was not made", why.rstrip("."), "See the worker's logs")
            if time.monotonic() > until:
                await self._call(client, "POST", f"{path}/cancel")
                raise ApiDeadline(
                    "The film was not ready in time",
                    f"it stands at {job['status']}, {job['progress']} %",
                    "See whether the worker runs: reelflow status",
                )
            await asyncio.sleep(POLL_S)

    async def _download(
        self, client: httpx.AsyncClient, url: httpx.URL, file: Path, found: Mapping[str, Any]
    ) -> None:
        digest = hashlib.sha256()
        await asyncio.to_thread(file.parent.mkdir, parents=True, exist_ok=True)
        # A signed link has its own rights, and the store is another host: no token goes there.
        async with httpx.AsyncClient(
            timeout=TIMEOUT, trust_env=client.trust_env, follow_redirects=True
        ) as plain:
            with _faults("download the film"):
                async with plain.stream("GET", url) as answer:
                    _expect(answer, "download the film")
                    with file.open("wb") as target:
                        async for chunk in answer.aiter_bytes():
                            digest.update(chunk)
                            target.write(chunk)
        if digest.hexdigest() != found["sha256"]:
            raise FilmFailed(
                "The film is not what was made",
                "its checksum is another",
                "See what is between it and the store",
            )

    async def _call(self, client: httpx.AsyncClient, method: str, path: str, **options: Any) -> Any:
        what = f"{method} {client.base_url}{path.lstrip('/')}"
        with _faults(what):
            answer = await client.request(method, path, **options)
        _expect(answer, what)
        return answer.json()

    def _client(self, url: str) -> httpx.AsyncClient:
        # A proxy of the environment has no way to this machine's own addresses.
        return httpx.AsyncClient(base_url=url, timeout=TIMEOUT, trust_env=not is_loopback(url))


@contextmanager
def _faults(what: str) -> Iterator[None]:
    try:
        yield
    except httpx.TransportError as error:
        cause = str(error) or type(error).__name__
        raise ApiUnavailable(f"Can't {what}", cause, "See whether its task runs: reelflow status") from error


def _expect(answer: httpx.Response, what: str) -> None:
    if answer.is_success:
        return
    said = _problem(answer)
    why = str(said.get("detail", "")).rstrip(".")
    if (code := said.get("code")) in (SWITCHED_OFF, FULL):
        remedy = str(said.get("remedy", "")).rstrip(".")
        raise OrderRefused(f"Can't {what}", why, remedy, switched_off=code == SWITCHED_OFF)
    cause = f"it answers {answer.status_code} {answer.reason_phrase}" + (f": {why}" if why else "")
    if answer.status_code in _AGAIN:
        raise ApiUnavailable(f"Can't {what}", cause, "Try again in a moment; then see its logs")
    raise ApiError(f"Can't {what}", cause, "See its logs")


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    """What the API says is wrong (RFC 9457); nothing where all is well, or another has answered."""
    if answer.is_success:
        return {}
    try:
        said = answer.json()
    # Of a download only the head is there.
    except (ValueError, httpx.ResponseNotRead):
        return {}
    return said if isinstance(said, dict) else {}
