"""A stand-in in this process, with a clock that is set by hand, and a receiver of its webhooks."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.replicate.account import Account
from sandbox.replicate.app import create_app
from sandbox.replicate.conduct import TOKEN, Conduct

SEEDANCE = "/v1/models/bytedance/seedance-1-lite/predictions"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
# The smallest clip that there is.
CLIP = {"prompt": "a lighthouse at dusk", "duration": 2, "resolution": "480p", "seed": 1}


class Receiver(httpx.AsyncBaseTransport):
    """Takes webhooks; answers with `answers` first, and with 200 then."""

    def __init__(self) -> None:
        self.calls: list[httpx.Request] = []
        self.answers: list[int] = []
        self.came = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.calls.append(request)
        self.came.set()
        return httpx.Response(self.answers.pop(0) if self.answers else 200)

    async def number(self, count: int) -> None:
        """Returns when so many calls have come."""
        while len(self.calls) < count:
            self.came.clear()
            await self.came.wait()


@dataclasses.dataclass
class Standing:
    """A stand-in that runs, whoever calls it, and its clock's lead in seconds."""

    client: httpx.AsyncClient
    account: Account
    receiver: Receiver
    ahead: list[float]

    async def create(
        self, address: str = SEEDANCE, headers: dict[str, str] | None = None, **body: Any
    ) -> Any:
        """The answer to a create; of the smallest clip, where no input is given."""
        return await self.client.post(address, json={"input": CLIP, **body}, headers=headers)

    async def made(self, address: str = SEEDANCE, **body: Any) -> dict[str, Any]:
        """A prediction that has ended."""
        answer = await self.create(address, {"Prefer": "wait"}, **body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def fault(self, name: str, **settings: Any) -> None:
        answer = await self.client.post("/sandbox/faults", json={"name": name, **settings})
        assert answer.status_code == 200, answer.text


Test = Callable[[Standing], Awaitable[None]]


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Quick clips, made once for all tests of this process."""
    return tmp_path_factory.mktemp("clips")


@pytest.fixture
def conduct(tmp_path: Path, clips: Path) -> Conduct:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "cache").symlink_to(clips)
    return Conduct(home=tmp_path / "home", quick=True, start_s=0.0, held_s=0.0, webhook_pauses_s=(0.0, 0.0))


@asynccontextmanager
async def standing(conduct: Conduct) -> AsyncIterator[Standing]:
    """A stand-in for as long as the context lasts."""
    ahead, receiver = [0.0], Receiver()
    settings = dataclasses.replace(conduct, clock=lambda: time.time() + ahead[0])
    app = create_app(settings, webhook_transport=receiver)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://api.test", headers=HEADERS
        ) as client:
            yield Standing(client, app.state.account, receiver, ahead)


def play(conduct: Conduct, test: Test) -> None:
    """Runs a test against a stand-in of its own."""

    async def run() -> None:
        async with standing(conduct) as running:
            await test(running)

    asyncio.run(run())
