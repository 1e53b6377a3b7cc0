"""A draft is ordered, its scenes are chosen, and they become a film; a film is taken along in every shape."""

from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.pages.conftest import PROMPT
from tests.pages.director import Director

Finished = Callable[..., tuple[str, Director]]


def test_a_draft_in_two_shapes_is_ordered(page: Page, api: httpx.Client) -> None:
    page.get_by_test_id("prompt").fill(PROMPT)
    page.locator('input[name="aspect"][value="9:16"]').check()
    boxes = page.get_by_test_id("also")
    assert [box.get_attribute("value") for box in boxes.all()] == ["16:9", "1:1"]
    boxes.last.check()
    page.get_by_test_id("draft").check()
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("film")).to_contain_text("Ad, draft, 30 s, 9:16, 1:1")
    (ordered,) = api.get("/generations").json()["items"]
    assert (ordered["draft"], ordered["aspect"]) == (True, "9:16")
    page.goto("/#/films")
    expect(page.get_by_test_id("film-card")).to_contain_text("ad, draft")


def test_the_chosen_scenes_become_a_film_in_full(
    page: Page, finished: Finished, direct: Callable[[str], Director]
) -> None:
    draft, _ = finished(draft=True)
    page.goto(f"/#/films/{draft}")
    promote, price = page.get_by_test_id("promote"), page.get_by_test_id("promotion-price")
    expect(page.get_by_test_id("approval")).to_be_visible()
    expect(promote).to_be_disabled()
    boxes = page.get_by_test_id("approve")
    for number, chosen in ((0, "1 of 3 scenes, free"), (2, "2 of 3 scenes, free")):
        boxes.nth(number).check()
        expect(price).to_have_text(chosen)
        expect(boxes.nth(number)).to_be_focused()
    page.reload()
    expect(price).to_have_text("2 of 3 scenes, free")
    promote.click()
    expect(page.get_by_test_id("doing")).to_have_text("Waiting for its turn.")
    film = page.url.rpartition("/")[2]
    assert film != draft
    direct(film).make()
    expect(page.get_by_test_id("video")).to_be_visible()
    expect(page.get_by_test_id("clip")).to_have_count(2)
    expect(page.get_by_test_id("clip").last).to_contain_text("03")
    expect(page.get_by_test_id("approval")).to_be_hidden()


def test_every_shape_is_downloaded_under_a_name_of_its_own(page: Page, finished: Finished) -> None:
    film, director = finished(also=["9:16", "1:1"])
    page.goto(f"/#/films/{film}")
    for aspect in ("9:16", "1:1"):
        with page.expect_download() as download:
            page.get_by_test_id(f"download-{aspect}").click()
        title = director.storyboard.title
        assert download.value.suggested_filename == f"{title} {aspect.replace(':', 'x')}.mp4"


def test_a_film_is_had_in_another_shape_later(page: Page, api: httpx.Client, finished: Finished) -> None:
    film, director = finished()
    page.goto(f"/#/films/{film}")
    page.get_by_test_id("edit").click()
    save = page.get_by_test_id("save-cut")
    expect(save).to_be_disabled()
    box = page.get_by_test_id("cut-also").first
    box.check()
    page.get_by_test_id("reset-cut").click()
    expect(box).not_to_be_checked()
    expect(save).to_be_disabled()
    box.check()
    save.click()
    expect(page.get_by_test_id("doing")).to_have_text("Waiting for its turn.")
    director.make()
    expect(page.get_by_test_id("download-9:16")).to_be_visible()
    assert [clip["attempts"] for clip in api.get(f"/generations/{film}").json()["clips"]] == [1, 1, 1]
