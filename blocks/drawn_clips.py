"""The built-in clip source: each clip is drawn procedurally by a process of its own."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from decimal import Decimal
from pathlib import Path

from pydantic import Field, PrivateAttr

from blocks.clip_source import ClipProgress, ClipRequest, ClipSource, ClipSourceError
from media.errors import DiskFull

# Raised whenever the same request would give another picture: old clips are then no longer reused.
DRAWING_VERSION = 1
STOP_GRACE_S = 2.0
# Of a request what the engine is not told: it draws by the description alone.
UNREAD = {"draft", "number", "style", "negative", "reference", "reference_picture"}


class DrawnClipSource(ClipSource):
    """Draws clips from their description with `python -m drawing`: no network, no cost."""

    _block_type_name = "Drawn Clip Source"
    _block_type_slug = "drawn-clip-source"

    scratch: Path | None = Field(
        default=None, description="Directory for drawings under way; none takes the system's temporary one."
    )

    _drawings: dict[str, _Drawing] = PrivateAttr(default_factory=dict)

    @property
    def identity(self) -> str:
        return f"drawn/{DRAWING_VERSION}"

    def cost(self, request: ClipRequest) -> Decimal:
        return Decimal(0)

    def submit(self, request: ClipRequest) -> str:
        submission = uuid.uuid4().hex
        self._drawings[submission] = _Drawing(request, self.scratch)
        return submission

    def poll(self, submission: str) -> ClipProgress:
        return self._drawing(submission).progress()

    def fetch(self, submission: str, destination: Path) -> None:
        drawing = self._drawing(submission)
        if drawing.progress().state != "succeeded":
            raise ClipSourceError(
                f"The drawing {submission} has no clip yet: poll it until it has succeeded."
            )
        drawing.deliver(destination)
        self.release(submission)

    def release(self, submission: str) -> None:
        drawing = self._drawings.pop(submission, None)
        if drawing:
            drawing.stop()

    def _drawing(self, submission: str) -> _Drawing:
        try:
            return self._drawings[submission]
        except KeyError:
            raise ClipSourceError(
                f"No drawing {submission} in this process: it was fetched, cancelled or made elsewhere. "
                "Submit it again."
            ) from None


class _Drawing:
    """One child process and its directory."""

    def __init__(self, request: ClipRequest, scratch: Path | None) -> None:
        self._frames = request.frames
        self._done = 0
        self._encoding: tuple[float, float] | None = None
        self._directory = Path(tempfile.mkdtemp(prefix="drawing-", dir=scratch))
        order = self._directory / "request.json"
        order.write_text(request.model_dump_json(exclude=UNREAD))
        self._clip = self._directory / "clip.mp4"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "drawing", str(order), str(self._clip)],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A group of its own, so that its encoder is stopped with it.
            start_new_session=True,
        )
        self._complaints: list[str] = []
        self._readers = [
            threading.Thread(target=self._read_progress, daemon=True),
            threading.Thread(target=self._read_complaints, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def progress(self) -> ClipProgress:
        code = self._process.poll()
        if code is None:
            return ClipProgress(state="processing", done=self._done / self._frames)
        for reader in self._readers:
            reader.join()
        if code == 0 and self._clip.exists():
            return ClipProgress(state="succeeded", done=1.0, encoding=self._encoding)
        reason = self._complaints[-1] if self._complaints else f"its process ended with code {code}"
        if code == errno.ENOSPC:
            raise DiskFull("The clip could not be drawn", reason, "Free some space, then run it again")
        return ClipProgress(state="failed", done=self._done / self._frames, error=reason)

    def deliver(self, destination: Path) -> None:
        arriving = destination.with_name(f".{destination.name}.arriving")
        shutil.move(self._clip, arriving)
        arriving.replace(destination)

    def stop(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(STOP_GRACE_S)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _read_progress(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            report = json.loads(line)
            self._done = report["frame"]
            self._encoding = report.get("encoding")

    def _read_complaints(self) -> None:
        assert self._process.stderr
        self._complaints.extend(line.strip() for line in self._process.stderr if line.strip())
