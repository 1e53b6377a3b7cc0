"""Terraform on one configuration and one state, as a Prefect block."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prefect.types import SecretDict
from pydantic import Field, PrivateAttr, SecretStr, field_validator

from blocks.aws import AwsBlock, AwsMissing, aws_errors
from blocks.terraform.errors import LockHolder, TerraformFailed
from blocks.terraform.events import Counted, Diagnostic, Event
from blocks.terraform.outputs import Outputs, read_outputs
from blocks.terraform.plan import Plan
from blocks.terraform.plan_document import read_plan
from blocks.terraform.process_environment import aws_environment, process_environment, secrets_of
from blocks.terraform.redaction import Redactor
from blocks.terraform.runner import QUICK_S, OnEvent, Runner, fresh, ignore, state_name


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did.

    Attributes:
        added, changed, removed: numbers of resources.
        values: the outputs that are not sensitive, by name.
        seconds: how long it took.
    """

    added: int
    changed: int
    removed: int
    values: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def outputs(self) -> Outputs:
        """The outputs as a typed value. Raises `OutputsMissing`."""
        return read_outputs(self.values)


class TerraformWorkspace(AwsBlock):
    """Terraform on one configuration and one state.

    Every instance works in a scratch copy of the configuration, which goes with it.
    What it returns, raises and reports has no secrets in it. Its methods raise `TerraformFailed` when
    Terraform ends with errors, of which `StateLocked` and `PlanStale` are kinds, `TerraformDeadline` when it
    takes too long, and `TerraformMissing` when there is none. When the caller is cancelled, Terraform is
    interrupted, and given time to save its state.
    """

    _block_type_name = "Terraform Workspace"
    _block_type_slug = "terraform-workspace"
    _description = "Plans and applies one Terraform configuration on one state."
    _code_example = """```python
from blocks.terraform import TerraformWorkspace

workspace = TerraformWorkspace.load("prod")
plan = await workspace.plan(Path("prod.tfplan"))
```"""

    directory: Path = Field(title="Directory", description="The root module of the configuration.")
    var_files: tuple[Path, ...] = Field(
        default=(),
        title="Variable files",
        description="Of `.tfvars`, relative to the directory; the last wins.",
    )
    variables: dict[str, Any] = Field(
        default={}, title="Variables", description="By name; they win over the files."
    )
    # Of a dictionary of secrets Prefect's server would show the values; of a secret dictionary it doesn't.
    secret_variables: SecretDict = Field(
        default=SecretDict({}),
        title="Secret variables",
        description="By name; masked wherever Terraform shows them.",
    )
    backend_config: dict[str, str] = Field(
        default={}, title="Backend", description="What the configuration's `backend` block leaves open."
    )
    environment: SecretDict = Field(
        default=SecretDict({}),
        title="Environment variables",
        description="For Terraform, added to those of this process.",
    )
    lock_timeout_s: int = Field(
        default=60, ge=0, title="Wait for the lock", description="In seconds, when somebody else holds it."
    )
    plan_deadline_s: float = Field(default=900, gt=0, title="Deadline of a plan", description="In seconds.")
    apply_deadline_s: float = Field(
        default=3600,
        gt=0,
        title="Deadline of an apply",
        description="In seconds; RDS alone may take 15 minutes.",
    )

    _runner: Runner | None = PrivateAttr(default=None)
    _making: asyncio.Lock = PrivateAttr(default_factory=asyncio.Lock)

    def __getstate__(self) -> dict[Any, Any]:
        # A copy in another process makes its own scratch copy.
        return super().__getstate__() | {"__pydantic_private__": None}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        self.model_post_init(None)

    @field_validator("secret_variables", "environment", mode="before")
    @classmethod
    def _revealed(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {name: v.get_secret_value() if isinstance(v, SecretStr) else v for name, v in given.items()}

    def varied(self, **changes: Any) -> TerraformWorkspace:
        """The same with other fields, and a scratch copy of its own, which a copy by pydantic would share."""
        return type(self)(**{name: getattr(self, name) for name in type(self).model_fields} | changes)

    async def init(self) -> None:
        """Makes the scratch copy and connects it with the state; does nothing the second time."""
        await self._ready()

    async def validate_configuration(self) -> tuple[Diagnostic, ...]:
        """The warnings on the configuration.

        Raises:
            TerraformFailed: it has errors.
        """
        return await (await self._ready()).validate()

    async def plan(self, out: Path, *, on_event: OnEvent = ignore, destroy: bool = False) -> Plan:
        """Compares the configuration with the state and with AWS.

        Args:
            out: where to save the plan for `apply`; only its owner may read the file, it holds secrets.
            on_event: is told what happens while it does.
            destroy: plans the end of everything.
        """
        runner = await self._ready()
        out = fresh(out)
        await runner.run(
            *("plan", "-json", "-input=false", "-detailed-exitcode", f"-lock-timeout={self.lock_timeout_s}s"),
            *(["-destroy"] if destroy else []),
            *runner.variable_options,
            f"-out={out}",
            deadline_s=self.plan_deadline_s,
            succeeds=(0, 2),
            on_event=on_event,
        )
        out.chmod(0o600)
        return read_plan(await runner.show(out), runner.redactor)

    async def apply(self, planfile: Path, *, on_event: OnEvent = ignore) -> Applied:
        """Does what a saved plan says.

        Raises:
            PlanStale: the state has changed since; nothing was done.
            StateNotSaved: something was done that the state does not know of.
        """
        runner = await self._ready()
        values: dict[str, Any] = {}
        count = Counted("apply", 0, 0, 0)

        def hear(event: Event) -> None:
            nonlocal count
            if isinstance(event, Counted):
                count = event
            on_event(event)

        try:
            ended = await runner.run(
                *("apply", "-json", "-input=false", f"-lock-timeout={self.lock_timeout_s}s"),
                str(planfile.absolute()),  # noqa: ASYNC240 - looks at no file
                deadline_s=self.apply_deadline_s,
                on_event=hear,
                on_outputs=values.update,
                planfile=planfile,
            )
        except TerraformFailed as error:
            await runner.keep_state(planfile, error)
            raise
        return Applied(count.add, count.change, count.remove, values, ended.seconds)

    async def outputs(self) -> Outputs:
        """The outputs of what has been applied.

        Raises:
            OutputsMissing: not all of them are there.
        """
        return read_outputs(await self.output_values())

    async def output_values(self) -> dict[str, Any]:
        """The outputs that are not sensitive, by name."""
        ended = await (await self._ready()).run("output", "-json", deadline_s=QUICK_S)
        found = json.loads(ended.stdout)
        return {name: output["value"] for name, output in found.items() if not output.get("sensitive")}

    async def reassign(self, address: str, identity: str) -> None:
        """Has the state know another thing under an address; nothing in AWS changes.

        Args:
            identity: the id under which Terraform imports that thing.

        Raises:
            TerraformFailed: there is no such thing, or no such address in the configuration. Asked again, it
                goes on.
        """
        runner, wait = await self._ready(), f"-lock-timeout={self.lock_timeout_s}s"
        listed = await runner.run("state", "list", deadline_s=QUICK_S)
        if address in listed.stdout.splitlines():
            await runner.run("state", "rm", wait, address, deadline_s=QUICK_S)
        await runner.run(
            *("import", "-input=false", "-no-color", wait, *runner.variable_options, address, identity),
            deadline_s=self.plan_deadline_s,
        )

    def state_lock(self) -> LockHolder | None:
        """Who holds the lock of a state in S3 now; None when nobody does."""
        bucket, key = self.backend_config.get("bucket"), self.backend_config.get("key")
        if not bucket or not key:
            return None
        try:
            with aws_errors(f"look up the lock of the state {key}"):
                answer = self.client("s3").get_object(Bucket=bucket, Key=f"{key}.tflock")
                lock = json.loads(answer["Body"].read())
        except AwsMissing:
            return None
        return LockHolder.read(lock)

    async def force_unlock(self, lock_id: str) -> None:
        """Takes the state's lock from a holder that is dead.

        A Terraform whose parent was killed goes on by itself: when one of this state runs on this machine,
        its end is waited for, and only a lock that is still there then is taken.

        Raises:
            TerraformDeadline: such a one still runs.
        """
        runner = await self._ready()
        await runner.await_orphans(self.apply_deadline_s)
        if "bucket" in self.backend_config:
            holder = self.state_lock()
            if holder is None or holder.id != lock_id:
                return
        await runner.run("force-unlock", "-force", lock_id, deadline_s=QUICK_S)

    async def _ready(self) -> Runner:
        async with self._making:
            if self._runner is None:
                self._runner = await self._made()
            return self._runner

    async def _made(self) -> Runner:
        aws = aws_environment(self.region, self.credentials)
        given, secrets = self.environment.get_secret_value(), self.secret_variables.get_secret_value()
        runner = Runner(
            self.directory,
            state=state_name(self.directory, self.backend_config),
            variables=self.variables | secrets,
            variable_files=self.var_files,
            environment=process_environment(os.environ, aws, given),
            redactor=Redactor([*secrets.values(), *secrets_of(os.environ, aws, given)]),
        )
        await runner.init(self.backend_config, self.plan_deadline_s)
        return runner
