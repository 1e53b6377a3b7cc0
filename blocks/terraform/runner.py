"""Runs Terraform in a scratch copy of a configuration, and lets nothing secret out of what it says."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blocks.terraform.errors import StateNotSaved, TerraformDeadline, TerraformFailed, failure
from blocks.terraform.events import Diagnostic, Event, diagnostic, outputs, parse
from blocks.terraform.plan_document import learn_secrets
from blocks.terraform.process import Ended, run
from blocks.terraform.redaction import Redactor
from stack.processes import marked
from stack.terraform import terraform_command

OnEvent = Callable[[Event], None]

VARIABLES_FILE = "reelflow.tfvars.json"
ERRORED_STATE = "errored.tfstate"
WITHHELD = "(withheld: the state could not be read, so that its secrets are not known)"
QUICK_S = 120.0
ORPHAN_POLL_S = 0.5
# In the environment of every Terraform: tells on this machine on which state it works.
STATE_MARK = "REELFLOW_TERRAFORM_STATE"
LEFT_BEHIND = shutil.ignore_patterns(".terraform", "*.tfstate", "*.tfstate.*", "*.tfplan", ".git")


def ignore(_event: Event) -> None:
    """What is done with events that nobody asked for."""


class Runner:
    """Terraform in a scratch copy of a configuration, which goes with this object.

    Args:
        directory: the configuration's root module.
        state: what names the state that it is about, on this machine.
        variables: written to a file that only its owner may read; `variable_files` end with it.
        variable_files: relative to the directory.
        environment: of its processes.
        redactor: the secrets that are known beforehand.
    """

    def __init__(
        self,
        directory: Path,
        *,
        state: str,
        variables: Mapping[str, Any],
        variable_files: Sequence[Path],
        environment: Mapping[str, str],
        redactor: Redactor,
    ) -> None:
        self.redactor = redactor
        self._state = state
        self._environment = {**environment, STATE_MARK: state}
        self._scratch = tempfile.TemporaryDirectory(prefix="reelflow-terraform-", ignore_cleanup_errors=True)
        self._directory = Path(self._scratch.name) / "configuration"
        shutil.copytree(directory, self._directory, ignore=LEFT_BEHIND)
        file = self._directory / VARIABLES_FILE
        file.touch(mode=0o600)
        file.write_text(json.dumps(variables))
        self.variable_options = [f"-var-file={name}" for name in (*variable_files, VARIABLES_FILE)]
        self._knows_state = False

    async def init(self, backend: Mapping[str, str], deadline_s: float) -> None:
        """Connects the scratch copy with the state."""
        options = [f"-backend-config={name}={value}" for name, value in backend.items()]
        await self.run("init", "-json", "-input=false", *options, deadline_s=deadline_s)
        self._knows_state = True

    async def validate(self) -> tuple[Diagnostic, ...]:
        """The warnings on the configuration. Raises TerraformFailed for errors."""
        ended = await self._terraform("validate", "-json", deadline_s=QUICK_S)
        try:
            found = json.loads(ended.stdout)["diagnostics"]
        except (ValueError, KeyError):
            found = []
        diagnostics = tuple(diagnostic(entry).redacted(self.redactor) for entry in found)
        if ended.code:
            raise failure("The configuration is not valid", diagnostics, self.redactor.text(ended.stderr))
        return diagnostics

    async def run(
        self,
        *arguments: str,
        deadline_s: float,
        succeeds: tuple[int, ...] = (0,),
        on_event: OnEvent = ignore,
        on_outputs: Callable[[dict[str, Any]], None] = lambda _: None,
        planfile: Path | None = None,
    ) -> Ended:
        """Runs Terraform, reports its events, and raises what its diagnostics stand for.

        Args:
            succeeds: the exit codes that are no failure.
            on_outputs: is given the outputs' values that are not sensitive.
            planfile: of which it may quote secrets.
        """
        diagnostics: list[Diagnostic] = []

        def hear(line: str) -> None:
            if (values := outputs(line)) is not None:
                on_outputs(values)
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
            raise failure(f"terraform {arguments[0]} failed", told, self.redactor.text(ended.stderr))
        return ended

    async def show(self, planfile: Path | None = None) -> Mapping[str, Any]:
        """The document of a saved plan, or of the state, with its secrets in it.

        Raises:
            TerraformFailed: it could not be read, or not be written out whole.
        """
        file = [_absolute(planfile)] if planfile else []
        ended = await self._terraform("show", "-json", *file, deadline_s=QUICK_S)
        if ended.code:
            raise TerraformFailed(
                "terraform show failed", "it could not read the plan or the state", "Plan again"
            )
        try:
            return json.loads(ended.stdout)
        except ValueError as error:
            # It ends with 0 all the same where its output finds no room.
            raise TerraformFailed(
                "terraform show broke off",
                f"of its answer {len(ended.stdout):,} characters arrived, and they are no whole document",
                f"See whether {self._scratch.name} has room; then plan again",
            ) from error

    async def keep_state(self, planfile: Path, error: TerraformFailed) -> None:
        """Saves a state that Terraform could not: in its place, or else in a file beside the plan.

        Raises:
            StateNotSaved: it is in that file.
        """
        errored = self._directory / ERRORED_STATE
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

    async def await_orphans(self, deadline_s: float) -> None:
        """Waits for the end of any Terraform on this machine that works on the same state.

        Raises:
            TerraformDeadline: one still runs.
        """
        until = time.monotonic() + deadline_s
        while orphans := await asyncio.to_thread(marked, STATE_MARK, self._state):
            if time.monotonic() > until:
                raise TerraformDeadline(
                    "The state was not unlocked",
                    f"a Terraform whose parent is dead works on it still (process {orphans[0].pid})",
                    "Wait for it, or interrupt it once: it saves the state and unlocks it",
                )
            await asyncio.sleep(ORPHAN_POLL_S)

    async def _redacted(self, diagnostics: list[Diagnostic], planfile: Path | None) -> tuple[Diagnostic, ...]:
        known = not self._knows_state or await self._learn(planfile)
        told = dict.fromkeys(found.redacted(self.redactor) for found in diagnostics)
        if known:
            return tuple(told)
        return tuple(
            Diagnostic(found.severity, found.summary, WITHHELD, found.address, found.file, found.line)
            for found in told
        )

    async def _learn(self, planfile: Path | None) -> bool:
        """Learns the secrets of the state, and of a plan; False when they can't be read."""
        try:
            learn_secrets(await self.show(), self.redactor)
            if planfile:
                learn_secrets(await self.show(planfile), self.redactor)
        except (TerraformFailed, ValueError):
            return False
        return True

    async def _terraform(
        self, *arguments: str, deadline_s: float, on_line: Callable[[str], None] = lambda _: None
    ) -> Ended:
        return await run(
            (*terraform_command(), *arguments),
            name=f"terraform {arguments[0]}",
            directory=self._directory,
            environment=self._environment,
            output=Path(self._scratch.name) / "output",
            deadline_s=deadline_s,
            on_line=on_line,
        )


def state_name(directory: Path, backend: Mapping[str, str]) -> str:
    """What names a state on this machine."""
    # A rollback works on the same state from another directory; a local state is in the directory.
    return json.dumps([*([] if "key" in backend else [str(directory.absolute())]), sorted(backend.items())])


def fresh(file: Path) -> Path:
    """The file's absolute path, with nothing there yet."""
    file = file.absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    return file


def _absolute(file: Path) -> str:
    return os.fspath(file.absolute())


def _keep(errored: Path, planfile: Path) -> Path:
    """Puts a state beside the plan, for its owner's eyes only."""
    kept = planfile.absolute().with_name(ERRORED_STATE)
    kept.touch(mode=0o600)
    shutil.copyfile(errored, kept)
    return kept
