"""Writes the pages of docs/ that are told by the code itself: commands, settings, variables, the matrix.

    .venv/bin/python scripts/docs.py

A test compares them, so that none is out of date.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hcl2
import typer
import yaml
from typer.cli import get_docs_for_click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.settings import Settings  # noqa: E402 - the checkout is found by the line before
from cli import app  # noqa: E402
from flows.explaining.failures_page import failures_page  # noqa: E402
from sandbox.rehearsal.matrix_picture import draw  # noqa: E402

DOCS = ROOT / "docs"
MATRIX = DOCS / "failure-matrix.json"
GENERATED = "<!-- Written by scripts/docs.py: change what it tells of, then run make docs. -->"


def commands() -> str:
    """Every command with its arguments and options."""
    command = typer.main.get_command(app)
    told = get_docs_for_click(obj=command, ctx=typer.Context(command), name="reelflow")
    return told.replace("# `reelflow`", "# Commands", 1)


def settings() -> str:
    """Every setting of the application, as the environment variable that sets it."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        said = (
            ""
            if default is None or default == "" or "SecretStr" in repr(field.annotation)
            else f"`{default}`"
        )
        rows.append((f"`{name.upper()}`", said, field.description or ""))
    intro = (
        "The application reads these from its environment, and from `.env` in the working directory; an "
        "empty one counts as unset. In AWS, Terraform sets them: see [variables](variables.md)."
    )
    return f"# Settings\n\n{intro}\n\n{_table(('Variable', 'Default', 'Meaning'), rows)}"


def variables() -> str:
    """Every variable of the infrastructure."""
    found = hcl2.loads((ROOT / "infra/terraform/variables.tf").read_text())["variable"]
    rows = []
    for block in found:
        [(name, fields)] = block.items()
        default = _plain(fields["default"]) if "default" in fields else None
        said = "required" if default is None else f"`{default}`" if default else "empty"
        rows.append((f"`{_plain(name)}`", f"`{_plain(fields['type'])}`", said, _plain(fields["description"])))
    intro = (
        "Set in `infra/terraform/environments/ENV.tfvars`. What is not allowed fails the plan, with the "
        "reason; `reelflow plan ENV` shows what a change does before anything is done."
    )
    return f"# Variables\n\n{intro}\n\n{_table(('Variable', 'Type', 'Default', 'Meaning'), rows)}"


def deployments() -> str:
    """Every deployment of Prefect, with its schedule."""
    file = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    rows = []
    for each in file["deployments"]:
        flow = Path(each["entrypoint"].partition(":")[0]).stem.replace("_", "-")
        schedules = [_schedule(schedule) for schedule in each.get("schedules", [])]
        rows.append(
            (
                f"`{flow}/{each['name']}`",
                each["work_pool"]["name"],
                "; ".join(schedules) or "by hand or by API",
                each.get("description", ""),
            )
        )
    intro = "What can be run in Prefect, and what runs by itself; applied from `prefect.yaml` by the workers."
    return f"# Deployments\n\n{intro}\n\n{_table(('Deployment', 'Pool', 'Runs', 'What it does'), rows)}"


def matrix() -> str:
    """The failure matrix as it was played last."""
    document = json.loads(MATRIX.read_text())
    rows = [
        (
            cell["stage"].replace("_", " "),
            cell["fault"],
            cell["cause"] or "overcome",
            "last verified" if cell["serving_release"] == cell["last_verified_release"] else "another",
            cell["lock"] or "free",
            f"{cell['failed_requests']} of {cell['requests']}",
            "" if cell["seconds_to_good"] is None else f"{cell['seconds_to_good']:.0f}",
            "as it must" if not cell["faults"] else "; ".join(cell["faults"]),
        )
        for cell in document["cells"]
    ]
    good = sum(not cell["faults"] for cell in document["cells"])
    head = ("Stage", "Fault", "Ended", "Serves", "Locks", "Failed requests", "Seconds to good", "Verdict")
    return "\n\n".join(
        [
            "# The failure matrix",
            "Every stage of a deployment, and what can go wrong in it, done for real on the AWS that "
            "stands on one machine, with 50 requests a second sent to the API all the while: "
            "`reelflow rehearse --matrix`. *Overcome* means that the release was verified all the same; "
            "anything else is the one cause that the deployment ended with. *Seconds to good* is the time "
            "from letting a bad release loose until the last verified one served again. No request may fail, "
            "but where the new release dies when nothing of the one before runs any more: a rolling update "
            "keeps no task of it.",
            f"{good} of {len(document['cells'])} cells end as they must ({document['engine']} engine, "
            f"{document['seconds'] / 60:.0f} minutes). {_recovery(document['recovery'])}",
            "![The matrix](failure-matrix.svg)",
            _table(head, rows),
        ]
    )


def _recovery(found: dict[str, float | None]) -> str:
    if found["median"] is None:
        return ""
    told = f"Back to good: {found['median']:.0f} s in the middle, {found['worst']:.0f} s at worst."
    if found["breaker_median"] is not None:
        told += f" ECS's circuit breaker alone, shown the same images: {found['breaker_median']:.0f} s"
        never = int(found["breaker_never"] or 0)
        told += f", and never for {never} of them." if never else "."
    return told


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "settings.md": settings,
    "variables.md": variables,
    "deployments.md": deployments,
    "failures.md": failures_page,
}
if MATRIX.exists():
    PAGES |= {
        "failure-matrix.md": matrix,
        "failure-matrix.svg": lambda: draw(json.loads(MATRIX.read_text())),
    }


def written(name: str) -> str:
    """A page as it is to be in docs/."""
    told = PAGES[name]().strip() + "\n"
    return told if name.endswith(".svg") else f"{GENERATED}\n\n{told}"


def main() -> None:
    """Writes every page."""
    for name in PAGES:
        (DOCS / name).write_text(written(name))


def _schedule(schedule: dict[str, Any]) -> str:
    if "cron" in schedule:
        said = f"cron `{schedule['cron']}`"
    else:
        said = f"every {float(schedule['interval']) / 60:g} minutes"
    return said + ("" if schedule.get("active", True) else " (switched off)")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)])


def _cell(words: str) -> str:
    return " ".join(words.replace("|", "\\|").split())


def _plain(value: Any) -> str:
    """A value of HCL as it is written there; a string without its quotes."""
    if isinstance(value, str):
        plain = re.sub(r'"(\w+)": ', r"\1 = ", re.sub(r'"\$\{([^}]*)\}"', r"\1", value))
        return plain.removeprefix("${").removesuffix("}").strip('"')
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return json.dumps(value).replace('\\"', "")


if __name__ == "__main__":
    main()
