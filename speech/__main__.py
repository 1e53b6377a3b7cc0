"""``python -m speech OUT.wav VOICE < TEXT``: speak a text, in a process of its own.

eSpeak has one state a process, and is C. The words' places go to stdout as JSON,
``[[character, seconds], …]``. Exit codes: 0 done,
1 failed, 2 bad arguments, 28 (ENOSPC) no room for the file; failures leave one line on stderr and no file.
"""

import errno
import json
import sys
import wave
from pathlib import Path

from media.errors import DiskFull
from media.files import translated_disk_errors, written_whole
from speech.espeak import EspeakError, Recording, speak


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        return _complain("usage: python -m speech OUT.wav VOICE < TEXT", 2)
    destination, voice = Path(arguments[0]), arguments[1]
    try:
        recording = speak(sys.stdin.buffer.read().decode(), voice)
        _write(recording, destination)
    except DiskFull as error:
        return _complain(error.cause, errno.ENOSPC)
    except (EspeakError, OSError, UnicodeDecodeError) as error:
        return _complain(str(error), 1)
    sys.stdout.write(json.dumps(recording.words))
    return 0


def _write(recording: Recording, destination: Path) -> None:
    with (
        translated_disk_errors(destination),
        written_whole(destination) as temporary,
        wave.open(str(temporary), "wb") as file,
    ):
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(recording.rate)
        file.writeframes(recording.samples)


def _complain(reason: str, code: int) -> int:
    sys.stderr.write(" ".join(reason.split()) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
