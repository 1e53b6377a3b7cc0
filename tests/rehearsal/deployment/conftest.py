"""The whole stand-in for AWS and a Prefect server, with an environment that can be deployed to."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from pydantic import SecretStr
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from blocks.ecs import EcsService
from blocks.environment import Environment
from blocks.record_store import RecordStore, records_of
from commands.deployment.bootstrap import bootstrap
from flows.deployment import journal, lock
from flows.deployment.release import Release, Status
from sandbox.rehearsal.checkout import copied
from sandbox.running import Sandbox, sandbox
from stack import prefect_server

CHECKOUT = Path(__file__).parents[3]
NAME = "sandbox"
REACHED_WITHIN_S = 300.0


@dataclass
class Deployer:
    """Deploys checkouts to the sandbox, each time in a process of its own.

    Attributes:
        written: all that the processes have written.
    """

    aws: Sandbox
    prefect_api: str
    scratch: Path
    environment: Environment
    written: list[str]

    def ship(self, checkout: Path) -> None:
        """Has the next deployments ship a checkout."""
        terraform = self.environment.terraform.model_copy(
            update={"directory": checkout / "infra" / "terraform"}
        )
        self.environment = self.environment.model_copy(update={"source": checkout, "terraform": terraform})
        self.environment.save(NAME, overwrite=True)

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.rehearsal.deployment.deploying"],
            cwd=CHECKOUT,
            env=os.environ | {"PREFECT_API_URL": self.prefect_api},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def deploy(self) -> int:
        return self.end(self.start())

    def end(self, process: subprocess.Popen[str]) -> int:
        self.written.append(process.communicate(timeout=600)[0])
        return process.returncode

    def kill_in(self, stage: str) -> None:
        """Deploys, and kills that as soon as it is at a stage."""
        before = self._at(stage)

        def there() -> bool:
            now = self._at(stage)
            return now != before and now[0] == "running"

        self.kill_when(there, f"at {stage}")

    def kill_when(self, there: Callable[[], bool], words: str) -> None:
        """Deploys, and kills that as soon as it is there."""
        process = self.start()
        poll = Retrying(
            stop=stop_after_delay(REACHED_WITHIN_S),
            wait=wait_fixed(0.01),
            retry=retry_if_result(lambda held: not held),
        )
        poll(lambda: there() or process.poll() is not None)
        ended = process.poll() is not None
        process.kill()
        self.end(process)
        assert not ended, f"it ended before it was {words}:\n{self.written[-1][-3000:]}"

    @property
    def records(self) -> RecordStore:
        return records_of(self.environment)

    @property
    def newest(self) -> Release | None:
        return journal.newest(self.records, NAME)

    @property
    def statuses(self) -> list[Status]:
        found = [journal.read(self.records, NAME, each) for each in journal.ids(self.records, NAME)]
        return [release.status for release in found if release]

    @property
    def locked(self) -> bool:
        """Whether the environment, or Terraform's state, is locked."""
        return (
            lock.holder(self.records, NAME) is not None or self.environment.terraform.state_lock() is not None
        )

    def running(self) -> dict[str, str]:
        """The task definition that each service is to run, by what ECS says."""
        return {name: service.running().task_definition for name, service in self._services.items()}

    @cached_property
    def _services(self) -> dict[str, EcsService]:
        outputs = asyncio.run(self.environment.terraform.outputs())
        return {name: self.environment.service(outputs, name) for name in outputs.services}

    def _at(self, stage: str) -> tuple[str, str, int]:
        release = self.newest
        found = release.stage(stage) if release else None
        return (found.status, str(found.started), found.attempts) if found else ("", "", 0)


@pytest.fixture(scope="module")
def deployer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployer]:
    """An environment with nothing in it but what is there before Terraform."""
    home = tmp_path_factory.mktemp("deployment")
    server = prefect_server.embedded_prefect(home)
    with pytest.MonkeyPatch.context() as patch, sandbox(home / "aws", engine="process") as aws:
        for name, value in aws.environment().items():
            patch.setenv(name, value)
        api = prefect_server.api_url(server.acquire().port)
        checkout = copied(CHECKOUT, home / "checkout")
        environment = Environment.from_checkout(
            NAME,
            checkout,
            region=aws.region,
            builder="archive",
            variables={"prefect_api_url": api},
            backend=aws.state_backend(),
            terraform_environment={name: SecretStr(value) for name, value in aws.environment().items()},
        )
        with temporary_settings({PREFECT_API_URL: api}):
            asyncio.run(bootstrap(environment))
            environment.save(NAME, overwrite=True)
            yield Deployer(aws, api, home, environment, [])
        server.stop()
