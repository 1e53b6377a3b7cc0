"""Proofs of changes of the schema: what was seen, what it comes to, and for how long it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from blocks.record_store import RecordStore
from flows.deployment.migrations import Pending
from flows.deployment.release import Image

# A request waits so long for a table; people who wait longer have gone.
LONGEST_LOCK_S = 5.0
DIGEST_LETTERS = 16

REMEDIES = {
    "lint": "Correct the step, or except the rule in its file with the reason: excepted = {…}",
    "copy": "Make a backup (`reelflow backup ENV`), see that the database has room, and deploy again",
    "up": "Correct the step; nothing but a copy was changed",
    "locks": "Split the step, or build it so that it locks for less: CONCURRENTLY, NOT VALID, in batches",
    "new_image": "Make the code and the schema of this release agree, and deploy again",
    "down": "Correct the downgrade, or declare the step one-way: reversible = False",
    "schema_differs": "Correct the downgrade: it must leave what was there before",
    "previous_image": "Split the change: expand so that the release before can live with it, contract later",
}


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Lock(_Value):
    """A lock that a step held on a table, and what others had to wait with."""

    table: str
    mode: str
    blocks: str
    seconds: float


class ProvedStep(_Value):
    """A step as it was run on the copy."""

    version: str
    seconds: float
    locks: tuple[Lock, ...] = ()


class Look(_Value):
    """One thing that an image does with the database."""

    name: str
    good: bool
    evidence: str


class Part(_Value):
    """What the new image tells of the steps of one phase; see `app.proving.proof.Proof`."""

    phase: str
    source: str = ""
    rows: int = 0
    up: tuple[ProvedStep, ...] = ()
    looks: tuple[Look, ...] = ()
    down_to: str | None = None
    failure: str | None = None
    message: str = ""
    seconds: float = 0.0


class Proof(_Value):
    """The proof of the steps from one version of the schema to another.

    Attributes:
        before, head: the versions; None is an empty schema.
        steps: the digest of the steps between them.
        image, previous: digests of the release's image, and of the one that it follows, if there was one.
        parts: what the release's image saw, by phase.
        lived: how the previous image lived with the expanded schema; empty when it was not asked.
        failure, message: why it is no good one; None and nothing for a good one.
    """

    before: str | None
    head: str
    steps: str
    made: AwareDatetime
    release: str
    image: str
    previous: str | None
    parts: tuple[Part, ...] = ()
    lived: tuple[Look, ...] = ()
    failure: str | None = None
    message: str = ""

    @property
    def locks(self) -> tuple[Lock, ...]:
        return tuple(lock for part in self.parts for step in part.up for lock in step.locks)

    def __str__(self) -> str:
        first = self.parts[0]
        longest = max(self.locks, key=lambda lock: lock.seconds, default=None)
        held = (
            f"{longest.table} was locked for {longest.seconds * 1000:.0f} ms"
            if longest
            else "no table was locked"
        )
        return f"{self.before} → {self.head} on {first.source} ({first.rows} rows): {held}"


def steps_digest(found: Pending) -> str:
    """The digest of the pending steps, which is another when any of them is."""
    text = "\0".join(f"{step.version} {step.digest}" for step in found.steps)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LETTERS]


def key_of(environment: str, found: Pending) -> str:
    """Where the proof of the pending steps is kept: by from, to and what the steps are."""
    return f"{environment}/proofs/{found.current or 'base'}-{found.head}-{steps_digest(found)}.json"


def verdict(parts: Sequence[Part], lived: Sequence[Look]) -> tuple[str, str] | None:
    """The first thing that was not as it must be, as kind and message; None for a good proof."""
    for part in parts:
        if part.failure:
            return part.failure, part.message
        for step in part.up:
            if too_long := [lock for lock in step.locks if lock.seconds > LONGEST_LOCK_S]:
                lock = max(too_long, key=lambda each: each.seconds)
                return "locks", (
                    f"step {step.version} keeps {lock.table} from {lock.blocks} for {lock.seconds:.1f} s "
                    f"({lock.mode}); at most {LONGEST_LOCK_S:g} s are allowed"
                )
    if bad := [look for look in lived if not look.good]:
        return "previous_image", "; ".join(f"{look.name}: {look.evidence}" for look in bad)
    return None


def holds(proof: Proof | None, previous: Image | None) -> bool:
    """Whether a kept proof is good for a release that follows another one."""
    return (
        proof is not None
        and proof.failure is None
        and proof.previous == (previous.digest if previous else None)
    )


def read(records: RecordStore, key: str) -> tuple[Proof | None, str | None]:
    """The proof that is kept under a key, and the version of its record. Raises StoreError."""
    found = records.read(key)
    if found is None:
        return None, None
    try:
        return Proof.model_validate_json(found.content), found.version
    except ValidationError:
        # Of another version of this code: made again.
        return None, found.version


def write(records: RecordStore, key: str, proof: Proof, version: str | None) -> None:
    """Keeps a proof in the place of the version that was read. Raises StoreError."""
    records.write(key, proof.model_dump_json(indent=1).encode(), replaces=version)
