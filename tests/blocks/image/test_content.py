"""What goes into the image, and what makes it another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from blocks.image import BuildFailed, content_tag, included

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, content in {
        "Dockerfile": "FROM scratch\nCOPY . .\n",
        ".dockerignore": "# What runs.\n*\n!app\n!cli.py\n**/__pycache__\n",
        "cli.py": "print()\n",
        "app/main.py": "x = 1\n",
        "app/__pycache__/main.pyc": "bytes",
        "docs/readme.md": "words",
        ".env": "SECRET_KEY=canary",
    }.items():
        file = tmp_path / "checkout" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path / "checkout"


def tag(checkout: Path) -> str:
    return content_tag(checkout, base_image="base:1", builder="docker", platform="linux/arm64")


def test_only_what_the_ignore_file_lets_through(checkout: Path) -> None:
    assert included(checkout) == [Path("app/main.py"), Path("cli.py")]


def test_all_of_it_without_an_ignore_file(checkout: Path) -> None:
    (checkout / ".dockerignore").unlink()
    assert Path(".env") in included(checkout)


def test_this_project_ships_what_runs_and_nothing_else() -> None:
    top = {path.parts[0] for path in included(PROJECT)}
    assert {"app", "blocks", "flows", "media", "cli.py", "uv.lock"} <= top
    assert not {".git", ".env", ".venv", "tests", "infra", "bench", "Dockerfile"} & top


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda c: (c / "docs" / "readme.md").write_text("others"), True),
        (lambda c: (c / ".env").write_text("SECRET_KEY=other"), True),
        (lambda c: (c / "app" / "main.py").touch(), True),
        (lambda c: (c / "app" / "__pycache__" / "x.pyc").write_text(""), True),
        (lambda c: (c / "app" / "main.py").chmod(0o600), True),
        (lambda c: (c / "app" / "main.py").write_text("x = 2\n"), False),
        (lambda c: (c / "app" / "main.py").chmod(0o755), False),
        (lambda c: (c / "app" / "main.py").rename(c / "app" / "other.py"), False),
        (lambda c: (c / "app" / "new.py").write_text(""), False),
        (lambda c: (c / "app" / "link.py").symlink_to("main.py"), False),
        (lambda c: (c / "Dockerfile").write_text("FROM other\n"), False),
    ],
)
def test_what_makes_another_image(checkout: Path, change: Callable[[Path], object], same: bool) -> None:
    before = tag(checkout)
    change(checkout)
    assert (tag(checkout) == before) is same


@pytest.mark.parametrize(
    "other", [{"base_image": "base:2"}, {"builder": "archive"}, {"platform": "linux/amd64"}]
)
def test_how_it_is_built_counts_too(checkout: Path, other: dict[str, str]) -> None:
    usual = {"base_image": "base:1", "builder": "docker", "platform": "linux/arm64"}
    assert content_tag(checkout, **usual | other) != content_tag(checkout, **usual)


def test_the_tag_is_one_that_a_registry_takes(checkout: Path) -> None:
    assert len(tag(checkout)) == 20
    assert tag(checkout).isalnum()


def test_where_it_lies_does_not_count(checkout: Path, tmp_path: Path) -> None:
    before = tag(checkout)
    assert tag(checkout.rename(tmp_path / "elsewhere")) == before


def test_a_checkout_without_a_dockerfile_is_refused(checkout: Path) -> None:
    (checkout / "Dockerfile").unlink()
    with pytest.raises(BuildFailed, match=r"has no Dockerfile\b.*git checkout Dockerfile"):
        tag(checkout)
