"""`reelflow rehearse`: this checkout through its whole deployment, on an AWS that stands on this machine.

The flows, blocks and Terraform are those of production; what differs are endpoint URLs and credentials.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from prefect.client.orchestration import get_client
from pydantic import SecretStr
from rich.console import Console

from app.settings import settings
from blocks.environment import Environment
from commands.deployment import deploy, looking
from commands.deployment.bootstrap import bootstrap
from commands.deployment.deploy import Watcher
from commands.deployment.engine import deployment_engine, register
from commands.deployment.showing import watcher
from commands.deployments import CHECKOUT
from flows.deployment.options import Options
from sandbox.rehearsal.checkout import Change, copied
from sandbox.rehearsal.scenarios import SCENARIOS, Scenario
from sandbox.rehearsal.traffic import REQUESTS_PER_SECOND, Traffic, traffic
from sandbox.rehearsal.verdict import faults
from sandbox.running import Sandbox, sandbox

EngineChoice = Literal["auto", "docker", "process"]

NAME = "sandbox"
# An image that starts is no bad one, however slow the machine is.
TIMING = {"start_period_s": 300.0, "grace_period_s": 300.0, "breaker_failures": 2}
# One that never becomes healthy is waited for as long as that, each time that it is tried.
NEVER_HEALTHY = {"start_period_s": 60.0, "grace_period_s": 60.0}
# Nobody is there to be asked, and nothing is worth baking for as long as in production.
OPTIONS = Options(approval="never", bake_s=5.0, roll_out_deadline_s=900.0, lease_s=10.0)


@dataclass
class Rehearsal:
    """A rehearsal as it goes on.

    Attributes:
        aws: what stands in for AWS.
        api: of Prefect.
        scratch: where the changed checkouts are.
        good: the changes of all good releases so far.
        last_good: the release that was verified last.
        url: of the deployed API, once there is one.
    """

    aws: Sandbox
    api: str
    scratch: Path
    console: Console
    good: list[Scenario] = field(default_factory=list)
    last_good: str | None = None
    url: str | None = None

    def environment(self, checkout: Path) -> Environment:
        """The environment with another checkout as its source."""
        return Environment.from_checkout(
            NAME,
            checkout,
            region=self.aws.region,
            builder="docker" if self.aws.engine == "docker" else "archive",
            base_image=self.aws.base_image,
            variables={"prefect_api_url": self.api},
            backend=self.aws.state_backend(),
            terraform_environment={name: SecretStr(value) for name, value in self.aws.environment().items()},
        )

    def checkout(self, name: str, *changes: Change, source: Path = CHECKOUT) -> Path:
        """A copy of a checkout with changes."""
        made = copied(source, self.scratch / name)
        for change in changes:
            change(made)
        return made

    def play(self, scenario: Scenario, options: Options = OPTIONS) -> dict[str, Any]:
        """Deploys a scenario, with people using what serves, and tells whether it ended as it must."""
        self.console.rule(f"{scenario.name}: {scenario.story}", align="left")
        known = [each.change for each in (*self.good, scenario)]
        environment = self.environment(self.checkout(scenario.name, *known))
        if self.last_good is None:
            asyncio.run(bootstrap(environment))
        register(environment)
        with self.used() as used:
            deployed = self.deploy(environment, options, watcher(self.console, environment=NAME, wait=False))
        wrong = faults(scenario, deployed, last_good=self.last_good, failed_requests=used.failed)
        if deployed["verdict"] == "verified":
            self.last_good = deployed["release"]
            self.good.append(scenario)
            self._learn_url(environment)
        self._tell(scenario, deployed, wrong)
        return {
            "name": scenario.name,
            "verdict": "failed" if wrong else "passed",
            "seconds": deployed["seconds"],
            "stages": [
                {"name": s["name"], "verdict": s["status"], "seconds": s["seconds"]}
                for s in deployed["stages"]
            ],
            "serving_release": deployed["serving_release"],
            "cause": deployed["cause"],
            "requests": used.requests,
            "failed_requests": used.failed,
            "faults": wrong,
        }

    def deploy(self, environment: Environment, options: Options, told: Watcher) -> dict[str, Any]:
        """Deploys, and returns the deployment's document.

        Raises:
            KeyboardInterrupt: it was cancelled by Ctrl-C, which is meant for the whole rehearsal.
        """
        deployed = deploy.run(environment, options, told, self.api)
        if deployed["cancelled"]:
            raise KeyboardInterrupt
        return deployed

    @contextmanager
    def used(self) -> Iterator[Traffic]:
        """People use what serves while the block runs; nobody does before the first release."""
        if self.url is None:
            yield Traffic()
            return
        with traffic(self.url, per_second=REQUESTS_PER_SECOND) as counted:
            yield counted

    def _learn_url(self, environment: Environment) -> None:
        if self.url is None:
            outputs = asyncio.run(looking.environment_outputs(environment))
            self.url = environment.api(outputs).url()

    def _tell(self, scenario: Scenario, deployed: dict[str, Any], wrong: Sequence[str]) -> None:
        if deployed["cause"]:
            self.console.print(f"       {deployed['cause']}", highlight=False, soft_wrap=True)
        mark = "[red]failed[/]" if wrong else "[green]passed[/]"
        self.console.print(
            f"       {mark} in {deployed['seconds']:.0f} s; serving: {deployed['serving_release']}"
            + "".join(f"\n       [red]{fault}[/]" for fault in wrong),
            highlight=False,
            soft_wrap=True,
        )


@contextmanager
def rehearsal(
    console: Console,
    *,
    engine: EngineChoice = "auto",
    database_creation_s: float = 0.0,
    timing: Mapping[str, float] = MappingProxyType({}),
) -> Iterator[Rehearsal]:
    """A stand-in for AWS, and a Prefect of its own, for as long as the block runs.

    Args:
        console: where people read.
        engine: whether the image runs in containers or, without a Docker engine, as processes.
        database_creation_s: how long the stand-in takes to make the database; RDS takes 5 to 10 minutes.
        timing: fields of `sandbox.timing.Timing` that are to be others than a rehearsal's.

    Raises:
        ServiceFailed, SandboxFailed: a part did not come up.
    """
    home = settings().reelflow_home / "rehearsal"
    with ExitStack() as parts:
        scratch = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="reelflow-rehearsal-")))
        with console.status("Starting what stands in for AWS, and Prefect…"):
            aws = parts.enter_context(
                sandbox(
                    home / "aws",
                    engine=engine,
                    database_creation_s=database_creation_s,
                    timing=TIMING | dict(timing),
                )
            )
            os.environ.update(aws.environment())
            # A server of its own: films that are rehearsed are not to be made by anybody's other worker.
            os.environ.pop("PREFECT_API_URL", None)
            api = parts.enter_context(deployment_engine(NAME, home=home))
            _forget_unfinished_runs()
        console.print(f"AWS {aws.endpoint_url} ({aws.engine})  Prefect {api}", highlight=False)
        yield Rehearsal(aws, api, scratch, console)


def rehearse(
    console: Console,
    *,
    engine: EngineChoice,
    only: Sequence[str],
    keep: bool,
    database_creation_s: float = 0.0,
) -> dict[str, Any]:
    """Plays the scenarios in their order, and tells how each ended.

    Args:
        console, engine, database_creation_s: as of `rehearsal`.
        only: names of scenarios, which are played after the first deployment; none for all.
        keep: whether to leave everything running at the end, until Ctrl-C.

    Raises:
        ServiceFailed, SandboxFailed: a part did not come up.
    """
    started = time.monotonic()
    first, *others = SCENARIOS
    wanted = [first, *(each for each in others if not only or each.name in only)]
    timing = NEVER_HEALTHY if any("roll_out.unhealthy" in each.failure for each in wanted) else {}
    with rehearsal(console, engine=engine, database_creation_s=database_creation_s, timing=timing) as stage:
        played = []
        for scenario in wanted:
            played.append(stage.play(scenario))
            if stage.last_good is None:
                break
        document = {
            "ok": len(played) == len(wanted) and all(each["verdict"] == "passed" for each in played),
            "engine": stage.aws.engine,
            "seconds": round(time.monotonic() - started, 2),
            "scenarios": played,
        }
        if keep:
            wait(console, stage)
    return document


def _forget_unfinished_runs() -> None:
    """What a killed rehearsal has left would be taken up in this one."""
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs():
            if not (run.state and run.state.is_final()):
                client.delete_flow_run(run.id)


def wait(console: Console, stage: Rehearsal) -> None:
    """Leaves everything running until Ctrl-C, and says how other commands find it."""
    variables = {**stage.aws.environment(), "PREFECT_API_URL": stage.api}
    file = settings().reelflow_home / "rehearsal" / "environment"
    file.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()))
    console.print(
        f"Kept until Ctrl-C: the API {stage.url}, Prefect {stage.api.removesuffix('/api')}, "
        f"AWS {stage.aws.endpoint_url}\n"
        f"In another terminal: source {file}; reelflow status {NAME}",
        highlight=False,
        soft_wrap=True,
    )
    with suppress(KeyboardInterrupt):
        signal.pause()
    file.unlink()
