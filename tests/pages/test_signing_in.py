"""One click and one is in; a session that is over is replaced with a word about it."""

from playwright.sync_api import Page, expect


def test_one_click_signs_in_and_a_reload_stays(visitor: Page) -> None:
    visitor.get_by_test_id("sign-in").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("What’s the film?")
    visitor.reload()
    expect(visitor.get_by_test_id("prompt")).to_be_visible()
    expect(visitor.get_by_test_id("sign-in")).to_have_count(0)


def test_an_address_inside_is_where_signing_in_leads(visitor: Page) -> None:
    visitor.goto("/#/films")
    visitor.get_by_test_id("sign-in").click()
    expect(visitor.get_by_test_id("no-films")).to_contain_text("No films yet")


def test_a_session_that_is_over_is_replaced_and_said_so(page: Page) -> None:
    page.evaluate(
        "localStorage['reelflow.session'] = localStorage['reelflow.session'].replace(/rf_/, 'rf_x')"
    )
    page.goto("/#/films")
    page.reload()
    expect(page.get_by_test_id("notice")).to_contain_text("You were signed in anew")
    expect(page.get_by_test_id("no-films")).to_be_visible()


def test_a_server_that_is_away_is_said_in_words(visitor: Page) -> None:
    visitor.route("**/api/v1/sessions", lambda route: route.abort())
    visitor.get_by_test_id("sign-in").click()
    expect(visitor.get_by_role("alert")).to_contain_text("Reelflow doesn't answer.")
    visitor.unroute("**/api/v1/sessions")
    visitor.get_by_test_id("sign-in").click()
    expect(visitor.get_by_test_id("prompt")).to_be_visible()
