"""The workspace with the real Terraform, on a stack that needs no provider."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from prefect.types import SecretDict

from blocks.terraform import (
    MASK,
    Counted,
    Diagnostic,
    Event,
    Operation,
    OutputsMissing,
    PlanStale,
    Refreshed,
    StateLocked,
    TerraformDeadline,
    TerraformFailed,
    TerraformWorkspace,
)
from blocks.terraform import runner as runner_module
from blocks.terraform.process import Ended
from blocks.terraform.process_environment import PROJECT

CONFIGURATION = Path(__file__).parent / "configuration"
CANARY = "canary-5up3r-s3cret"

pytestmark = pytest.mark.anyio

Make = Callable[..., TerraformWorkspace]


@pytest.fixture
def workspace(tmp_path: Path) -> Make:
    """Makes a workspace on the same state each time."""

    def make(directory: Path = CONFIGURATION, **variables: Any) -> TerraformWorkspace:
        return TerraformWorkspace(
            directory=directory,
            variables=variables,
            secret_variables=SecretDict({"password": CANARY}),
            backend_config={"path": str(tmp_path / "terraform.tfstate")},
            lock_timeout_s=0,
        )

    return make


async def applied(workspace: TerraformWorkspace, planfile: Path) -> None:
    await workspace.plan(planfile)
    await workspace.apply(planfile)


async def test_plan_apply_and_plan_again(workspace: Make, tmp_path: Path) -> None:
    told: list[Event] = []
    first = workspace(size=2)
    plan = await first.plan(tmp_path / "plan", on_event=told.append)
    assert plan.summary().create == 4
    assert Counted("plan", 4, 0, 0) in told
    assert (tmp_path / "plan").stat().st_mode & 0o777 == 0o600

    told.clear()
    done = await first.apply(tmp_path / "plan", on_event=told.append)
    assert (done.added, done.changed, done.removed) == (4, 0, 0)
    assert done.values["note"] == "hello"
    assert "password" not in done.values
    assert {e.phase for e in told if isinstance(e, Operation)} == {"started", "completed"}

    told.clear()
    again = await workspace(size=2).plan(tmp_path / "again", on_event=told.append)
    assert again.is_empty
    assert len([e for e in told if isinstance(e, Refreshed)]) == 4
    assert (await first.output_values())["service"]["tasks"] == 2


async def test_an_answer_that_found_no_room_is_told(
    workspace: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = runner_module.run

    async def full(command: Sequence[str], **options: Any) -> Ended:
        ended = await real(command, **options)
        return replace(ended, stdout=ended.stdout[:100]) if "show" in command else ended

    monkeypatch.setattr(runner_module, "run", full)
    with pytest.raises(TerraformFailed, match="100 characters arrived"):
        await workspace().plan(tmp_path / "plan")


async def test_variables_win_over_files(workspace: Make, tmp_path: Path) -> None:
    directory = tmp_path / "configuration"
    directory.mkdir()
    (directory / "main.tf").write_text((CONFIGURATION / "main.tf").read_text())
    (directory / "prod.tfvars").write_text('size = 5\nnote = "of the file"\n')
    given = workspace(directory, size=1).model_copy(update={"var_files": (Path("prod.tfvars"),)})
    plan = await given.plan(tmp_path / "plan")
    assert plan.summary().create == 3
    assert next(o for o in plan.outputs if o.name == "note").after == "of the file"


async def test_the_source_is_left_as_it_is(workspace: Make, tmp_path: Path) -> None:
    before = sorted(CONFIGURATION.rglob("*"))
    await applied(workspace(), tmp_path / "plan")
    assert sorted(CONFIGURATION.rglob("*")) == before


async def test_a_stale_plan_is_refused(workspace: Make, tmp_path: Path) -> None:
    await workspace().plan(tmp_path / "old")
    await applied(workspace(), tmp_path / "new")
    with pytest.raises(PlanStale):
        await workspace().apply(tmp_path / "old")


async def test_outputs_that_are_not_there_are_named(workspace: Make) -> None:
    with pytest.raises(OutputsMissing, match=r"account_id, .* are missing"):
        await workspace().outputs()


async def test_a_configuration_with_errors_is_refused(workspace: Make, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "main.tf").write_text('output "x" {\n  value = var.nowhere\n}\n')
    (tmp_path / "broken" / "backend.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    with pytest.raises(TerraformFailed, match="undeclared input variable") as caught:
        await workspace(tmp_path / "broken").validate_configuration()
    assert caught.value.diagnostics[0].line == 2
    assert await workspace().validate_configuration() == ()


async def test_no_secret_leaves_a_failure(workspace: Make, tmp_path: Path) -> None:
    await applied(workspace(), tmp_path / "plan")
    # Given as a plain variable, so that only the state's mark tells that it is a secret.
    unaware = workspace(refuse=True, password=CANARY).model_copy(update={"secret_variables": SecretDict({})})
    told: list[Event] = []
    with pytest.raises(TerraformFailed) as caught:
        await unaware.plan(tmp_path / "plan", on_event=told.append)
    shown = repr(told) + repr(caught.value) + str(caught.value) + repr(caught.value.diagnostics)
    assert CANARY not in shown
    assert f"This can't be: {MASK}" in shown
    assert any(isinstance(event, Diagnostic) for event in told)


async def test_no_secret_leaves_stderr(
    workspace: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "terraform"
    program.write_text(f'#!/bin/sh\n[ "$1" = init ] && exit 0\necho "panic: {CANARY}" >&2\nexit 2\n')
    program.chmod(0o755)
    monkeypatch.setattr(runner_module, "terraform_command", lambda: (str(program),))
    with pytest.raises(TerraformFailed) as caught:
        await workspace().output_values()
    assert caught.value.cause == f"panic: {MASK}"
    assert CANARY not in repr(caught.value)


async def test_details_are_withheld_when_the_states_secrets_are_not_known(
    workspace: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.dumps(
        {
            "type": "diagnostic",
            "diagnostic": {"severity": "error", "summary": "No", "detail": "who-knows-what"},
        }
    )
    program = tmp_path / "terraform"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = init ] && exit 0\n[ "$1" = show ] && exit 1\necho \'{said}\'\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(runner_module, "terraform_command", lambda: (str(program),))
    with pytest.raises(TerraformFailed) as caught:
        await workspace().plan(tmp_path / "plan")
    assert "who-knows-what" not in repr(caught.value)
    assert "withheld" in caught.value.cause


def test_no_secret_is_shown_by_the_block(workspace: Make) -> None:
    made = workspace()
    made.environment = SecretDict({"AWS_SECRET_ACCESS_KEY": CANARY})
    assert CANARY not in repr(made) + str(made.model_dump(mode="json"))


async def test_a_copy_in_another_process_starts_afresh(workspace: Make, tmp_path: Path) -> None:
    made = workspace()
    await made.init()
    again: TerraformWorkspace = pickle.loads(pickle.dumps(made))
    assert (await again.plan(tmp_path / "plan")).summary().create == 3


def holders(path: Path) -> list[psutil.Process]:
    """The Terraform processes that have a state's path in the name that they carry."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(path) in process.environ().get(runner_module.STATE_MARK, ""):
                found.append(process)
        except psutil.Error:
            continue
    return found


class Begun(asyncio.Event):
    """Set once a resource is being created."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def hear(self, event: Event) -> None:
        if isinstance(event, Operation) and event.address == self._address:
            self.set()


async def test_a_deadline_interrupts_and_the_state_is_unlocked(workspace: Make, tmp_path: Path) -> None:
    slow = workspace(wait_s=30).model_copy(update={"apply_deadline_s": 1.5})
    await slow.plan(tmp_path / "plan")
    with pytest.raises(TerraformDeadline, match=r"longer than 1\.5 s"):
        await slow.apply(tmp_path / "plan")
    assert holders(tmp_path) == []
    # What was finished before is known, and nobody holds the lock.
    plan = await workspace().plan(tmp_path / "again")
    assert "terraform_data.database" not in [c.address for c in plan.changes if c.action == "create"]


async def test_cancelled_it_interrupts_and_the_state_is_unlocked(workspace: Make, tmp_path: Path) -> None:
    begun = Begun("terraform_data.service")
    slow = workspace(wait_s=30)
    await slow.plan(tmp_path / "plan")
    running = asyncio.ensure_future(slow.apply(tmp_path / "plan", on_event=begun.hear))
    await asyncio.wait_for(begun.wait(), 30)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert holders(tmp_path) == []
    assert (await workspace().plan(tmp_path / "again")).summary().create


async def test_a_taken_lock_names_its_holder(workspace: Make, tmp_path: Path) -> None:
    begun = Begun("terraform_data.service")
    slow = workspace(wait_s=4)
    await slow.plan(tmp_path / "plan")
    running = asyncio.ensure_future(slow.apply(tmp_path / "plan", on_event=begun.hear))
    await asyncio.wait_for(begun.wait(), 30)
    with pytest.raises(StateLocked) as caught:
        await workspace().plan(tmp_path / "other")
    assert caught.value.holder
    assert caught.value.holder.operation == "apply"
    assert "@" in caught.value.holder.who
    await running


KILLED = """
import asyncio, sys
from pathlib import Path
from prefect.types import SecretDict
from blocks.terraform import TerraformWorkspace, Operation

async def main():
    home = Path(sys.argv[1])
    workspace = TerraformWorkspace(
        directory=Path(sys.argv[2]),
        variables={"wait_s": 3},
        secret_variables=SecretDict({"password": "canary-5up3r-s3cret"}),
        backend_config={"path": str(home / "terraform.tfstate")},
    )
    await workspace.plan(home / "plan")
    def tell(event):
        if isinstance(event, Operation) and event.address == "terraform_data.service":
            print("begun", flush=True)
    await workspace.apply(home / "plan", on_event=tell)

asyncio.run(main())
"""


@pytest.fixture
def orphan(tmp_path: Path) -> None:
    """A Terraform that applies, whose parent was killed."""
    parent = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), str(CONFIGURATION)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    with parent:
        assert parent.stdout
        assert parent.stdout.readline() == "begun\n"
        os.kill(parent.pid, signal.SIGKILL)


@pytest.mark.usefixtures("orphan")
async def test_when_the_parent_is_killed_terraform_finishes(workspace: Make, tmp_path: Path) -> None:
    assert holders(tmp_path)
    with pytest.raises(StateLocked) as caught:
        await workspace(wait_s=3).plan(tmp_path / "other")
    assert caught.value.holder
    with pytest.raises(TerraformFailed):
        # It waits for the orphan, whose lock is gone by then: a local state has nothing left to unlock.
        await workspace(wait_s=3).force_unlock(caught.value.holder.id)
    assert holders(tmp_path) == []
    assert (await workspace(wait_s=3).plan(tmp_path / "other")).is_empty
