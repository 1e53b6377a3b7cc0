"""What is deployed one after the other, and what must come of it.

Good releases build upon each other; a bad one is made of the last good one and leaves it serving.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.rehearsal.checkout import Change, added, nothing, replaced

MIGRATION = '''"""A column that a rehearsal adds."""

from alembic import op

revision = "{revision}"
down_revision = "{before}"
phase = "expand"
reversible = True


def upgrade() -> None:
    """Adds it; code that doesn't know it goes on working."""
    op.execute("ALTER TABLE job_metrics ADD COLUMN rehearsal text")


def downgrade() -> None:
    """Takes it away."""
    op.execute("ALTER TABLE job_metrics DROP COLUMN rehearsal")
'''


@dataclass(frozen=True)
class Scenario:
    """One deployment of a rehearsal.

    Attributes:
        name: as `--only` takes it.
        story: what it shows, for people.
        change: what it ships that the last good release has not.
        failure: what the one cause of its failure may be called, as stage.kind; empty when it must be
            verified.
        idle: stages that must find nothing to do.
    """

    name: str
    story: str
    change: Change
    failure: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()

    @property
    def good(self) -> bool:
        return not self.failure


def _next_migration(checkout: Path) -> None:
    """Adds a step after the newest one, whichever that is."""
    versions = checkout / "migrations" / "versions"
    before = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
    revision = f"{int(before) + 1:04d}"
    text = MIGRATION.format(revision=revision, before=before)
    added(f"migrations/versions/{revision}_rehearsal.py", text)(checkout)


SCENARIOS = (
    Scenario("first", "everything, where there was nothing", nothing),
    Scenario(
        "code",
        "a change of code, with people using it",
        replaced(
            "app/main.py", "Turns prompts into finished videos.", "Turns a prompt into a finished film."
        ),
        idle=frozenset({"apply", "expand", "contract"}),
    ),
    Scenario(
        "nothing",
        "the same again: nothing is built, pushed or restarted",
        nothing,
        idle=frozenset({"plan", "apply", "build", "push", "expand", "roll_out", "contract"}),
    ),
    Scenario("migration", "a change of the database's schema", _next_migration, idle=frozenset({"apply"})),
    Scenario(
        "crash",
        "an image whose API ends as soon as it starts",
        replaced(
            "app/main.py",
            "def create_app() -> FastAPI:",
            "raise SystemExit(3)\n\n\ndef create_app() -> FastAPI:",
        ),
        failure=frozenset({"roll_out.crashed"}),
    ),
    Scenario(
        "unhealthy",
        "an image that runs and never becomes healthy",
        replaced(
            "app/api/health.py",
            "    return Health(timestamp=datetime.now(UTC), version=VERSION)",
            '    raise RuntimeError("a rehearsed fault")',
        ),
        failure=frozenset({"roll_out.unhealthy"}),
    ),
    Scenario(
        "unverified",
        "an image that is healthy and makes no film",
        replaced(
            "flows/generation/prompt.py",
            "    with film.working(), session() as db:",
            '    raise ValueError("a rehearsed fault")\n    with film.working(), session() as db:',
        ),
        failure=frozenset({"verify.film_failed"}),
    ),
)
