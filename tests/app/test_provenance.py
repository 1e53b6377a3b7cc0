"""Who signs the films: by the settings, and by nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.provenance import develops, signer
from app.settings import Settings, settings
from media.provenance import ProvenanceError, development


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("REELFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    ("environment", "signs"),
    [("local", True), ("sandbox", True), ("dev", False), ("staging", False), ("prod", False)],
)
def test_only_a_rehearsal_vouches_for_itself(
    environment: str, signs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    assert develops() is signs
    found = signer()
    assert (found is not None and found.development) is signs


@pytest.mark.parametrize("as_text", [True, False])
def test_what_is_set_signs_wherever_it_runs(
    as_text: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = development(tmp_path)
    for name, content in (("C2PA_CERTIFICATE", given.chain), ("C2PA_PRIVATE_KEY", given.key)):
        (tmp_path / name).write_bytes(content)
        monkeypatch.setenv(name, content.decode() if as_text else str(tmp_path / name))
    monkeypatch.setenv("ENVIRONMENT", "prod")
    found = signer()
    assert found is not None
    assert (found.chain, found.key) == (given.chain, given.key)


def test_a_path_that_leads_nowhere_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("C2PA_CERTIFICATE", "/nowhere.pem")
    monkeypatch.setenv("C2PA_PRIVATE_KEY", "/nowhere.key")
    with pytest.raises(ProvenanceError, match=r"C2PA_CERTIFICATE is no PEM, and no file.*No such file"):
        signer()


@pytest.mark.parametrize("alone", ["C2PA_CERTIFICATE", "C2PA_PRIVATE_KEY"])
def test_half_of_it_is_refused(alone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(alone, "x")
    with pytest.raises(ValueError, match="set both, or neither"):
        Settings()
