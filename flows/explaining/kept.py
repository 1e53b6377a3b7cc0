"""Findings, kept in the state bucket beside the release that they are about: AWS forgets stopped tasks."""

from __future__ import annotations

from pydantic import ValidationError

from blocks.record_store import RecordStore
from flows.explaining.findings import Findings


def keep(records: RecordStore, findings: Findings) -> None:
    """Writes what was found out about a release, in the place of what was known.

    Raises:
        StoreError: the bucket can't be used.
    """
    if findings.release is None:
        return
    key = _key(findings.environment, findings.release)
    known = records.read(key)
    records.write(key, findings.model_dump_json().encode(), replaces=known.version if known else None)


def read(records: RecordStore, environment: str, release: str) -> Findings | None:
    """What was found out about a release; None when nothing was, or another version wrote it.

    Raises:
        StoreError: the bucket can't be used.
    """
    found = records.read(_key(environment, release))
    if found is None:
        return None
    try:
        return Findings.model_validate_json(found.content)
    except ValidationError:
        return None


def _key(environment: str, release: str) -> str:
    # Where the deployer may write, and no list of releases looks.
    return f"{environment}/findings/{release}.json"
