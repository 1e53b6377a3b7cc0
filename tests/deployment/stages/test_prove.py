"""Who is asked what by a proof, and that no copy is left whatever comes of it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from flows.deployment.migrations import Pending
from flows.deployment.release import Image
from flows.schema.proofs import Look, Part
from flows.stages import prove
from flows.stages.prove import make

IMAGE = Image(repository="r/backend", tag="t2", digest="sha256:2")
BEFORE = Image(repository="r/backend", tag="t1", digest="sha256:1")
RUN: Any = SimpleNamespace(release=SimpleNamespace(id="r2"))


class Asked:
    """Stands for the tasks: what was asked, and what is answered."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.said: list[str] = []
        self._answers = answers

    def __call__(self, run: object, arn: str) -> Asked:
        return self

    async def phase(self, name: str, *, last: bool) -> Part:
        self.said.append(name + (" and drop" if last else ""))
        answer = self._answers.get(name, Part(phase=name, source="backup 1"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def lived(self, previous: Image, *, last: bool) -> tuple[Look, ...]:
        self.said.append(f"{previous.tag} tries it" + (" and drops" if last else ""))
        return (Look(name="API", good=not self._answers.get("bad"), evidence="seen"),)

    async def clear(self) -> None:
        self.said.append("clear")


def _pending(*phases: str) -> Pending:
    steps = [
        {"version": f"000{number}", "phase": phase, "reversible": True}
        for number, phase in enumerate(phases, start=4)
    ]
    return Pending.model_validate({"current": "0003", "head": "0009", "pending": steps})


@pytest.mark.parametrize(
    ("phases", "previous", "answers", "said", "failure"),
    [
        pytest.param(
            ["expand"],
            BEFORE,
            {},
            ["expand", "t1 tries it and drops", "clear"],
            None,
            id="a step that expands",
        ),
        pytest.param(["expand"], None, {}, ["expand and drop", "clear"], None, id="nothing serves yet"),
        pytest.param(
            ["expand", "contract"],
            BEFORE,
            {},
            ["expand", "t1 tries it", "contract and drop", "clear"],
            None,
            id="both",
        ),
        pytest.param(
            ["contract"],
            BEFORE,
            {},
            ["expand", "contract and drop", "clear"],
            None,
            id="it lives with what is",
        ),
        pytest.param(
            ["expand", "contract"],
            BEFORE,
            {"expand": Part(phase="expand", failure="up", message="no")},
            ["expand", "clear"],
            "up",
            id="the first failure ends it",
        ),
        pytest.param(
            ["expand", "contract"],
            BEFORE,
            {"bad": True},
            ["expand", "t1 tries it", "clear"],
            "previous_image",
            id="the release before can't live with it",
        ),
        pytest.param(
            ["expand", "contract"],
            BEFORE,
            {"contract": Part(phase="contract", failure="new_image", message="no")},
            ["expand", "t1 tries it", "contract and drop", "clear"],
            "new_image",
            id="contracted it can't be lived with",
        ),
    ],
)
def test_who_is_asked_what(
    monkeypatch: pytest.MonkeyPatch,
    phases: list[str],
    previous: Image | None,
    answers: dict[str, Any],
    said: list[str],
    failure: str | None,
) -> None:
    asked = Asked(answers)
    monkeypatch.setattr(prove, "Proving", asked)
    proof = asyncio.run(make(RUN, IMAGE, "arn", _pending(*phases), previous))
    assert asked.said == said
    assert proof.failure == failure
    assert (proof.image, proof.previous) == ("sha256:2", previous.digest if previous else None)


def test_a_task_that_fails_leaves_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked({"expand": RuntimeError("stopped")})
    monkeypatch.setattr(prove, "Proving", asked)
    with pytest.raises(RuntimeError, match="stopped"):
        asyncio.run(make(RUN, IMAGE, "arn", _pending("expand"), BEFORE))
    assert asked.said == ["expand", "clear"]
