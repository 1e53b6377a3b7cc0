"""A thousand WebSockets on one server process: memory, delivery, and a restart in the middle.

They follow 50 films that tell of themselves twice a second. Every socket must get every event once and in
order, also over a restart of the server, after which all of them come back with the last sequence they saw.
Latency is from Redis's clock, in whole milliseconds, to the client, which runs on the same machine.

Run with ``python -m bench.sockets [--seconds 300] [--sockets 1000]``.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from redis import Redis
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from app import events, generations
from app.database import session
from app.events import sequence_of, stream_of
from app.requests import GenerationCreate
from app.settings import settings
from bench.films import ORDER, nothing_starts, signed_in
from bench.harness import Result, publish, result
from bench.serving import Server, application, parts, served

JOBS = 50
EVENTS_PER_S = 2.0
SAMPLE_S = 1.0
# Of a shorter run, a fifth.
WINDOW_S = 60.0
GROWTH = 1.05
AFTER_RESTART_S = 10.0
CATCHES_UP_WITHIN_S = 120.0
# A thousand at once would measure the queue of connections, not the sockets.
OPENED_AT_ONCE = 50


@dataclass
class Follower:
    """Follows a job for as long as it takes, and remembers what it was told and how late."""

    url: str
    job_id: UUID
    headers: dict[str, str]
    gate: asyncio.Semaphore
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    sequences: list[int] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    states: int = 0
    """How often it was given the state because what it had missed could not be told."""
    connections: int = 0

    async def follow(self) -> None:
        """Follows until it is cancelled, and comes back whenever it is cut off."""
        last: int | None = None
        while True:
            query = "" if last is None else f"?last_sequence={last}"
            address = f"{self.url}/ws/generations/{self.job_id}{query}"
            try:
                async with self.gate:
                    socket = await connect(address, additional_headers=self.headers, proxy=None)
                    await socket.recv()
                self.connections += 1
                async for text in socket:
                    last = self._note(json.loads(text), last)
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                pass
            self.opened.clear()
            await asyncio.sleep(0.5)

    def _note(self, message: dict, last: int | None) -> int | None:
        if message["type"] == "heartbeat":
            return last
        if message["type"] == "status":
            self.states += last is not None
        else:
            self.sequences.append(message["sequence"])
            self.late_ms.append(time.time() * 1000 - message["sequence"] // events.PER_MS)
        self.opened.set()
        return message["sequence"]


@dataclass
class Run:
    """What a run showed; memory in MiB by second, times in seconds."""

    memory: list[float]
    late_ms: list[float]
    opened_s: float
    back_s: float
    lost: int
    twice: int
    unordered: int
    states: int
    told: int


def main(arguments: list[str] | None = None) -> None:
    """Runs the benchmark and publishes it as ``sockets``."""
    parser = argparse.ArgumentParser(prog="bench.sockets")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--sockets", type=int, default=1000)
    asked = parser.parse_args(arguments or [])
    with parts() as home:
        nothing_starts()
        session_id, headers = signed_in()
        jobs = [_pending_job(session_id) for _ in range(JOBS)]
        server = application(home)
        with served(server):
            run = asyncio.run(_run(server, jobs, headers, asked.sockets, asked.seconds))
    publish("sockets", _results(run, asked.sockets, asked.seconds))


async def _run(
    server: Server, jobs: list[UUID], headers: dict[str, str], sockets: int, seconds: float
) -> Run:
    gate = asyncio.Semaphore(OPENED_AT_ONCE)
    url = server.url.replace("http", "ws")
    followers = [
        Follower(url, job, headers, gate) for job in itertools.islice(itertools.cycle(jobs), sockets)
    ]
    begun = time.monotonic()
    following = [asyncio.create_task(follower.follow()) for follower in followers]
    await _all_open(followers)
    opened_s = time.monotonic() - begun
    telling = asyncio.create_task(_tell(jobs))
    memory = await _sampled(server, seconds)
    late = list(itertools.chain.from_iterable(follower.late_ms for follower in followers))
    states = sum(follower.states for follower in followers)

    await asyncio.to_thread(server.stop)
    await asyncio.sleep(AFTER_RESTART_S / 2)
    begun = time.monotonic()
    await asyncio.to_thread(server.start, answers="/health")
    await _all_open(followers)
    back_s = time.monotonic() - begun
    await asyncio.sleep(AFTER_RESTART_S)
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    streams = await asyncio.to_thread(_streams, jobs)
    await _all_at(followers, streams)
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    return Run(
        memory=memory,
        late_ms=late,
        opened_s=opened_s,
        back_s=back_s,
        lost=sum(len(set(streams[f.job_id]) - set(f.sequences)) for f in followers),
        twice=sum(len(f.sequences) - len(set(f.sequences)) for f in followers),
        unordered=sum(f.sequences != sorted(f.sequences) for f in followers),
        states=sum(f.states for f in followers) - states,
        told=sum(len(f.sequences) for f in followers),
    )


async def _all_open(followers: list[Follower]) -> None:
    async with asyncio.timeout(CATCHES_UP_WITHIN_S):
        for follower in followers:
            await follower.opened.wait()


async def _all_at(followers: list[Follower], streams: dict[UUID, list[int]]) -> None:
    """Gives those who are behind the time to catch up; whoever doesn't has lost something."""
    for _ in range(int(CATCHES_UP_WITHIN_S / SAMPLE_S)):
        if all(follower.sequences[-1:] == streams[follower.job_id][-1:] for follower in followers):
            return
        await asyncio.sleep(SAMPLE_S)


async def _sampled(server: Server, seconds: float) -> list[float]:
    """The server's memory, once a second."""
    samples: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        samples.append(server.resident_mib())
        await asyncio.sleep(SAMPLE_S)
    return samples


async def _tell(jobs: list[UUID]) -> None:
    """Every job tells of itself at its rate, each at a moment of its own."""
    pause = 1 / EVENTS_PER_S / len(jobs)
    due = time.monotonic()
    for number in itertools.count():
        percent = number // len(jobs) % 100
        await asyncio.to_thread(
            events.tell, jobs[number % len(jobs)], "progress", progress=percent, clips={1: percent, 2: 0}
        )
        due += pause
        await asyncio.sleep(max(0.0, due - time.monotonic()))


def _streams(jobs: list[UUID]) -> dict[UUID, list[int]]:
    """What was told of each job: the sequences of its progress."""
    address = settings().redis_url
    assert address
    with Redis.from_url(address.get_secret_value(), decode_responses=True) as client:
        # Typed for every version of the protocol and every setting at once.
        entries: dict[UUID, Any] = {job: client.xrange(stream_of(job)) for job in jobs}
    return {
        job: [sequence_of(entry) for entry, fields in told if fields["kind"] == "progress"]
        for job, told in entries.items()
    }


def _pending_job(session_id: UUID) -> UUID:
    with session() as db:
        job, _ = generations.submit(db, session_id, GenerationCreate.model_validate(ORDER), None)
    events.status_changed(job.id, first=True)
    return job.id


def _results(run: Run, sockets: int, seconds: float) -> list[Result]:
    window = round(min(WINDOW_S, seconds / 5) / SAMPLE_S)
    first, last = statistics.median(run.memory[:window]), statistics.median(run.memory[-window:])
    ordered = sorted(run.late_ms)
    wrong = run.lost + run.twice + run.unordered
    return [
        result("sockets on one process", sockets, "sockets", target="≥ 1000", met=sockets >= 1000),
        result(
            f"memory after {seconds:.0f} s, beside the first minute",
            last,
            "MiB",
            baseline=first,
            target="≤ 5 % more",
            met=last <= first * GROWTH,
        ),
        result("memory at its peak", max(run.memory), "MiB"),
        result("all sockets open", run.opened_s, "s"),
        result("delivery, p50", ordered[len(ordered) // 2], "ms"),
        result("delivery, p99", ordered[int(len(ordered) * 0.99)], "ms"),
        result("events delivered", run.told, "events"),
        result(
            "lost, twice or out of order, a restart included", wrong, "events", target="none", met=wrong == 0
        ),
        result("sockets given the state, not the history, after it", run.states, "sockets"),
        result("all sockets back after the server's restart", run.back_s, "s"),
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
