"""librosa, imported by one process after the other."""

import os
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

from filelock import FileLock


@cache
def librosa() -> ModuleType:
    """The library: it takes seconds to import, and nothing but listening needs it.

    What numba compiles on the way is kept for the next process. Two processes that compile at the same time
    can leave parts that don't fit each other, and every later one dies of them:
    https://github.com/numba/numba/issues/10128
    """
    with FileLock(Path(tempfile.gettempdir()) / f"reelflow-librosa-{os.getuid()}.lock"):
        import librosa
        import librosa.beat
        import librosa.feature
        import librosa.onset
        import librosa.sequence
        import librosa.util

        return librosa
