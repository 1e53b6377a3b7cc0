"""Who signs manifests: a certificate chain with its key, given or made for development."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from filelock import FileLock

from media.errors import MediaError

DEVELOPMENT_ISSUER = "Reelflow development, untrusted"
DEVELOPMENT_DAYS = 365
# One that ends while a film is made would sign what nobody accepts.
RENEWED_BEFORE = timedelta(days=1)

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_Key: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


class ProvenanceError(MediaError):
    """A manifest can't be signed or read; nothing was written."""


@dataclass(frozen=True)
class Credentials:
    """A certificate chain, the signer's first, with the signer's private key, both PEM.

    Attributes:
        algorithm: C2PA's name of the signature's algorithm, such as `es256`.
        issuer: the organisation that the signer's certificate names.
        development: whether they were made here, so that nobody else trusts them.
    """

    chain: bytes
    key: bytes = field(repr=False)
    algorithm: str
    issuer: str
    development: bool = False


def load(chain: bytes, key: bytes) -> Credentials:
    """The credentials of two PEM documents.

    Raises:
        ProvenanceError: they can't be read, don't belong together, or the certificate is not valid today.
    """
    try:
        certificate = x509.load_pem_x509_certificates(chain)[0]
        private = serialization.load_pem_private_key(key, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unusable(f"no PEM that can be read, or a key with a password: {error}") from error
    if not isinstance(private, _Key):
        raise _unusable("the key is neither of an elliptic curve, nor Ed25519, nor RSA")
    if private.public_key() != certificate.public_key():
        raise _unusable("the key is not that of the first certificate of the chain")
    now = datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        raise _unusable(
            f"the certificate is valid from {certificate.not_valid_before_utc:%Y-%m-%d}"
            f" to {certificate.not_valid_after_utc:%Y-%m-%d} only"
        )
    named = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    issuer = str(named[0].value) if named else certificate.subject.rfc4514_string()
    return Credentials(chain, key, _algorithm(private), issuer, development=issuer == DEVELOPMENT_ISSUER)


def development(directory: Path) -> Credentials:
    """Credentials of this machine alone, made on first use and again before they expire.

    Who reads a film that they sign sees that it is whole, and that its signer is untrusted.
    """
    directory.mkdir(parents=True, exist_ok=True)
    kept = directory / "development.pem"
    with FileLock(directory / "development.lock"):
        if not kept.exists() or _ends(kept.read_bytes()) - RENEWED_BEFORE < datetime.now(UTC):
            _write_secret(kept, _make())
        both = kept.read_bytes()
    key, chain = both.split(b"-----BEGIN CERTIFICATE-----", 1)
    return load(b"-----BEGIN CERTIFICATE-----" + chain, key)


def _unusable(cause: str) -> ProvenanceError:
    return ProvenanceError(
        "The signing credentials can't be used",
        cause,
        "Correct C2PA_CERTIFICATE, the chain with the signer's certificate first, and C2PA_PRIVATE_KEY",
    )


def _algorithm(key: _Key) -> str:
    """By C2PA 2.2, section 13.2.1, the one that goes with the kind of key."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if (algorithm := _CURVES.get(key.curve.name)) is None:
            raise _unusable(f"the curve {key.curve.name} is none of {', '.join(_CURVES)}")
        return algorithm
    return "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else "ps256"


def _ends(pem: bytes) -> datetime:
    return x509.load_pem_x509_certificates(pem)[0].not_valid_after_utc


def _write_secret(path: Path, content: bytes) -> None:
    arriving = path.with_suffix(".arriving")
    arriving.unlink(missing_ok=True)
    with os.fdopen(os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    arriving.replace(path)


def _make() -> bytes:
    """A key, its certificate and the authority that vouches for it: C2PA refuses what vouches for itself."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("authority", root_key, root_key, authority=True)
    signer = _certificate("signer", key, root_key, authority=False)
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    parts = (
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain),
        signer.public_bytes(pem),
        root.public_bytes(pem),
    )
    return b"".join(parts)


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, *, authority: bool
) -> x509.Certificate:
    """One by the profile of C2PA 2.2, section 14.5.1."""
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name("authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DEVELOPMENT_DAYS))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), True)
        .add_extension(_usage(authority), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False)
    )
    if not authority:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    return made.sign(by, hashes.SHA256())


def _name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEVELOPMENT_ISSUER),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Reelflow development {name}"),
        ]
    )


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
