"""Why an upload is refused, in one sentence for the person who gave it."""

from __future__ import annotations

from pathlib import PurePath

from app.errors import AppError

LONGEST_SHOWN_NAME = 80
# They hold emoji and the letters of some scripts together; other controls may turn a line around.
JOINERS = "\u200c\u200d"


class UploadRefused(AppError):
    """A file is not what it has to be.

    Attributes:
        code: `unreadable`, `empty`, `too_large`, `wrong_type`, `damaged`, `truncated`, `too_many_pixels`,
            `animated`, `no_sound`, `video`, `too_long`, `stalled` or `broken_off`.
    """

    def __init__(self, code: str, what: str, cause: str, remedy: str) -> None:
        super().__init__(what, cause, remedy)
        self.args = (code, what, cause, remedy)
        self.code = code

    @property
    def message(self) -> str:
        """What happened and why, without the remedy."""
        return f"{self.what}: {self.cause}."


def shown(filename: str) -> str:
    """The last part of a name, to begin a sentence with."""
    return safe_name(filename, LONGEST_SHOWN_NAME) or "The file"


def safe_name(filename: str, longest: int) -> str:
    """The last part of a name, fit for a line of text, of at most `longest` characters; may be empty."""
    name = PurePath(filename.replace("\\", "/")).name
    return "".join(c if c.isprintable() or c in JOINERS else "?" for c in name)[:longest].strip(" .")
