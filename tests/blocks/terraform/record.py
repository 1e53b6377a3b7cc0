"""Records what Terraform says of the small stack: `python -m tests.blocks.terraform.record`.

Every plan is recorded as `terraform show -json` gives it, secrets and all (they are not real ones).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
RECORDED = HERE / "recorded"
CANARY = "canary-5up3r-s3cret"

MOVED = """
moved {
  from = terraform_data.worker
  to   = terraform_data.renderer
}
"""
REMOVED = """
removed {
  from = terraform_data.worker
  lifecycle { destroy = false }
}
"""


class Stack:
    """The small stack in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        shutil.copytree(HERE / "configuration", directory, dirs_exist_ok=True)
        self.terraform("init", "-input=false", "-backend-config=path=terraform.tfstate")

    def terraform(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(
            ["terraform", *arguments], cwd=self.directory, capture_output=True, text=True, check=False
        )
        assert done.returncode in codes, done.stderr + done.stdout
        return done.stdout

    def plan(self, *options: str, **variables: object) -> str:
        given = {"password": CANARY} | variables
        sets = [f"-var={name}={value}" for name, value in given.items()]
        self.terraform("plan", "-input=false", "-out=plan", *options, *sets)
        return self.terraform("show", "-json", "plan")

    def apply(self) -> str:
        return self.terraform("apply", "-json", "-input=false", "plan")

    def change(self, old: str, new: str, more: str = "") -> None:
        file = self.directory / "main.tf"
        file.write_text(file.read_text().replace(old, new) + more)


def save(name: str, document: str) -> None:
    (RECORDED / f"{name}.json").write_text(json.dumps(json.loads(document), indent=1, sort_keys=True) + "\n")


def record(directory: Path) -> None:
    stack = Stack(directory)
    save("create", stack.plan())
    (RECORDED / "apply.jsonl").write_text(stack.apply())
    save("nothing", stack.plan())
    save("output", stack.plan(note="goodbye"))
    save("password", stack.plan(password=f"{CANARY}-2"))
    save("password-other", stack.plan(password=f"{CANARY}-3"))
    save("replace", stack.plan(engine="18", size=2))
    save("replace-again", stack.plan(engine="18", size=2))
    save("destroy", stack.plan("-destroy"))
    save("grow", stack.plan(size=3))
    stack.apply()
    save("shrink", stack.plan(size=1))
    (RECORDED / "plan.jsonl").write_text(
        stack.terraform(
            *(
                "plan",
                "-json",
                "-input=false",
                f"-var=password={CANARY}",
                "-var=engine=18",
                "-var=refuse=true",
            ),
            codes=(1,),
        )
    )
    stack.change('"worker" {', '"renderer" {', MOVED)
    save("moved", stack.plan(size=3))
    stack.change(MOVED, REMOVED)
    save("forget", stack.plan(size=3))


if __name__ == "__main__":
    RECORDED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        record(Path(scratch))
