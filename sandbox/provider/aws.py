"""The AWS that the provider talks to: one endpoint on this machine, one client per service."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import StructureShape

# More than Terraform's default parallelism, so that no call waits for a connection.
CONNECTIONS = 32
POLL_S = 0.25


class NotLoopback(ValueError):
    """An endpoint that is not on this machine: this provider is for rehearsals only."""


class Stopped(RuntimeError):
    """Terraform asked the provider to stop while it waited."""


class Aws:
    """Clients of one endpoint, and what the provider's configuration says."""

    def __init__(self, *, endpoint_url: str, region: str) -> None:
        """Checks the endpoint.

        Raises:
            NotLoopback: it is not an address of this machine.
        """
        _refuse_all_but_loopback(endpoint_url)
        self.endpoint_url = endpoint_url
        self.region = region
        self.default_tags: Mapping[str, str] = {}
        self.stopping = threading.Event()
        self._clients: dict[str, BaseClient] = {}
        self._lock = threading.Lock()
        self._session = boto3.Session(
            aws_access_key_id="rehearsal", aws_secret_access_key="rehearsal", region_name=region
        )

    def client(self, service: str) -> Any:
        """The client of a service, by boto3's name of it."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(
                    service,  # pyright: ignore[reportArgumentType]
                    endpoint_url=self.endpoint_url,
                    config=Config(
                        retries={"mode": "standard", "max_attempts": 5},
                        max_pool_connections=CONNECTIONS,
                        s3={"addressing_style": "path"},
                        # A proxy of the environment must not come between.
                        proxies={},
                    ),
                )
            return self._clients[service]

    def input_of(self, service: str, operation: str) -> StructureShape:
        """The model of an operation's input."""
        shape = self.client(service).meta.service_model.operation_model(operation).input_shape
        assert shape
        return shape

    @cached_property
    def account_id(self) -> str:
        """Whose credentials these are."""
        return self.client("sts").get_caller_identity()["Account"]

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """An ARN in this account; ``region`` is "" for a service without regions."""
        where = self.region if region is None else region
        return f"arn:aws:{service}:{where}:{self.account_id}:{resource}"

    def wait(self, done: Callable[[], bool], *, deadline_s: float, what: str) -> None:
        """Asks until something is so.

        Raises:
            Stopped: Terraform asked to stop.
            TimeoutError: it was not so before the deadline.
        """
        end = time.monotonic() + deadline_s
        while not done():
            if time.monotonic() > end:
                raise TimeoutError(f"{what} took longer than {deadline_s:g} seconds")
            if self.stopping.wait(POLL_S):
                raise Stopped(f"stopped while waiting for {what}")


def error_code(error: ClientError) -> str:
    """The API's name of an error."""
    return error.response.get("Error", {}).get("Code", "")


def _refuse_all_but_loopback(endpoint_url: str) -> None:
    host = urlsplit(endpoint_url).hostname or ""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise NotLoopback(
            f"{endpoint_url} is not on this machine. The rehearsal's provider never talks to AWS itself: "
            "give it the sandbox's endpoint, or unset TF_REATTACH_PROVIDERS to use the AWS provider."
        )
