"""``python -m drawing REQUEST.json OUT.mp4``: draw a scene into a clip, in a process of its own.

The clip is in the house's encoding, so that normalising it is no second encoding. Progress goes to stdout as
JSON lines, ``{"frame": n, "of": N}``; the last one adds ``encoding``, from when to when the encoder ran, in
seconds since the epoch. Exit codes: 0 done, 1 failed, 2 bad arguments
or request, 28 (ENOSPC) no room for the clip, 143 stopped by SIGTERM; failures leave one line on stderr
and no file.
"""

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import numpy as np
from pydantic import ValidationError

from drawing.render import render
from drawing.request import SceneRequest
from media.encoder import encode_frames
from media.errors import Cancelled, DiskFull, MediaError


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        return _refuse("usage: python -m drawing REQUEST.json OUT.mp4")
    source, destination = Path(arguments[0]), Path(arguments[1])
    try:
        request = SceneRequest.model_validate_json(source.read_bytes())
    except OSError as error:
        return _refuse(f"cannot read {source}: {error.strerror}. Give the path of a scene request")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "document"
        return _refuse(f"{source} is no scene request: {where}: {first['msg']}. Correct it and run again")
    return _draw(request, destination)


def _draw(request: SceneRequest, destination: Path) -> int:
    stop = threading.Event()

    def on_term(_: int, __: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_term)
    try:
        run = encode_frames(
            _reported(request),
            width=request.width,
            height=request.height,
            fps=request.fps,
            destination=destination,
            keyframes=request.cuts,
            total_frames=request.frames,
            deadline_s=120 + request.frames * 2.0,
            cancel=stop,
        )
    except Cancelled:
        sys.stderr.write("stopped by SIGTERM; no clip was written\n")
        return 128 + signal.SIGTERM
    except DiskFull as error:
        sys.stderr.write(" ".join(error.cause.split()) + "\n")
        return errno.ENOSPC
    except (MediaError, OSError) as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return 1
    _report({"frame": request.frames, "of": request.frames, "encoding": [run.started, run.ended]})
    return 0


def _reported(request: SceneRequest) -> Iterator[np.ndarray]:
    for number, frame in enumerate(render(request), start=1):
        yield frame
        _report({"frame": number, "of": request.frames})


def _report(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _refuse(reason: str) -> int:
    sys.stderr.write(" ".join(reason.split()) + "\n")
    return 2


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    # Not sys.exit: a thread that is still drawing may hold stdout when the interpreter closes it, which
    # then aborts. What was reported is flushed line by line.
    os._exit(code)
