"""What `reelflow render` is asked for, checked before anything is started.

Imports little, so that a wrong call is answered at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.models.sessions import AssetKind
from app.requests import GenerationCreate
from app.uploads import prove_upload
from planning.brief import read_brief


@dataclass(frozen=True)
class Order:
    """A film as it was ordered on the command line; its files are proven."""

    request: GenerationCreate
    logo: Path | None
    music: Path | None
    voice: Path | None
    out: Path | None


def check(
    arguments: dict[str, object],
    *,
    logo: Path | None,
    music: Path | None,
    voice: Path | None,
    out: Path | None,
    hls: bool,
) -> Order:
    """The order that the arguments make.

    Raises:
        BriefError: an argument is out of its limits.
        UploadRefused: a file is not what it should be.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    brief = read_brief(given)
    for path, kind in ((logo, AssetKind.LOGO), (music, AssetKind.MUSIC), (voice, AssetKind.AUDIO)):
        if path:
            prove_upload(path, filename=path.name, kind=kind.value)
    # A brief's seed defaults to a number; a request's is left to chance unless given.
    request = GenerationCreate.model_validate(brief.model_dump() | {"seed": given.get("seed"), "hls": hls})
    return Order(request, logo, music, voice, out)
