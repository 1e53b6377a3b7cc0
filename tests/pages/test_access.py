"""Everybody can use it: by keyboard alone, with a screen reader, on a phone, in the dark."""

from collections.abc import Callable

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.pages.director import Director

Direct = Callable[[str], Director]
Finished = Callable[..., tuple[str, Director]]

PHONE = {"width": 360, "height": 740}
FINGER = 44
TARGETS = "button, input:not([type=radio]), select, summary, nav a, .button"
TOO_SMALL = f"""() => [...document.querySelectorAll("{TARGETS}")]
    .filter(each => each.checkVisibility() && !each.classList.contains("unseen"))
    .filter(each => each.getBoundingClientRect().height < {FINGER - 0.5})
    .map(each => each.outerHTML.slice(0, 120))"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


@pytest.fixture
def views(
    page: Page, finished: Finished, order: Callable[..., str], direct: Direct, api: httpx.Client
) -> dict[str, tuple[str, str]]:
    """Every view: its address, and the test id of what shows that it's there."""
    film, _ = finished()
    version = api.get(f"/generations/{film}").json()["composition_id"]
    making = order()
    director = direct(making)
    director.plan()
    director.shoot(1)
    director.progress(30, scene_2=50)
    failed = order()
    unlucky = direct(failed)
    unlucky.plan()
    unlucky.fail()
    return {
        "composer": ("/#/", "prompt"),
        "history": ("/#/films", "film-card"),
        "film": (f"/#/films/{film}", "video"),
        "making": (f"/#/films/{making}", "clip"),
        "failed": (f"/#/films/{failed}", "failure"),
        "bench": (f"/#/films/{film}/edit/{version}", "scene"),
        "nowhere": ("/#/nowhere", ""),
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_passes_axe(page: Page, views: dict[str, tuple[str, str]], scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    faults = {}
    for name, (address, sign) in views.items():
        page.goto(address)
        if sign:
            expect(page.get_by_test_id(sign).first).to_be_visible()
        faults[name] = _violations(page)
    assert not any(faults.values()), faults


def test_the_welcome_passes_axe(visitor: Page) -> None:
    expect(visitor.get_by_test_id("sign-in")).to_be_visible()
    assert _violations(visitor) == []


def test_every_view_fits_a_phone_and_a_finger(page: Page, views: dict[str, tuple[str, str]]) -> None:
    page.set_viewport_size(PHONE)  # pyright: ignore[reportArgumentType]
    for name, (address, sign) in views.items():
        page.goto(address)
        if sign:
            expect(page.get_by_test_id(sign).first).to_be_visible()
        assert page.evaluate(OVERFLOW) <= 0, name
        assert page.evaluate(TOO_SMALL) == [], name


def test_a_film_is_ordered_by_keyboard_alone(visitor: Page) -> None:
    keyboard = visitor.keyboard
    keyboard.press("Tab")
    expect(visitor.get_by_role("link", name="Skip to the content")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(visitor.get_by_test_id("sign-in")).to_be_focused()
    keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_be_focused()
    keyboard.press("Tab")
    expect(visitor.get_by_test_id("prompt")).to_be_focused()
    keyboard.type("A kite over the dunes")
    keyboard.press("Control+Enter")
    expect(visitor.get_by_test_id("making")).to_be_visible()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("A kite over the dunes")


def test_the_colours_can_be_chosen_and_stay(page: Page) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(ground)
    switch = page.get_by_test_id("theme")
    switch.click()
    switch.click()
    expect(switch).to_have_text("Dark")
    assert page.evaluate(ground) != light
    page.reload()
    expect(switch).to_have_text("Dark")
    assert page.evaluate(ground) != light
