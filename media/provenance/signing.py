"""A film with its manifest inside, signed."""

from __future__ import annotations

from pathlib import Path

import c2pa

from media.files import written_whole
from media.provenance.credentials import Credentials, ProvenanceError
from media.provenance.manifest import Story, definition

# What a film is made of has no thumbnails, and nobody is asked over the network.
_SETTINGS = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"verify_after_sign": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
}


def sign(film: Path, story: Story, credentials: Credentials, destination: Path) -> None:
    """Writes the film again with its manifest in a box before `moov`; pictures and sound stay as they are.

    Args:
        film: a finished MP4.
        story: what the manifest claims.
        credentials: who claims it.
        destination: another file; it appears only when its signature has been verified.

    Raises:
        ProvenanceError: the library refuses the film, the manifest or the credentials.
        DiskFull: there is no room for the file.
    """
    info = c2pa.C2paSignerInfo(credentials.algorithm, credentials.chain, credentials.key, None)
    with written_whole(destination) as arriving:
        try:
            with (
                c2pa.Context.from_dict(_SETTINGS) as context,
                c2pa.Signer.from_info(info) as signer,
                c2pa.Builder(definition(story), context) as builder,
                film.open("rb") as source,
                arriving.open("w+b") as signed,
            ):
                builder.sign(signer, "video/mp4", source, signed)
        except c2pa.C2paError as error:
            raise ProvenanceError(
                "The film could not be signed",
                str(error),
                "Check C2PA_CERTIFICATE and C2PA_PRIVATE_KEY, or unset both to publish it unsigned",
            ) from error
