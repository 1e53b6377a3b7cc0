"""What the page is made of, as it is served."""

import re

import httpx

from app.api.pages import PAGES
from tests.pages.conftest import Application

STATIC = PAGES / "static"


def test_every_module_is_part_of_the_page() -> None:
    """Those that a browser never reads are dead, and nothing else would notice."""
    read, found = set[str](), ["main.js"]
    while found:
        name = found.pop()
        read.add(name)
        text = (STATIC / "js" / name).read_text()
        found += set(re.findall(r'from "\./(.+?)"', text)) - read
    assert read | {"theme.js"} == {path.name for path in (STATIC / "js").iterdir()}


def test_the_page_names_only_what_is_served(application: Application) -> None:
    page = httpx.get(application.url)
    assert page.headers["cache-control"] == "no-cache"
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert named
    for address in named:
        httpx.get(application.url + address).raise_for_status()


def test_nothing_runs_that_is_not_in_a_file(application: Application) -> None:
    """The content security policy forbids it, so it would be dead code."""
    page = httpx.get(application.url).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


def test_files_are_kept_and_asked_about(application: Application) -> None:
    address = f"{application.url}/static/js/main.js"
    first = httpx.get(address)
    assert first.headers["cache-control"] == "no-cache"
    again = httpx.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_file_that_is_not_there_is_a_problem(application: Application) -> None:
    missing = httpx.get(f"{application.url}/static/js/none.js")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    assert httpx.get(f"{application.url}/static/../main.py").status_code == 404
