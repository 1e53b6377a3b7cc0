"""A finished film: watched, known, taken along, made again in part, found again later."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.app.waiting import until
from tests.pages.director import Director

Finished = Callable[..., tuple[str, Director]]


def test_a_film_is_downloaded_whole_under_its_title(page: Page, finished: Finished, footage: Path) -> None:
    film, director = finished()
    page.goto(f"/#/films/{film}")
    with page.expect_download() as download:
        page.get_by_test_id("download").click()
    assert download.value.suggested_filename == f"{director.storyboard.title}.mp4"
    received = Path(download.value.path()).read_bytes()
    assert hashlib.sha256(received).digest() == hashlib.sha256(footage.read_bytes()).digest()
    expect(page.get_by_test_id("screening")).to_be_visible()


def test_its_facts_are_those_that_were_measured(page: Page, finished: Finished) -> None:
    film, _ = finished(seed=41)
    page.goto(f"/#/films/{film}")
    facts = page.get_by_test_id("facts")
    for fact in ("0:02", "320 × 180", "-14.0 LUFS", "41"):
        expect(facts).to_contain_text(fact)


def test_the_contact_sheet_opens_large_and_escape_leads_back(page: Page, finished: Finished) -> None:
    film, _ = finished()
    page.goto(f"/#/films/{film}")
    sheet = page.get_by_role("button", name="Contact sheet, larger")
    sheet.click()
    dialog = page.get_by_role("dialog", name="Contact sheet")
    until(lambda: dialog.locator("img").evaluate("image => image.naturalWidth") == 64)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(sheet).to_be_focused()


def test_a_scene_is_shot_again_by_other_words(
    page: Page, finished: Finished, direct: Callable[[str], Director]
) -> None:
    film, _ = finished()
    page.goto(f"/#/films/{film}")
    page.get_by_test_id("remake").nth(1).click()
    words = page.get_by_test_id("remake-words")
    expect(words).to_be_focused()
    words.fill("Close: the kettle sings.")
    page.get_by_test_id("remake-confirm").click()
    expect(page.get_by_test_id("doing")).to_have_text("Waiting for its turn.")
    expect(page.get_by_test_id("video")).to_be_visible()
    direct(film).make(width=96)
    expect(page.get_by_test_id("clip").nth(1)).to_contain_text("Close: the kettle sings.")
    # The new picture, though it lies where the old one lay.
    picture = page.get_by_test_id("clip").nth(1).locator("img")
    until(lambda: picture.evaluate("image => image.naturalWidth") == 96)
    expect(page.get_by_test_id("version")).to_have_count(2)
    expect(page.get_by_test_id("version").last).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("version").first.click()
    expect(page.get_by_test_id("version").first).to_be_focused()
    expect(page.get_by_label("The film, version 1")).to_be_visible()


def test_films_are_found_again(page: Page, finished: Finished, order: Callable[..., str]) -> None:
    film, director = finished()
    for number in range(25):
        order(prompt=f"Film {number}")
    page.goto("/#/films")
    cards = page.get_by_test_id("film-card")
    expect(cards).to_have_count(24)
    expect(cards.first).to_contain_text("Film 24")
    expect(cards.first).to_contain_text("In the queue")
    page.get_by_test_id("more-films").click()
    expect(cards).to_have_count(26)
    expect(cards.nth(24).get_by_role("link")).to_be_focused()
    expect(page.get_by_test_id("more-films")).to_have_count(0)
    still = cards.last.locator("img")
    still.scroll_into_view_if_needed()
    until(lambda: still.evaluate("image => image.naturalWidth") == 64)
    cards.last.get_by_role("link", name=director.storyboard.title).click()
    expect(page.get_by_test_id("video")).to_be_visible()
    assert page.url.endswith(film)
    page.go_back()
    expect(cards.first).to_be_visible()
