"""A registry spoken to over HTTP, by the OCI Distribution Specification 1.1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urljoin

import httpx

from blocks.aws import is_loopback
from blocks.image.contract import (
    Login,
    LoginRefused,
    OnProgress,
    Progress,
    PushBrokenOff,
    PushFailed,
    TagTaken,
    ignore,
)

CHUNK_BYTES = 1 << 20
TIMEOUT = httpx.Timeout(60, connect=10)
MANIFEST_TYPES = ", ".join(
    (
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    )
)
_AGAIN = {408, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Blob:
    """A layer or a configuration in a file."""

    digest: str
    file: Path


def digest_of(login: Login, repository: str, reference: str) -> str | None:
    """The digest under a tag (or the digest itself, when it is there); None when it is not.

    Raises:
        PushBrokenOff, LoginRefused, PushFailed: the registry can't be asked.
    """
    name = _name(repository)
    with _client(login) as client, _faults(f"ask {repository} for {reference}"):
        answer = client.head(f"/v2/{name}/manifests/{reference}", headers={"Accept": MANIFEST_TYPES})
        if answer.status_code == 404:
            return None
        _expect(answer, f"ask {repository} for {reference}")
        return answer.headers["Docker-Content-Digest"]


def push(
    login: Login,
    repository: str,
    tag: str,
    manifest: bytes,
    media_type: str,
    blobs: Sequence[Blob],
    on_progress: OnProgress = ignore,
) -> str:
    """Sends what the registry does not have yet, the manifest last; returns its digest.

    Raises:
        PushBrokenOff, LoginRefused, TagTaken, PushFailed: the tag is not there.
    """
    name, what = _name(repository), f"push {repository}:{tag}"
    with _client(login) as client, _faults(what):
        for number, blob in enumerate(blobs):
            _send(client, name, blob, _share(on_progress, number, len(blobs)), what)
        headers = {"Content-Type": media_type}
        answer = client.put(f"/v2/{name}/manifests/{tag}", content=manifest, headers=headers)
        if answer.status_code == 400 and "IMMUTABLE" in answer.text.upper().replace(
            "ALREADYEXISTS", "IMMUTABLE"
        ):
            raise TagTaken(f"Can't {what}", "the tag is taken", "Use the image that is there")
        _expect(answer, what)
        on_progress(Progress("pushed", 1.0))
        return answer.headers["Docker-Content-Digest"]


def _send(client: httpx.Client, name: str, blob: Blob, on_progress: OnProgress, what: str) -> None:
    if client.head(f"/v2/{name}/blobs/{blob.digest}").status_code == 200:
        on_progress(Progress(f"{_short(blob)} is there already", 1.0))
        return
    begun = client.post(f"/v2/{name}/blobs/uploads/")
    _expect(begun, what)
    location = urljoin(str(client.base_url), begun.headers["Location"])
    size = blob.file.stat().st_size

    def chunks() -> Iterator[bytes]:
        sent = 0
        with blob.file.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
                sent += len(chunk)
                on_progress(Progress(f"{_short(blob)}: {sent} of {size} bytes", sent / size))

    separator = "&" if "?" in location else "?"
    answer = client.put(
        f"{location}{separator}{urlencode({'digest': blob.digest})}",
        content=chunks(),
        headers={"Content-Type": "application/octet-stream", "Content-Length": str(size)},
    )
    _expect(answer, what)


def _share(on_progress: OnProgress, number: int, of: int) -> OnProgress:
    def tell(progress: Progress) -> None:
        on_progress(Progress(progress.message, (number + (progress.done or 0)) / of))

    return tell


def _client(login: Login) -> httpx.Client:
    return httpx.Client(
        base_url=login.url,
        auth=(login.user, login.password.get_secret_value()),
        timeout=TIMEOUT,
        follow_redirects=True,
        # A proxy of the environment has no way to this machine's own addresses.
        trust_env=not is_loopback(login.url),
        transport=None if not is_loopback(login.url) else httpx.HTTPTransport(retries=2),
    )


@contextmanager
def _faults(what: str) -> Iterator[None]:
    try:
        yield
    except httpx.TransportError as error:
        cause = str(error) or type(error).__name__
        raise PushBrokenOff(
            f"Can't {what}", cause, "Check the way to the registry, then try again"
        ) from error


def _expect(answer: httpx.Response, what: str) -> None:
    if answer.is_success:
        return
    cause = f"the registry answers {answer.status_code} {answer.reason_phrase}{_said(answer)}"
    if answer.status_code in (401, 403):
        raise LoginRefused(f"Can't {what}", cause, "Log in again; check the rights to push to the repository")
    if answer.status_code in _AGAIN:
        raise PushBrokenOff(f"Can't {what}", cause, "Try again in a moment")
    raise PushFailed(f"Can't {what}", cause, "Check that the repository exists and takes this image")


def _said(answer: httpx.Response) -> str:
    try:
        errors = answer.json()["errors"]
        return f" ({'; '.join(str(e.get('message') or e.get('code')) for e in errors)})"
    except (ValueError, KeyError, TypeError, AttributeError, httpx.ResponseNotRead):
        return ""


def _name(repository: str) -> str:
    """Without the registry's host: `host/team/name` is `team/name`."""
    return repository.partition("/")[2]


def _short(blob: Blob) -> str:
    return blob.digest.partition(":")[2][:12]
