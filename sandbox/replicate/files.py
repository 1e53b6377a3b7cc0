"""Output files behind links of their own host's kind: no token, and gone after an hour."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from sandbox.replicate.conduct import Conduct
from sandbox.replicate.faults import Fault


@dataclass
class OutputFile:
    """A file, when it was made in seconds since the epoch, and the faults that it will meet."""

    path: Path
    made_at: float
    expired: Fault | None = None
    cut_off: Fault | None = None


class OutputFiles:
    """Files by key. A fault that is not for good is met by the first request alone."""

    def __init__(self, conduct: Conduct) -> None:
        self._conduct = conduct
        self._files: dict[str, OutputFile] = {}
        self.directory = conduct.home / "files"
        self.directory.mkdir(parents=True, exist_ok=True)

    def place(self) -> tuple[str, Path]:
        """A new key and the directory that its files are to be made in."""
        key = secrets.token_urlsafe(24)
        directory = self.directory / key
        directory.mkdir()
        return key, directory

    def publish(
        self, base: str, key: str, path: Path, *, expired: Fault | None = None, cut_off: Fault | None = None
    ) -> str:
        """Makes a file of the key's directory available; returns its link."""
        self._sweep()
        self._files[f"{key}/{path.name}"] = OutputFile(path, self._conduct.clock(), expired, cut_off)
        return f"{base}/files/{key}/{path.name}"

    def open(self, key: str, name: str) -> tuple[Path, bool] | None:
        """The file, and whether it is to be cut off; None where there is none, or not any more."""
        file = self._files.get(f"{key}/{name}")
        if file is None or self._dead(file):
            return None
        if fault := file.expired:
            file.expired = fault if fault.for_good else None
            return None
        cut_off = file.cut_off
        file.cut_off = cut_off if cut_off and cut_off.for_good else None
        return file.path, cut_off is not None

    def _dead(self, file: OutputFile) -> bool:
        return self._conduct.clock() >= file.made_at + self._conduct.link_lifetime_s

    def _sweep(self) -> None:
        """Deletes what nobody can fetch any more."""
        for place, file in list(self._files.items()):
            if self._dead(file):
                file.path.unlink(missing_ok=True)
                del self._files[place]
