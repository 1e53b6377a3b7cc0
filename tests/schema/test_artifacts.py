"""What is shown of a proof."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.schema.artifacts import proof_rows
from flows.schema.proofs import Proof

PROOF = Proof.model_validate(
    {
        "before": "0003",
        "head": "0004",
        "steps": "abc",
        "made": datetime(2026, 11, 25, tzinfo=UTC),
        "release": "r",
        "image": "sha256:2",
        "previous": "sha256:1",
        "parts": [
            {
                "phase": "expand",
                "up": [
                    {
                        "version": "0004",
                        "seconds": 0.5,
                        "locks": [
                            {"table": "clips", "mode": "ShareLock", "blocks": "writes", "seconds": 0.0123}
                        ],
                    },
                    {"version": "0005", "seconds": 0.1},
                ],
                "looks": [{"name": "API", "good": True, "evidence": "it starts"}],
            }
        ],
        "lived": [{"name": "Worker", "good": False, "evidence": "no such column"}],
        "failure": "previous_image",
        "message": "Worker: no such column",
    }
)


def test_steps_with_their_locks_and_who_lived_with_them() -> None:
    assert proof_rows(PROOF) == [
        {
            "State": "good",
            "What": "Step 0004 up (expand)",
            "Seen": "0.50 s; clips ShareLock 12 ms, blocks writes",
        },
        {"State": "good", "What": "Step 0005 up (expand)", "Seen": "0.10 s; no table in use is locked"},
        {"State": "good", "What": "This release: API", "Seen": "it starts"},
        {"State": "wrong", "What": "The release before: Worker", "Seen": "no such column"},
    ]
