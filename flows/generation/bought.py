"""What was bought for one job and is wanted by another, such as the film of a draft: it is not paid again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from app.database import session
from app.ledger import buyers
from flows.generation.production import Production


def found_elsewhere(film: Production, address: str, keys: Callable[[UUID], Sequence[str]]) -> bool:
    """Whether another job has bought it and still has it; then it is this job's, too.

    Args:
        film: that it is for.
        address: of the order.
        keys: where a job keeps what it has bought so. The last one is copied last.
    """
    with session() as db:
        others = buyers(db, address, film.job_id)
    for other in others:
        if all(film.store.head(key) for key in keys(other)):
            for source, target in zip(keys(other), keys(film.job_id), strict=True):
                film.store.copy(source, target)
            return True
    return False
