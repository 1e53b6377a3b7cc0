"""Replicate's HTTP API, as far as it is used; what may be sent again is told from what must be looked for.

https://replicate.com/docs/reference/http. The `replicate` package is not used for it: its model of a
prediction refuses `aborted`, and its download hands the token to whoever serves the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import httpx
from prefect.blocks.core import Block
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError

CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 30.0
FILE_TIMEOUT_S = 120.0
LARGEST_FILE_BYTES = 1 << 30
DEFAULT_WAIT_S = 10.0

Status = Literal["starting", "processing", "succeeded", "failed", "canceled", "aborted"]
ENDED: frozenset[Status] = frozenset({"succeeded", "failed", "canceled", "aborted"})


class PredictionSeen(BaseModel):
    """What is used of a prediction; there is more in it.

    Attributes:
        input: None once its data were removed, an hour after it ended.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1)
    status: Status
    model: str = ""
    created_at: datetime | None = None
    started_at: datetime | None = None
    input: dict[str, Any] | None = None
    output: Any = None
    error: str | None = None
    data_removed: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        """The addresses of what it has made."""
        made = self.output if isinstance(self.output, list) else [self.output]
        return tuple(item for item in made if isinstance(item, str) and item.startswith("http"))


class ReplicateError(Exception):
    """Replicate did not do what it was asked."""


class Refused(ReplicateError):
    """It understood and will not: nothing was made, and the same would be refused again."""


class Throttled(ReplicateError):
    """Too many requests: nothing was made. `wait_s` is when it says to come back, in seconds."""

    def __init__(self, message: str, wait_s: float = DEFAULT_WAIT_S) -> None:
        super().__init__(message, wait_s)
        self.wait_s = wait_s


class NotReached(ReplicateError):
    """Nothing was sent: the same may be tried again."""


class Unanswered(ReplicateError):
    """It was sent, and whether it was taken can't be told: look for it before it is sent again."""


class FileGone(ReplicateError):
    """The file is no longer there."""


class ReplicateApi(Block):
    """An account at Replicate."""

    _block_type_name = "Replicate Account"
    _block_type_slug = "replicate-account"

    token: SecretStr = Field(description="The account's API token, r8_…")
    url: str = Field(default="https://api.replicate.com", description="Address of the API.")

    _client: httpx.Client | None = PrivateAttr(default=None)

    def create(
        self, model: str, inputs: dict[str, Any], *, webhook: str | None, cancel_after_s: int
    ) -> PredictionSeen:
        """Orders a prediction.

        Args:
            model: `owner/name`.
            inputs: by the model's own names.
            webhook: where its start and its end are told.
            cancel_after_s: by when it is given up, by Replicate itself.

        Raises:
            Refused, Throttled, NotReached: nothing was ordered.
            Unanswered: it may have been.
        """
        body: dict[str, Any] = {"input": inputs}
        if webhook:
            body |= {"webhook": webhook, "webhook_events_filter": ["start", "completed"]}
        answer = self._ask(
            "POST",
            f"/v1/models/{model}/predictions",
            json=body,
            headers={"Cancel-After": f"{cancel_after_s}s"},
        )
        return _read(answer)

    def get(self, prediction: str) -> PredictionSeen:
        """How a prediction is. Raises as `create`; `Refused` where there is none."""
        return _read(self._ask("GET", f"/v1/predictions/{prediction}"))

    def newest(self, since: datetime) -> Iterator[PredictionSeen]:
        """The account's predictions that were made since then, the newest first. Raises as `create`."""
        address: str | None = "/v1/predictions"
        while address:
            page = self._ask("GET", address).json()
            for item in page["results"]:
                seen = PredictionSeen.model_validate(item)
                if seen.created_at and seen.created_at < since:
                    return
                yield seen
            address = page.get("next")

    def cancel(self, prediction: str) -> PredictionSeen:
        """Stops a prediction, and returns how it is then. Raises as `create`."""
        return _read(self._ask("POST", f"/v1/predictions/{prediction}/cancel"))

    def download(self, address: str, destination: Path) -> None:
        """Copies a file out, whole or not at all. The token is not sent: the files' host is another.

        Raises:
            FileGone: it is not there, or not any more.
            NotReached: it did not come whole; it may the next time.
        """
        arriving = destination.with_name(f".{destination.name}.arriving")
        try:
            with httpx.stream("GET", address, timeout=FILE_TIMEOUT_S, follow_redirects=True) as answer:
                if answer.status_code in (401, 403, 404, 410):
                    raise FileGone(f"the file is gone (HTTP {answer.status_code})")
                answer.raise_for_status()
                _write(answer, arriving)
            arriving.replace(destination)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotReached(f"the file did not come whole: {error or type(error).__name__}") from error
        finally:
            arriving.unlink(missing_ok=True)

    def _ask(self, method: str, address: str, **options: Any) -> httpx.Response:
        try:
            answer = self._http().request(method, address, **options)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.UnsupportedProtocol,
        ) as error:
            raise NotReached(f"Replicate can't be reached: {error or type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise Unanswered(f"Replicate did not answer: {error or type(error).__name__}") from error
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise Throttled(_detail(answer), _wait_s(answer))
        if answer.is_server_error:
            raise Unanswered(f"Replicate answered {answer.status_code}: {_detail(answer)}")
        if answer.is_error:
            raise Refused(f"Replicate refused it ({answer.status_code}): {_detail(answer)}")
        return answer

    def _http(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(
                base_url=self.url,
                headers={
                    "Authorization": f"Bearer {self.token.get_secret_value()}",
                    "User-Agent": "reelflow",
                },
                timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            )
        return self._client


def _read(answer: httpx.Response) -> PredictionSeen:
    try:
        return PredictionSeen.model_validate_json(answer.content)
    except ValidationError as error:
        # It was taken, and what came back is no prediction: it must be looked for.
        raise Unanswered(f"Replicate's answer can't be read: {error.error_count()} faults in it") from error


def _detail(answer: httpx.Response) -> str:
    try:
        told = answer.json()
        return str(told.get("detail") or told.get("title") or "it said nothing")
    except (ValueError, AttributeError):
        return answer.text[:200] or "it said nothing"


def _wait_s(answer: httpx.Response) -> float:
    """When to come back: by its header, or by its words ("Your rate limit resets in ~30s.")."""
    header = answer.headers.get("retry-after", "")
    found = re.search(r"resets in ~?(\d+(?:\.\d+)?)\s*s", _detail(answer))
    told = header if re.fullmatch(r"\d+(\.\d+)?", header) else found[1] if found else ""
    return float(told) if told else DEFAULT_WAIT_S


def _write(answer: httpx.Response, arriving: Path) -> None:
    size = 0
    with arriving.open("wb") as file:
        for piece in answer.iter_bytes():
            size += len(piece)
            if size > LARGEST_FILE_BYTES:
                raise NotReached(f"the file is larger than {LARGEST_FILE_BYTES} bytes")
            file.write(piece)
    # httpx leaves a body that was cut off between two pieces of a proxy as it came.
    expected = answer.headers.get("content-length")
    if expected and "content-encoding" not in answer.headers and size != int(expected):
        raise NotReached(f"the file did not come whole: {size} of {expected} bytes")
