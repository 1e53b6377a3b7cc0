"""The base of what goes wrong in the outside world; each error says what happened, why, what to do next."""

from __future__ import annotations


class BlockError(Exception):
    """A block could not do what it was asked.

    Attributes:
        what: what happened.
        cause: why it happened.
        remedy: what to do next.
    """

    def __init__(self, what: str, cause: str, remedy: str) -> None:
        # Positional arguments keep the exception picklable across processes.
        super().__init__(what, cause, remedy)
        self.what = what
        self.cause = cause
        self.remedy = remedy

    @property
    def transient(self) -> bool:
        """Whether the same call may succeed a moment later."""
        return False

    def __str__(self) -> str:
        return f"{self.what}: {self.cause}. {self.remedy}."


class Unavailable(BlockError):
    """A transient fault: the same call may succeed a moment later."""

    @property
    def transient(self) -> bool:
        return True


class DeadlineExceeded(BlockError):
    """It took longer than was allowed."""
