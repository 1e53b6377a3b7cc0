"""The pages that the code tells are as it tells them, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import docs

PAGES = [*sorted(docs.DOCS.glob("*.md")), docs.ROOT / "README.md", docs.ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("name", docs.PAGES)
def test_a_page_is_up_to_date(name: str) -> None:
    assert (docs.DOCS / name).read_text() == docs.written(name), "run make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_command_is_told() -> None:
    told = (docs.DOCS / "commands.md").read_text()
    assert all(f"## `reelflow {name}`" in told for name in ("deploy", "rehearse", "render"))
