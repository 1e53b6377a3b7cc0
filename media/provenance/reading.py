"""What a file says of where it comes from, and whether that is to be believed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import c2pa

from media.provenance.credentials import ProvenanceError
from media.provenance.manifest import CLIPS

_UNTRUSTED = "signingCredential.untrusted"

Verdict = Literal["trusted", "valid, signer untrusted", "invalid"]


@dataclass(frozen=True)
class Provenance:
    """A file's active manifest, read back.

    Attributes:
        verdict: whether file and manifest are as they were signed, by somebody who is trusted.
        faults: C2PA's codes of what is wrong, with an explanation each.
        title: of the film.
        generator: name and version of the program that claims it.
        issuer: the organisation in the signer's certificate.
        digital_source: the IPTC term (a URI) of how it was created; None if the manifest doesn't say.
        actions: C2PA's names of what was done, in order.
        ingredients: titles of what it is made of.
        clips: what our own assertion says of each clip; empty in another program's file.
        beside: what it says of what else models have made.
    """

    verdict: Verdict
    faults: tuple[str, ...]
    title: str | None
    generator: str
    issuer: str | None
    digital_source: str | None
    actions: tuple[str, ...]
    ingredients: tuple[str, ...]
    clips: tuple[dict[str, Any], ...]
    beside: tuple[dict[str, Any], ...] = ()


def read(path: Path, *, anchors: bytes | None = None) -> Provenance:
    """What a file's manifest says. Nothing is fetched over the network.

    Args:
        path: a film, picture or sound.
        anchors: PEM certificates of the authorities to trust; without them nobody is trusted.

    Raises:
        ProvenanceError: there is no such file, or no manifest in it that can be read.
    """
    trust = {"trust": {"user_anchors": anchors.decode()}} if anchors else {}
    asked = trust | {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    try:
        with c2pa.Context.from_dict(asked) as context, c2pa.Reader(path, context=context) as reader:
            store = json.loads(reader.json())
    except c2pa.C2paError as error:
        # The library adds its kinds of errors to the class when it is imported.
        if isinstance(error, c2pa.C2paError.ManifestNotFound):  # pyright: ignore[reportAttributeAccessIssue]
            raise _unreadable(
                path, "it has no C2PA manifest", "Ask for the file as it was published"
            ) from error
        remedy = "Give an MP4, or another file that can hold a manifest"
        raise _unreadable(path, str(error), remedy) from error
    return _told(store)


def _unreadable(path: Path, cause: str, remedy: str) -> ProvenanceError:
    return ProvenanceError(f"The provenance of {path} can't be read", cause, remedy)


def _told(store: dict[str, Any]) -> Provenance:
    manifest = store["manifests"][store["active_manifest"]]
    found = store.get("validation_status", [])
    assertions = {assertion["label"]: assertion["data"] for assertion in manifest.get("assertions", [])}
    actions = next(
        (data["actions"] for label, data in assertions.items() if label.startswith("c2pa.actions")), []
    )
    by = next(iter(manifest.get("claim_generator_info", [])), {})
    return Provenance(
        verdict=_verdict(store.get("validation_state"), {fault["code"] for fault in found}),
        faults=tuple(f"{fault['code']}: {fault.get('explanation', '')}" for fault in found),
        title=manifest.get("title"),
        generator=f"{by.get('name', 'unknown')} {by.get('version', '')}".strip(),
        issuer=manifest.get("signature_info", {}).get("issuer"),
        digital_source=next((a["digitalSourceType"] for a in actions if "digitalSourceType" in a), None),
        actions=tuple(action["action"] for action in actions),
        ingredients=tuple(item.get("title", "") for item in manifest.get("ingredients", [])),
        clips=tuple(assertions.get(CLIPS, {}).get("clips", ())),
        beside=tuple(assertions.get(CLIPS, {}).get("beside", ())),
    )


def _verdict(state: str | None, faults: set[str]) -> Verdict:
    if faults - {_UNTRUSTED}:
        return "invalid"
    if state == "Trusted":
        return "trusted"
    return "valid, signer untrusted" if state == "Valid" else "invalid"
