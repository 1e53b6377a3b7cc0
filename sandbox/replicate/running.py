"""`stand_in()`: a stand-in as a process of its own for as long as a block runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sandbox.errors import SandboxFailed
from sandbox.replicate.conduct import TOKEN

ENDS_WITHIN_S = 10.0


@dataclass(frozen=True)
class StandIn:
    """A running stand-in; `url` is what a client takes for Replicate's API, `token` the account's."""

    url: str
    token: str
    log: Path

    def environment(self) -> dict[str, str]:
        """The environment variables by which a process takes this for Replicate."""
        return {
            "REPLICATE_API_TOKEN": self.token,
            "REPLICATE_API_URL": self.url,
            "REPLICATE_WEBHOOK_SECRET": self.webhook_secret(),
        }

    def webhook_secret(self) -> str:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self._ask("GET", "/v1/webhooks/default/secret", headers=headers)["key"]

    def bill(self) -> dict[str, Any]:
        """All predictions, and `total_usd` as a decimal string."""
        return self._ask("GET", "/sandbox/bill")

    def fault(self, name: str, **settings: Any) -> None:
        """Switches a fault on; `sandbox.replicate.faults.Fault` says what there is.

        Raises:
            SandboxFailed: it is no fault.
        """
        self.faults([{"name": name, **settings}])

    def faults(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """Switches several on, or none of them. Raises as `fault`."""
        self._ask("POST", "/sandbox/faults", json=list(faults))

    def no_faults(self) -> None:
        self._ask("DELETE", "/sandbox/faults")

    def met(self) -> dict[str, int]:
        """How often each fault was met so far."""
        return self._ask("GET", "/sandbox/faults")["met"]

    def _ask(self, method: str, path: str, **given: Any) -> Any:
        with httpx.Client(base_url=self.url, trust_env=False) as client:
            answer = client.request(method, path, **given)
        if answer.is_error:
            raise SandboxFailed(answer.json()["detail"])
        return answer.json()


@contextmanager
def stand_in(home: Path, *options: str, port: int = 0, token: str = TOKEN) -> Iterator[StandIn]:
    """A stand-in that is ended with the block, and with this process.

    Args:
        home: its directory; what was ordered before is still on its bill.
        options: of `python -m sandbox.replicate`, such as `--quick`.
        port: of 127.0.0.1; a free one by default.

    Raises:
        SandboxFailed: it did not start.
    """
    home.mkdir(parents=True, exist_ok=True)
    log = home / "log"
    command = [sys.executable, "-m", "sandbox.replicate", "--home", str(home), "--token", token, *options]
    with log.open("a") as complaints:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--parent", str(os.getpid())],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            # A group of its own, so that what it draws is ended with it.
            start_new_session=True,
        )
    assert process.stdout
    try:
        url = process.stdout.readline().strip()
        if not url:
            raise SandboxFailed(f"The stand-in of Replicate did not start: {log.read_text()[-500:]}")
        yield StandIn(url, token, log)
    finally:
        process.terminate()
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
