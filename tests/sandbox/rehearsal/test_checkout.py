"""A copy of the checkout is what belongs to it, and a change that no longer fits says so."""

import subprocess
from pathlib import Path

import pytest

from sandbox.rehearsal.checkout import ChangeFailed, copied, replaced


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    made = tmp_path / "checkout"
    for name, text in {
        ".gitignore": ".venv/\nsecret.txt\n",
        "app/main.py": "VERSION = 1\n",
        "new.py": "",
        ".venv/bin/python": "",
        "secret.txt": "",
    }.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    return made


def _files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_tracked_or_not_what_git_ignores_stays(checkout: Path, tmp_path: Path) -> None:
    for command in (["init", "--quiet"], ["add", "app"]):
        subprocess.run(["git", "-C", str(checkout), *command], check=True)
    copy = copied(checkout, tmp_path / "copy")
    assert _files(copy) == {".gitignore", "app/main.py", "new.py"}


def test_a_file_that_was_deleted_is_not_copied(checkout: Path, tmp_path: Path) -> None:
    for command in (["init", "--quiet"], ["add", "app", "new.py"]):
        subprocess.run(["git", "-C", str(checkout), *command], check=True)
    (checkout / "new.py").unlink()
    assert _files(copied(checkout, tmp_path / "copy")) == {".gitignore", "app/main.py"}


def test_without_git_all_but_what_is_made_here(checkout: Path, tmp_path: Path) -> None:
    copy = copied(checkout, tmp_path / "copy")
    assert "app/main.py" in _files(copy)
    assert not any(name.startswith(".venv") for name in _files(copy))


@pytest.mark.parametrize("old", ["VERSION = 2", "N"])
def test_a_place_that_is_not_there_once_is_said(checkout: Path, old: str) -> None:
    (checkout / "app/main.py").write_text("VERSION = 1\nN\n")
    with pytest.raises(ChangeFailed, match="not once"):
        replaced("app/main.py", old, "")(checkout)
