"""What a one-off task has answered."""

from __future__ import annotations

import pytest

from blocks.ecs.events import TaskResult
from flows.schema.tasks import last_document, unknown


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], None),
        (['{"event": "started"}'], None),
        (['{"proof": 1}', '{"event": "ended"}', "bye"], {"proof": 1}),
        (['{"proof": 1}', '{"proof": 2}'], {"proof": 2}),
        (['["proof"]', "proof", '"proof"'], None),
    ],
)
def test_the_last_document_is_the_answer(lines: list[str], expected: object) -> None:
    assert last_document(lines, "proof") == expected


@pytest.mark.parametrize(
    ("exit_code", "line", "expected"),
    [
        (2, "reelflow: No such command 'try'.", True),
        (1, "reelflow: No such command 'try'.", False),
        (2, "reelflow: --drop is unknown", False),
        (None, "", False),
    ],
)
def test_an_older_image_is_told_from_a_bad_one(exit_code: int | None, line: str, expected: bool) -> None:
    result = TaskResult(task_arn="a/b", task_definition="d", exit_code=exit_code, log=(line,))
    assert unknown(result) is expected
