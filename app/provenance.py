"""Who signs this installation's films, as the settings have it."""

from __future__ import annotations

from pathlib import Path

from app.settings import Environment, settings
from media.provenance import Credentials, ProvenanceError, development, load

_REHEARSING = (Environment.LOCAL, Environment.SANDBOX)


def develops() -> bool:
    """Whether films are signed by a certificate that is made on this machine."""
    here = settings()
    return here.c2pa_certificate is None and here.environment in _REHEARSING


def signer() -> Credentials | None:
    """The credentials that films are signed with; None where there are none, and films go out unsigned.

    Raises:
        ProvenanceError: what is set can't be used.
    """
    here = settings()
    if develops():
        return development(here.reelflow_home / "c2pa")
    if here.c2pa_certificate is None or here.c2pa_private_key is None:
        return None
    return load(
        _pem("C2PA_CERTIFICATE", here.c2pa_certificate),
        _pem("C2PA_PRIVATE_KEY", here.c2pa_private_key.get_secret_value()),
    )


def _pem(name: str, value: str) -> bytes:
    """A setting that is PEM itself, or a path."""
    if "-----BEGIN" in value:
        return value.encode()
    try:
        return Path(value).read_bytes()
    except OSError as error:
        raise ProvenanceError(
            "The signing credentials can't be used",
            f"{name} is no PEM, and no file that can be read: {error.strerror}",
            f"Set {name} to the PEM text or to the path of a file with it",
        ) from None
