"""Manifests: what is claimed is read back, what was tampered with is seen, and the film stays the film."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from media.encoder import run
from media.probe import probe
from media.provenance import (
    Credentials,
    Origin,
    ProvenanceError,
    Story,
    definition,
    development,
    digital_source,
    load,
    read,
    sign,
)

DRAWN = Origin(number=1, model="drawn/1", trained=False, seed=7, sha256="ab" * 32, prompt="A bike at dawn")
GENERATED = replace(DRAWN, number=2, model="replicate/wan", trained=True, prompt=None)
STORY = Story(
    title="Volta",
    version="0.1.0",
    clips=(DRAWN, GENERATED),
    uploads=("logo",),
    beside=(("plan", "an/author"), ("music", "a/composer")),
)


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return development(tmp_path_factory.mktemp("c2pa"))


@pytest.fixture
def signed(clips: dict[str, Path], credentials: Credentials, tmp_path: Path) -> Path:
    sign(clips["red"], STORY, credentials, tmp_path / "signed.mp4")
    return tmp_path / "signed.mp4"


def test_what_is_claimed_is_read_back(signed: Path) -> None:
    found = read(signed)
    assert (found.title, found.generator, found.issuer) == (
        "Volta",
        "Reelflow 0.1.0",
        "Reelflow development, untrusted",
    )
    assert found.actions == ("c2pa.created", *["c2pa.placed"] * 4)
    assert found.ingredients == (
        "clip 1, by drawn/1",
        "clip 2, by replicate/wan",
        "music, by a/composer",
        "logo",
    )
    assert [(each["what"], each["model"]) for each in found.beside] == [
        ("plan", "an/author"),
        ("music", "a/composer"),
    ]
    first, second = found.clips
    assert (first["number"], first["model"], first["seed"], first["sha256"]) == (1, "drawn/1", 7, "ab" * 32)
    assert first["prompt"] == "A bike at dawn"
    assert "prompt" not in second


def test_a_prompt_that_is_left_out_is_nowhere_in_the_file(
    clips: dict[str, Path], credentials: Credentials, tmp_path: Path
) -> None:
    silent = replace(STORY, clips=(replace(DRAWN, prompt=None),))
    sign(clips["red"], silent, credentials, tmp_path / "silent.mp4")
    assert b"A bike at dawn" not in (tmp_path / "silent.mp4").read_bytes()


def test_pictures_sound_and_playability_are_as_before(clips: dict[str, Path], signed: Path) -> None:
    before, after = probe(clips["red"]), probe(signed)
    assert after == before
    assert after.faststart
    assert _streams(signed) == _streams(clips["red"])


def test_trust_comes_from_the_reader_not_from_the_file(signed: Path, credentials: Credentials) -> None:
    assert read(signed).verdict == "valid, signer untrusted"
    authority = b"-----BEGIN CERTIFICATE-----" + credentials.chain.rsplit(b"-----BEGIN CERTIFICATE-----")[-1]
    assert read(signed, anchors=authority).verdict == "trusted"


def test_a_changed_picture_is_seen(signed: Path, tmp_path: Path) -> None:
    content = bytearray(signed.read_bytes())
    content[-200] ^= 1
    changed = tmp_path / "changed.mp4"
    changed.write_bytes(content)
    found = read(changed)
    assert found.verdict == "invalid"
    assert any(fault.startswith("assertion.bmffHash.mismatch") for fault in found.faults)


def test_a_changed_claim_is_seen(signed: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.mp4"
    changed.write_bytes(signed.read_bytes().replace(b"A bike at dawn", b"A boat at dusk"))
    assert read(changed).verdict == "invalid"


@pytest.mark.parametrize(
    ("clips", "uploads", "term"),
    [
        ((GENERATED,), (), "trainedAlgorithmicMedia"),
        ((GENERATED,), ("logo",), "compositeWithTrainedAlgorithmicMedia"),
        ((DRAWN, GENERATED), (), "compositeWithTrainedAlgorithmicMedia"),
        ((DRAWN,), (), "algorithmicMedia"),
        ((DRAWN,), ("music",), "compositeSynthetic"),
    ],
)
def test_the_term_says_what_the_film_is_made_of(
    clips: tuple[Origin, ...], uploads: tuple[str, ...], term: str
) -> None:
    assert digital_source(clips, uploads) == f"http://cv.iptc.org/newscodes/digitalsourcetype/{term}"


def test_every_ingredient_is_placed() -> None:
    claimed = definition(STORY)
    placed = [
        action["parameters"]["ingredientIds"][0]
        for action in claimed["assertions"][0]["data"]["actions"]
        if action["action"] == "c2pa.placed"
    ]
    assert placed == [ingredient["instance_id"] for ingredient in claimed["ingredients"]]
    assert len(set(placed)) == len(placed)


@pytest.mark.parametrize("content", [b"", b"no film at all", None])
def test_what_has_no_manifest_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProvenanceError, match=r"film\.mp4 can't be read"):
        read(path)


def test_a_film_without_a_manifest_is_said_to_have_none(clips: dict[str, Path]) -> None:
    with pytest.raises(ProvenanceError, match="it has no C2PA manifest"):
        read(clips["red"])


def test_development_credentials_are_kept_for_their_owner_alone(tmp_path: Path) -> None:
    made = development(tmp_path)
    assert made.development
    assert development(tmp_path) == made
    assert (tmp_path / "development.pem").stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in repr(made)


def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.mark.parametrize(
    ("key", "cause"),
    [
        (b"", "no PEM that can be read"),
        (_pem(ec.generate_private_key(ec.SECP256R1())), "not that of the first certificate"),
        (_pem(ed25519.Ed25519PrivateKey.generate()), "not that of the first certificate"),
    ],
)
def test_credentials_that_do_not_fit_are_refused(key: bytes, cause: str, credentials: Credentials) -> None:
    with pytest.raises(ProvenanceError, match=cause):
        load(credentials.chain, key)


def test_nothing_is_written_where_signing_fails(
    clips: dict[str, Path], credentials: Credentials, tmp_path: Path
) -> None:
    # The certificate's key can't sign by this algorithm.
    with pytest.raises(ProvenanceError, match="could not be signed"):
        sign(clips["red"], STORY, replace(credentials, algorithm="ps256"), tmp_path / "signed.mp4")
    assert list(tmp_path.iterdir()) == []


def _streams(path: Path) -> list[str]:
    """The hash of each stream's packets."""
    hashes = path.with_suffix(".hashes")
    run(["-i", str(path), "-c", "copy", "-f", "streamhash", str(hashes)], deadline_s=60)
    return hashes.read_text().splitlines()
