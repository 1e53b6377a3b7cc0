"""A film is followed while it's made, whatever happens to the page, the line and the server meanwhile."""

from collections.abc import Callable

import httpx
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.app.waiting import until
from tests.pages.conftest import Application
from tests.pages.director import Director

Order = Callable[..., str]
Direct = Callable[[str], Director]


def _clip(page: Page, number: int):
    return page.locator(f'[data-testid=clip][data-number="{number}"]')


def _has_picture(page: Page, number: int) -> None:
    picture = _clip(page, number).locator("img")
    expect(picture).to_be_visible()
    until(lambda: picture.evaluate("image => image.naturalWidth") > 0)


def test_a_film_is_watched_from_its_order_to_its_end(page: Page, order: Order, direct: Direct) -> None:
    film = order()
    page.goto(f"/#/films/{film}")
    expect(page.get_by_test_id("doing")).to_have_text("Waiting for its turn.")
    expect(page.get_by_test_id("clip")).to_have_count(3)
    director = direct(film)
    director.plan()
    expect(page.get_by_test_id("doing")).to_have_text("Shooting: 0 of 3 scenes are there.")
    expect(page.get_by_role("heading", level=1)).to_have_text(director.storyboard.title)
    expect(_clip(page, 2)).to_contain_text(director.storyboard.scenes[1].description)
    director.progress(20, scene_1=80, scene_2=25)
    expect(page.get_by_test_id("percent")).to_have_text("20")
    expect(_clip(page, 2).get_by_role("progressbar")).to_have_attribute("aria-valuenow", "25")
    director.shoot(1)
    _has_picture(page, 1)
    expect(_clip(page, 2)).to_have_attribute("data-status", "generating")
    for number in (2, 3):
        director.shoot(number)
    director.cut()
    director.encode(40)
    expect(page.get_by_test_id("doing")).to_have_text("Cutting it together: 40 % encoded.")
    director.deliver()
    expect(page.get_by_test_id("video")).to_be_visible()
    until(
        lambda: page.get_by_test_id("video").evaluate("video => video.readyState >= 1 && video.duration > 1")
    )
    expect(page.get_by_test_id("making")).to_be_hidden()


def test_a_reload_in_the_middle_shows_the_same(page: Page, order: Order, direct: Direct) -> None:
    film = order()
    director = direct(film)
    director.plan()
    director.shoot(1)
    page.goto(f"/#/films/{film}")
    _has_picture(page, 1)
    page.reload()
    _has_picture(page, 1)
    director.shoot(2)
    _has_picture(page, 2)
    expect(page.get_by_test_id("clip")).to_have_count(3)


def test_a_dropped_line_is_taken_up_where_it_broke(page: Page, order: Order, direct: Direct) -> None:
    lines: list[WebSocketRoute] = []

    def pass_on(line: WebSocketRoute) -> None:
        lines.append(line)
        line.connect_to_server()

    page.route_web_socket("**/ws/**", pass_on)
    film = order()
    page.goto(f"/#/films/{film}")
    expect(page.get_by_test_id("connection")).to_have_text("Live")
    director = direct(film)
    director.plan()
    expect(page.get_by_test_id("doing")).to_contain_text("0 of 3")
    lines[0].close(code=1011)
    director.shoot(1)
    _has_picture(page, 1)
    director.shoot(2)
    _has_picture(page, 2)
    assert "last_sequence" not in lines[0].url
    assert "last_sequence" in lines[1].url
    expect(page.get_by_test_id("clip")).to_have_count(3)


def test_without_a_line_it_asks(page: Page, order: Order, direct: Direct) -> None:
    page.route_web_socket("**/ws/**", lambda line: line.close(code=1011))
    film = order()
    page.goto(f"/#/films/{film}")
    expect(page.get_by_test_id("connection")).to_contain_text("The line dropped")
    director = direct(film)
    director.make()
    expect(page.get_by_test_id("video")).to_be_visible()


def test_a_server_that_restarts_is_found_again(
    page: Page, order: Order, direct: Direct, application: Application
) -> None:
    film = order()
    page.goto(f"/#/films/{film}")
    director = direct(film)
    director.plan()
    director.shoot(1)
    _has_picture(page, 1)
    application.stop()
    try:
        expect(page.get_by_test_id("connection")).to_contain_text("No answer from Reelflow")
        _has_picture(page, 1)
        director.shoot(2)
    finally:
        application.start()
    _has_picture(page, 2)
    expect(page.get_by_test_id("connection")).to_have_text("Live", timeout=30_000)
    director.shoot(3)
    _has_picture(page, 3)


def test_milestones_are_spoken_and_percents_are_not(page: Page, order: Order, direct: Direct) -> None:
    film = order()
    director = direct(film)
    director.plan()
    page.goto(f"/#/films/{film}")
    expect(page.get_by_test_id("connection")).to_have_text("Live")
    page.evaluate(
        """() => {
            window.spoken = [];
            const announcer = document.getElementById("announcer");
            const listener = new MutationObserver(() => spoken.push(announcer.textContent));
            listener.observe(announcer, {childList: true});
        }"""
    )
    for percent in range(5, 25):
        director.progress(percent, scene_1=percent)
    director.shoot(1)
    _has_picture(page, 1)
    expect(page.get_by_test_id("percent")).to_have_text("24")
    assert page.evaluate("spoken") == ["Shooting: 1 of 3 scenes are there."]


def test_a_failure_says_what_why_and_what_to_do(page: Page, order: Order, direct: Direct) -> None:
    film = order()
    page.goto(f"/#/films/{film}")
    director = direct(film)
    director.plan()
    director.shoot(1)
    director.fail()
    failure = page.get_by_test_id("failure")
    expect(failure).to_contain_text("The film can't be written: the disk is full. Free space.")
    _has_picture(page, 1)
    page.get_by_test_id("retry").click()
    expect(page.get_by_test_id("doing")).to_have_text("Waiting for its turn.")
    expect(failure).to_have_count(0)
    again = direct(film)
    again.plan()
    expect(page.get_by_test_id("doing")).to_have_text("Shooting: 1 of 3 scenes are there.")


def test_a_film_is_cancelled(page: Page, order: Order, api: httpx.Client) -> None:
    film = order()
    page.goto(f"/#/films/{film}")
    page.get_by_test_id("cancel").click()
    expect(page.get_by_test_id("doing")).to_have_text("This film was cancelled.")
    assert api.get(f"/generations/{film}").json()["status"] == "cancelled"


def test_another_sessions_film_is_not_here(page: Page, order: Order) -> None:
    film = order()
    page.evaluate("localStorage.clear()")
    page.goto(f"/#/films/{film}")
    page.reload()
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("gone")).to_contain_text("This film isn’t here")
