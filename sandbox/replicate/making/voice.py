"""Voice, by this project's own speech engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sandbox.replicate.making.circumstances import Circumstances, Failed, Made
from sandbox.replicate.making.music import encoded
from sandbox.replicate.orders import Order

ROOT = Path(__file__).parents[3]
DEADLINE_S = 120.0
# eSpeak's voices, by the languages' names; another one is spoken as English is.
VOICES = {
    "Bulgarian": "bg", "Croatian": "hr", "Czech": "cs", "Danish": "da", "Dutch": "nl", "Finnish": "fi",
    "French": "fr", "German": "de", "Greek": "el", "Hungarian": "hu", "Italian": "it", "Norwegian": "nb",
    "Polish": "pl", "Portuguese": "pt", "Romanian": "ro", "Russian": "ru", "Slovak": "sk", "Slovenian": "sl",
    "Spanish": "es", "Swedish": "sv", "Turkish": "tr", "Ukrainian": "uk",
}  # fmt: skip
ENGLISH = "en-us"


def make_voice(order: Order, directory: Path, circumstances: Circumstances) -> Made:
    """The text, spoken, as `output.mp3`.

    Raises:
        Failed: it can't be spoken.
    """
    wav = directory / "spoken.wav"
    done = subprocess.run(
        [sys.executable, "-m", "speech", str(wav), VOICES.get(order.language, ENGLISH)],
        cwd=ROOT,
        input=" ".join(order.prompt.split()).encode(),
        capture_output=True,
        check=False,
        timeout=DEADLINE_S,
    )
    if done.returncode != 0:
        raise Failed(f"The text was not spoken: {done.stderr.decode(errors='replace').strip()[-200:]}")
    return Made(
        [encoded(wav, order.format, circumstances, f"atempo={order.speed}")],
        [f"{len(order.prompt)} characters spoken"],
    )
