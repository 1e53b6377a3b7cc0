"""Why an upload is refused, in one sentence for the person who gave it."""

from __future__ import annotations

from pathlib import PurePath

from app.errors import AppError

LONGEST_SHOWN_NAME = 80


class UploadRefused(AppError):
    """A file is not what it has to be.

    Attributes:
        code: `unreadable`, `empty`, `too_large`, `wrong_type`, `damaged`, `truncated`, `too_many_pixels`,
            `animated`, `no_sound`, `video` or `too_long`.
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
    """The last part of a name, fit for a line of text."""
    name = PurePath(filename.replace("\\", "/")).name
    name = "".join(character if character.isprintable() else "?" for character in name)
    return name[:LONGEST_SHOWN_NAME] or "The file"
