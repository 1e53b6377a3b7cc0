"""A film is described: limits, estimate, files, refusals, and one film however often it's asked for."""

import json

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.app.files import png, wav
from tests.app.waiting import until

GENERATIONS = "**/api/v1/generations"


def _films(api: httpx.Client) -> list[dict[str, object]]:
    return api.get("/generations").raise_for_status().json()["items"]


def _is_marked(field: Locator) -> None:
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()


def test_what_is_described_is_what_is_ordered(page: Page, api: httpx.Client) -> None:
    page.get_by_test_id("prompt").fill("A lighthouse in the fog, and then the sun.")
    expect(page.get_by_test_id("prompt-count")).to_have_text("42 of 2000")
    page.get_by_role("radio", name="Tall").check()
    page.get_by_test_id("duration").fill("20")
    page.get_by_test_id("add-colour").click()
    page.get_by_test_id("colour").fill("#0af")
    page.get_by_test_id("cta").fill("Come ashore")
    page.get_by_test_id("more").click()
    page.get_by_test_id("seed").fill("7")
    page.get_by_test_id("clip-count").fill("4")
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("making")).to_contain_text("Waiting for its turn")
    (film,) = _films(api)
    ordered = api.get(f"/generations/{film['id']}").json()
    assert page.url.endswith(f"#/films/{film['id']}")
    assert ordered["prompt"] == "A lighthouse in the fog, and then the sun."
    assert (ordered["aspect"], ordered["duration_s"], ordered["seed"]) == ("9:16", 20, 7)
    assert (ordered["brand_colors"], ordered["cta"], ordered["clip_count"]) == (["#00aaff"], "Come ashore", 4)


def test_a_voice_over_is_ordered_with_its_captions_and_counted_against_the_film(
    page: Page, api: httpx.Client
) -> None:
    page.get_by_test_id("prompt").fill("A lighthouse in the fog.")
    page.get_by_test_id("voice").click()
    page.get_by_test_id("captions").select_option("both")
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("fault-voice_over")).to_contain_text("Captions need words")
    page.get_by_test_id("voice-over").fill("x" * 451)
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("fault-voice_over")).to_contain_text("shorten it to 450 characters")
    page.get_by_test_id("voice-over").fill("Nebel. Und dann die Sonne.")
    expect(page.get_by_test_id("voice-count")).to_have_text("26 of 450")
    page.get_by_test_id("language").select_option("de")
    page.get_by_test_id("more").click()
    page.get_by_test_id("hls").check()
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("making")).to_contain_text("Waiting for its turn")
    (film,) = _films(api)
    ordered = api.get(f"/generations/{film['id']}").json()
    assert (ordered["voice_over"], ordered["language"]) == ("Nebel. Und dann die Sonne.", "de")
    assert (ordered["captions"], ordered["hls"]) == ("both", True)


def test_a_kind_of_film_brings_its_own_limits(page: Page) -> None:
    slider, number = page.get_by_test_id("duration-slider"), page.get_by_test_id("duration")
    slider.fill("45")
    expect(number).to_have_value("45")
    page.get_by_label("Music video").check()
    expect(number).to_have_value("60")
    assert (slider.get_attribute("min"), slider.get_attribute("max")) == ("60", "180")
    number.fill("15")
    page.get_by_test_id("prompt").fill("A song")
    page.get_by_test_id("submit").click()
    _is_marked(number)
    expect(page.get_by_test_id("fault-duration_s")).to_contain_text("60 to 180 seconds")


def test_the_estimate_comes_before_the_order_and_follows_it(page: Page) -> None:
    slate = page.get_by_test_id("estimate")
    expect(slate).to_contain_text("0:30")
    expect(slate).to_contain_text("free")
    page.get_by_label("Music video").check()
    expect(slate).to_contain_text("1:00")
    expect(slate).to_contain_text("15")


def test_an_example_fills_everything_in(page: Page) -> None:
    page.get_by_test_id("example").last.click()
    expect(page.get_by_label("Music video")).to_be_checked()
    expect(page.get_by_test_id("duration")).to_have_value("90")
    expect(page.get_by_test_id("prompt")).to_be_focused()
    page.reload()
    expect(page.get_by_test_id("prompt")).to_have_value(page.get_by_test_id("prompt").input_value())
    expect(page.get_by_test_id("duration")).to_have_value("90")


def test_an_empty_prompt_is_refused_where_it_is(page: Page, api: httpx.Client) -> None:
    page.get_by_test_id("submit").click()
    _is_marked(page.get_by_test_id("prompt"))
    expect(page.get_by_test_id("fault-prompt")).to_contain_text("Describe the film first")
    assert _films(api) == []


def test_what_the_server_refuses_is_marked_where_it_is(page: Page) -> None:
    page.get_by_test_id("prompt").fill("?!")
    page.get_by_test_id("submit").click()
    _is_marked(page.get_by_test_id("prompt"))
    expect(page.get_by_test_id("fault-prompt")).to_contain_text("has no letter or digit")
    page.get_by_test_id("prompt").fill("A boat?!")
    expect(page.get_by_test_id("fault-prompt")).to_be_empty()


def test_a_limit_of_several_fields_finds_its_field(page: Page) -> None:
    page.get_by_test_id("prompt").fill("A boat")
    page.get_by_test_id("more").click()
    page.get_by_test_id("clip-count").fill("9")
    page.get_by_test_id("submit").click()
    _is_marked(page.get_by_test_id("clip-count"))
    expect(page.get_by_test_id("fault-clip_count")).to_contain_text("3 to 5 clips")


def test_files_are_sent_shown_used_and_taken_away(page: Page, api: httpx.Client) -> None:
    page.get_by_test_id("logo-file").set_input_files(
        {"name": "mark.png", "mimeType": "image/png", "buffer": png()}
    )
    there = page.get_by_test_id("logo-there")
    expect(there).to_contain_text("48 × 32")
    until(lambda: there.locator("img").evaluate("image => image.naturalWidth") == 48)
    page.get_by_test_id("music-file").set_input_files(
        {"name": "song.wav", "mimeType": "audio/wav", "buffer": wav(400_000)}
    )
    expect(page.get_by_test_id("music-there")).to_contain_text("song.wav")
    page.get_by_test_id("music-remove").click()
    expect(page.get_by_test_id("music-there")).to_have_count(0)
    page.get_by_test_id("prompt").fill("A boat")
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("making")).to_be_visible()
    ordered = api.get(f"/generations/{_films(api)[0]['id']}").json()
    assert ordered["logo_asset_id"] == api.get("/assets?kind=logo").json()["items"][0]["id"]
    assert ordered["music_asset_id"] is None


def test_a_file_that_is_refused_says_why_where_it_is(page: Page) -> None:
    page.get_by_test_id("logo-file").set_input_files(
        {"name": "mark.png", "mimeType": "image/png", "buffer": b"just words"}
    )
    expect(page.get_by_test_id("logo-fault")).to_contain_text("mark.png is not a PNG, JPEG or WebP picture")
    page.get_by_test_id("logo-file").set_input_files(
        {"name": "mark.png", "mimeType": "image/png", "buffer": png()}
    )
    expect(page.get_by_test_id("logo-there")).to_be_visible()
    expect(page.get_by_test_id("logo-fault")).to_be_empty()


def test_a_file_dropped_anywhere_goes_where_it_belongs(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    # An example builds the form anew: what listened for the old one must be gone.
    page.get_by_test_id("example").first.click()
    page.evaluate(
        """bytes => {
            const given = new DataTransfer();
            given.items.add(new File([new Uint8Array(bytes)], "mark.png", {type: "image/png"}));
            document.querySelector("h1").dispatchEvent(
                new DragEvent("drop", {dataTransfer: given, bubbles: true, cancelable: true}));
        }""",
        list(png()),
    )
    expect(page.get_by_test_id("logo-there")).to_contain_text("mark.png")
    assert len([address for address in sent if address.endswith("/assets")]) == 1


def test_a_double_click_makes_one_film(page: Page, api: httpx.Client) -> None:
    page.get_by_test_id("prompt").fill("A boat")
    page.get_by_test_id("submit").dblclick()
    expect(page.get_by_test_id("making")).to_be_visible()
    assert len(_films(api)) == 1


def test_an_answer_that_was_lost_makes_one_film(page: Page, api: httpx.Client) -> None:
    lost: list[Route] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(GENERATIONS, lose_the_first)
    page.get_by_test_id("prompt").fill("A boat")
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("making")).to_be_visible()
    assert lost
    assert len(_films(api)) == 1


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (429, {"Retry-After": "2"}, "A little too fast"),
        (507, {}, "No room left"),
        (500, {}, "Something broke on our side"),
    ],
)
def test_what_is_not_the_visitors_fault_is_said_with_a_way_on(
    page: Page, status: int, headers: dict[str, str], words: str
) -> None:
    problem = {"status": status, "code": "x", "detail": "It is so.", "remedy": "Do this."}
    page.route(
        GENERATIONS,
        lambda route: route.fulfill(
            status=status,
            headers=headers,
            content_type="application/problem+json",
            body=json.dumps(problem),
        ),
    )
    page.get_by_test_id("prompt").fill("A boat")
    page.get_by_test_id("submit").click()
    expect(page.get_by_role("alert").filter(has_text=words)).to_contain_text("It is so. Do this.")
    page.unroute(GENERATIONS)
    again = page.get_by_test_id("try-again")
    if headers:
        expect(again).to_be_disabled()
    again.click()
    expect(page.get_by_test_id("making")).to_be_visible()
