"""Changes that the failure matrix ships: good ones of every kind, and bad ones."""

from __future__ import annotations

import re
from pathlib import Path

from blocks.image import this_platform
from sandbox.rehearsal.checkout import Change, ChangeFailed, replaced

VARIABLES = Path("infra/terraform/environments/sandbox.tfvars")
# Of those that CloudWatch knows.
RETENTION_DAYS = (1, 3, 5, 7, 14)
# After its first answer it is healthy for so long, in seconds: longer than its roll-out takes, shorter than
# the matrix lets it bake.
DIES_AFTER_S = 8
STEP = '''"""A step of a rehearsal."""

from alembic import op

revision = "{revision}"
down_revision = "{before}"
phase = "{phase}"
reversible = True


def upgrade() -> None:
    """Changes a table."""
    op.execute("""{up}""")


def downgrade() -> None:
    """Changes it back."""
    op.execute("""{down}""")
'''
# The copy on which a step is proved has a name of its own.
FAILS_OUTSIDE_OF_A_PROOF = """
DO $$ BEGIN
    IF current_database() <> 'reelflow_proof' THEN RAISE EXCEPTION 'a rehearsed fault'; END IF;
END $$
"""
HERE, ELSEWHERE = ("ARM64", "X86_64") if this_platform() == "linux/arm64" else ("X86_64", "ARM64")
HEALTHY = "    return Health(timestamp=datetime.now(UTC), version=VERSION)"


def code(checkout: Path) -> None:
    """The code is another, and does the same."""
    file = checkout / "app" / "rehearsed.py"
    number = int(file.read_text().rpartition("=")[2]) + 1 if file.exists() else 1
    file.write_text(f'"""Written by a rehearsal."""\n\nNUMBER = {number}\n')


def infrastructure(checkout: Path) -> None:
    """Logs are kept for another number of days."""
    file = checkout / VARIABLES
    found = re.search(r"log_retention_days\s*=\s*(\d+)", file.read_text())
    if found is None:
        raise ChangeFailed(f"{VARIABLES} does not set log_retention_days")
    days = RETENTION_DAYS[(RETENTION_DAYS.index(int(found[1])) + 1) % len(RETENTION_DAYS)]
    file.write_text(file.read_text().replace(found[0], f"log_retention_days = {days}"))


def step(phase: str = "expand", *, up: str | None = None, down: str | None = None) -> Change:
    """A step after the newest one, whichever that is.

    Args:
        phase: expand or contract.
        up, down: its SQL; by default it adds a column, and takes it away.
    """

    def change(checkout: Path) -> None:
        versions = checkout / "migrations" / "versions"
        before = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
        revision = f"{int(before) + 1:04d}"
        column = f"rehearsal_{revision}"
        text = STEP.format(
            revision=revision,
            before=before,
            phase=phase,
            up=up or f"ALTER TABLE job_metrics ADD COLUMN {column} text",
            down=down or f"ALTER TABLE job_metrics DROP COLUMN IF EXISTS {column}",
        )
        (versions / f"{revision}_rehearsal.py").write_text(text)

    return change


def other_units(checkout: Path) -> None:
    """The code measures in another unit, and its step refuses the one that the code before writes."""
    replaced("app/proving/doing.py", '"proof", 1.0, "s"', '"proof", 1.0, "seconds"')(checkout)
    step(
        up="ALTER TABLE job_metrics ADD CONSTRAINT rehearsed CHECK (unit <> 's') NOT VALID",
        down="ALTER TABLE job_metrics DROP CONSTRAINT IF EXISTS rehearsed",
    )(checkout)


def undescribed(checkout: Path) -> None:
    """The description of its image is missing."""
    (checkout / "Dockerfile").unlink()


# Neither an archive nor an engine without an emulator builds for a processor that this machine hasn't got.
unbuildable = replaced(str(VARIABLES), f'"{HERE}"', f'"{ELSEWHERE}"')
crashing = replaced(
    "app/main.py", "def create_app() -> FastAPI:", "raise SystemExit(3)\n\n\ndef create_app() -> FastAPI:"
)
unhealthy = replaced("app/api/health.py", HEALTHY, '    raise RuntimeError("a rehearsed fault")')
dying = replaced(
    "app/api/health.py",
    HEALTHY,
    "    import os\n    import threading\n\n"
    f"    threading.Timer({DIES_AFTER_S}, os._exit, (9,)).start()\n{HEALTHY}",
)
filmless = replaced(
    "flows/generation/prompt.py",
    "    with film.working():",
    '    raise ValueError("a rehearsed fault")\n    with film.working():',
)
