"""Terraform on one configuration and one state, as a Prefect block."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, SecretStr

from blocks.aws import AwsBlock, AwsMissing, aws_errors
from blocks.terraform.errors import LockHolder, StateNotSaved, TerraformFailed, failure
from blocks.terraform.events import Counted, Diagnostic, Event, diagnostic, outputs, parse
from blocks.terraform.outputs import Outputs, read_outputs
from blocks.terraform.plan import Plan, learn_secrets
from blocks.terraform.process import Ended, run
from blocks.terraform.redaction import Redactor

OnEvent = Callable[[Event], None]

VARIABLES_FILE = "reelflow.tfvars.json"
ERRORED_STATE = "errored.tfstate"
WITHHELD = "(withheld: the state could not be read, so that its secrets are not known)"
QUICK_S = 120.0
# Terraform takes options from these; a debug log holds secrets.
_NOT_INHERITED = ("TF_CLI_ARGS", "TF_LOG", "TF_DATA_DIR", "TF_WORKSPACE", "TF_INPUT")
_LEFT_BEHIND = shutil.ignore_patterns(".terraform", "*.tfstate", "*.tfstate.*", "*.tfplan", ".git")


def _ignore(_event: Event) -> None:
    pass


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

    Every instance works in a scratch copy of the configuration, which goes with it; call `init` first.
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
await workspace.init()
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
    secret_variables: dict[str, SecretStr] = Field(
        default={}, title="Secret variables", description="By name; masked wherever Terraform shows them."
    )
    backend_config: dict[str, str] = Field(
        default={}, title="Backend", description="What the configuration's `backend` block leaves open."
    )
    environment: dict[str, SecretStr] = Field(
        default={},
        title="Environment variables",
        description="For Terraform, added to those of this process.",
    )
    lock_timeout_s: int = Field(
        default=60,
        ge=0,
        title="Wait for the lock",
        description="Seconds, when somebody else holds the state.",
    )
    plan_deadline_s: float = Field(default=900, gt=0, title="Deadline of a plan", description="In seconds.")
    apply_deadline_s: float = Field(
        default=3600,
        gt=0,
        title="Deadline of an apply",
        description="In seconds; RDS alone may take 15 minutes.",
    )

    _scratch: tempfile.TemporaryDirectory[str] | None = PrivateAttr(default=None)
    _redactor: Redactor = PrivateAttr(default_factory=Redactor)
    _initialised: bool = PrivateAttr(default=False)

    async def init(self) -> None:
        """Makes the scratch copy and connects it with the state; does nothing the second time."""
        if self._initialised:
            return
        self._redactor = Redactor(self._known_secrets())
        scratch = self._scratch_copy()
        variables = {name: value.get_secret_value() for name, value in self.secret_variables.items()}
        file = scratch / VARIABLES_FILE
        file.touch(mode=0o600)
        file.write_text(json.dumps(self.variables | variables))
        backend = [f"-backend-config={name}={value}" for name, value in self.backend_config.items()]
        await self._run("init", "-json", "-input=false", *backend, deadline_s=self.plan_deadline_s)
        self._initialised = True

    async def validate_configuration(self) -> tuple[Diagnostic, ...]:
        """The warnings on the configuration.

        Raises:
            TerraformFailed: it has errors.
        """
        await self.init()
        ended = await self._terraform("validate", "-json", deadline_s=QUICK_S)
        try:
            found = json.loads(ended.stdout)["diagnostics"]
        except (ValueError, KeyError):
            found = []
        diagnostics = tuple(diagnostic(entry).redacted(self._redactor) for entry in found)
        if ended.code:
            raise failure("The configuration is not valid", diagnostics, self._redactor.text(ended.stderr))
        return diagnostics

    async def plan(self, out: Path, *, on_event: OnEvent = _ignore, destroy: bool = False) -> Plan:
        """Compares the configuration with the state and with AWS.

        Args:
            out: where to save the plan for `apply`; only its owner may read the file, it holds secrets.
            on_event: is told what happens while it does.
            destroy: plans the end of everything.
        """
        await self.init()
        out = _fresh(out)
        options = ["-destroy"] if destroy else []
        await self._run(
            *("plan", "-json", "-input=false", "-detailed-exitcode", f"-lock-timeout={self.lock_timeout_s}s"),
            *options,
            *self._variable_files(),
            f"-out={out}",
            deadline_s=self.plan_deadline_s,
            succeeds=(0, 2),
            on_event=on_event,
        )
        out.chmod(0o600)
        return Plan.from_document(await self._show(out), self._redactor)

    async def apply(self, planfile: Path, *, on_event: OnEvent = _ignore) -> Applied:
        """Does what a saved plan says.

        Raises:
            PlanStale: the state has changed since; nothing was done.
            StateNotSaved: something was done that the state does not know of.
        """
        await self.init()
        values: dict[str, Any] = {}
        counted: list[Counted] = []

        def hear(event: Event) -> None:
            if isinstance(event, Counted):
                counted.append(event)
            on_event(event)

        try:
            ended = await self._run(
                *("apply", "-json", "-input=false", f"-lock-timeout={self.lock_timeout_s}s"),
                _absolute(planfile),
                deadline_s=self.apply_deadline_s,
                on_event=hear,
                on_outputs=values.update,
                planfile=planfile,
            )
        except TerraformFailed as error:
            await self._keep_state(planfile, error)
            raise
        count = counted[-1] if counted else Counted("apply", 0, 0, 0)
        return Applied(count.add, count.change, count.remove, values, ended.seconds)

    async def outputs(self) -> Outputs:
        """The outputs of what has been applied.

        Raises:
            OutputsMissing: not all of them are there.
        """
        return read_outputs(await self.output_values())

    async def output_values(self) -> dict[str, Any]:
        """The outputs that are not sensitive, by name."""
        await self.init()
        ended = await self._run("output", "-json", deadline_s=QUICK_S)
        found = json.loads(ended.stdout)
        return {name: output["value"] for name, output in found.items() if not output.get("sensitive")}

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
        return LockHolder(
            id=lock["ID"],
            who=lock.get("Who", ""),
            operation=lock.get("Operation", "").removeprefix("OperationType").lower(),
            created=lock.get("Created", ""),
            version=lock.get("Version", ""),
            path=lock.get("Path", ""),
            info=lock.get("Info", ""),
        )

    async def force_unlock(self, lock_id: str) -> None:
        """Takes the state's lock from a holder that is dead."""
        await self.init()
        await self._run("force-unlock", "-force", lock_id, deadline_s=QUICK_S)

    async def _run(
        self,
        *arguments: str,
        deadline_s: float,
        succeeds: tuple[int, ...] = (0,),
        on_event: OnEvent = _ignore,
        on_outputs: Callable[[dict[str, Any]], None] = lambda _: None,
        planfile: Path | None = None,
    ) -> Ended:
        """Runs Terraform, reports its events, and raises what its diagnostics stand for."""
        diagnostics: list[Diagnostic] = []

        def hear(line: str) -> None:
            if (values := outputs(line)) is not None:
                on_outputs(self._redactor.value(values))
            event = parse(line)
            # They may quote secrets of the state, which is read only when there is something to tell.
            if isinstance(event, Diagnostic):
                diagnostics.append(event)
            elif event is not None:
                on_event(event)

        ended = await self._terraform(*arguments, deadline_s=deadline_s, on_line=hear)
        failed = ended.code not in succeeds
        told = await self._redacted(diagnostics, planfile) if diagnostics or failed else ()
        for event in told:
            on_event(event)
        if failed:
            raise failure(f"terraform {arguments[0]} failed", told, self._redactor.text(ended.stderr))
        return ended

    async def _redacted(self, diagnostics: list[Diagnostic], planfile: Path | None) -> tuple[Diagnostic, ...]:
        known = not self._initialised or await self._learn(planfile)
        told = dict.fromkeys(found.redacted(self._redactor) for found in diagnostics)
        if known:
            return tuple(told)
        return tuple(
            Diagnostic(found.severity, found.summary, WITHHELD, found.address, found.file, found.line)
            for found in told
        )

    async def _learn(self, planfile: Path | None) -> bool:
        """Learns the secrets of the state, and of a plan; False when they can't be read."""
        known = True
        for file in (None, planfile):
            if file is planfile is not None or file is None:
                try:
                    learn_secrets(await self._show(file), self._redactor)
                except (TerraformFailed, ValueError):
                    known = False
        return known

    async def _show(self, planfile: Path | None) -> Mapping[str, Any]:
        """The document of a saved plan, or of the state, with its secrets in it."""
        file = [_absolute(planfile)] if planfile else []
        ended = await self._terraform("show", "-json", *file, deadline_s=QUICK_S)
        if ended.code:
            raise TerraformFailed(
                "terraform show failed", "it could not read the plan or the state", "Plan again"
            )
        return json.loads(ended.stdout)

    async def _keep_state(self, planfile: Path, error: TerraformFailed) -> None:
        """Saves a state that Terraform could not: in its place, or else in a file beside the plan."""
        errored = self._scratch_copy() / ERRORED_STATE
        if not errored.exists():
            return
        pushed = await self._terraform("state", "push", ERRORED_STATE, deadline_s=QUICK_S)
        if pushed.code == 0:
            errored.unlink()
            return
        kept = _keep(errored, planfile)
        raise StateNotSaved(
            "Resources were changed and the state was not saved",
            error.cause,
            f"Don't plan or apply; run `terraform state push` with {kept} when the state can be reached",
            error.diagnostics,
            kept,
        ) from error

    async def _terraform(
        self, *arguments: str, deadline_s: float, on_line: Callable[[str], None] = lambda _: None
    ) -> Ended:
        # Imported here: a block is also shown and registered where no Terraform is.
        from stack.terraform import terraform_command

        scratch = self._scratch_copy()
        return await run(
            (*terraform_command(), *arguments),
            name=f"terraform {arguments[0]}",
            directory=scratch,
            environment=self._process_environment(),
            output=scratch.parent / "output",
            deadline_s=deadline_s,
            on_line=on_line,
        )

    def _variable_files(self) -> list[str]:
        return [f"-var-file={file}" for file in (*self.var_files, VARIABLES_FILE)]

    def _scratch_copy(self) -> Path:
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(
                prefix="reelflow-terraform-", ignore_cleanup_errors=True
            )
            shutil.copytree(self.directory, Path(self._scratch.name) / "configuration", ignore=_LEFT_BEHIND)
        return Path(self._scratch.name) / "configuration"

    def _process_environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        cache = Path.home() / ".terraform.d" / "plugin-cache"
        if "TF_PLUGIN_CACHE_DIR" not in inherited:
            cache.mkdir(parents=True, exist_ok=True)
        return {
            # Every scratch copy would download the provider anew.
            "TF_PLUGIN_CACHE_DIR": str(cache),
            "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
            **inherited,
            **self._aws_environment(),
            **{name: value.get_secret_value() for name, value in self.environment.items()},
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }

    def _aws_environment(self) -> dict[str, str]:
        given: dict[str, str | None] = {"AWS_REGION": self.region}
        if self.credentials:
            session = self.credentials.get_boto3_session()
            given["AWS_REGION"] = self.region or session.region_name
            given["AWS_ENDPOINT_URL"] = self.credentials.aws_client_parameters.endpoint_url
            if found := session.get_credentials():
                frozen = found.get_frozen_credentials()
                given |= {
                    "AWS_ACCESS_KEY_ID": frozen.access_key,
                    "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
                    "AWS_SESSION_TOKEN": frozen.token,
                }
        return {name: value for name, value in given.items() if value}

    def _known_secrets(self) -> list[str]:
        aws = self._aws_environment()
        return [
            *(value.get_secret_value() for value in self.secret_variables.values()),
            *(value.get_secret_value() for value in self.environment.values()),
            *(aws[name] for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN") if name in aws),
            *(
                os.environ[name]
                for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
                if name in os.environ
            ),
        ]


def _fresh(file: Path) -> Path:
    """The file's absolute path, with nothing there yet."""
    file = file.absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    return file


def _absolute(file: Path) -> str:
    return str(file.absolute())


def _keep(errored: Path, planfile: Path) -> Path:
    """Puts a state beside the plan, for its owner's eyes only."""
    kept = planfile.absolute().with_name(ERRORED_STATE)
    kept.touch(mode=0o600)
    shutil.copyfile(errored, kept)
    return kept
