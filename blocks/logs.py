"""A log group of CloudWatch Logs as a Prefect block."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import Field

from blocks.aws import AwsBlock, AwsMissing, aws_errors

FOLLOW_POLL_S = 1.0


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading a stream goes on."""

    token: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a log. `stream` names the container and the task."""

    at: datetime
    stream: str
    text: str


class LogGroup(AwsBlock):
    """A log group of CloudWatch Logs. Raises the errors of `blocks.aws`."""

    _block_type_name = "Log Group"
    _block_type_slug = "log-group"
    _description = "Reads what tasks wrote to CloudWatch Logs."
    _code_example = """```python
from blocks.logs import LogGroup

for line in LogGroup.load("prod-backend").lines(since=an_hour_ago, pattern="ERROR"):
    print(line.at, line.text)
```"""

    name: str = Field(title="Name", description="Of the log group, such as /ecs/prod/ai-video-backend.")

    def lines(self, *, since: datetime, pattern: str = "") -> Iterator[LogLine]:
        """The lines since a time, oldest first; only those that CloudWatch's filter pattern matches."""
        pages = self.client("logs").get_paginator("filter_log_events")
        options = {"filterPattern": pattern} if pattern else {}
        with aws_errors(f"read the logs of {self.name}"):
            for page in pages.paginate(
                logGroupName=self.name, startTime=int(since.timestamp() * 1000), **options
            ):
                for event in page["events"]:
                    yield _line(event)

    async def follow(self, on_line: Callable[[LogLine], None], *, since: datetime, pattern: str = "") -> None:
        """Hands out lines as they come, until it is cancelled."""
        told: set[tuple[datetime, str, str]] = set()
        while True:
            fresh = await asyncio.to_thread(
                lambda start: list(self.lines(since=start, pattern=pattern)), since
            )
            for line in fresh:
                if (line.at, line.stream, line.text) not in told:
                    on_line(line)
            if fresh:
                # Others of the same millisecond may come yet.
                since = fresh[-1].at
                told = {(line.at, line.stream, line.text) for line in fresh if line.at == since}
            await asyncio.sleep(FOLLOW_POLL_S)

    def read_stream(self, stream: str, position: Position | None = None) -> tuple[list[str], Position | None]:
        """The next lines of a stream, and where to go on; none of a stream that does not exist yet."""
        lines: list[str] = []
        while True:
            token = {"nextToken": position.token} if position else {}
            try:
                with aws_errors(f"read the log {stream}"):
                    answer = self.client("logs").get_log_events(
                        logGroupName=self.name, logStreamName=stream, startFromHead=True, **token
                    )
            except AwsMissing:
                return lines, position
            lines += [event["message"] for event in answer["events"]]
            following = Position(answer["nextForwardToken"])
            # At its end a stream answers with the token that it was asked with.
            if following == position or not answer["events"]:
                return lines, following
            position = following

    def last_lines(self, stream: str, most: int) -> list[str]:
        """The last lines of a stream, oldest first; none of a stream that does not exist."""
        try:
            with aws_errors(f"read the log {stream}"):
                answer = self.client("logs").get_log_events(
                    logGroupName=self.name, logStreamName=stream, startFromHead=False, limit=most
                )
        except AwsMissing:
            return []
        return [event["message"].rstrip("\n") for event in answer["events"]][-most:]


def _line(event: dict[str, object]) -> LogLine:
    at = datetime.fromtimestamp(int(str(event["timestamp"])) / 1000, UTC)
    return LogLine(at, str(event["logStreamName"]), str(event["message"]).rstrip("\n"))
