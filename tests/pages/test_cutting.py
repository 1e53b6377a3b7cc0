"""The cutting bench: what it makes of a film keeps the rules of cut lists, and becomes a version."""

import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from planning.cut_list import CutList, check
from tests.pages.director import Director

Finished = Callable[..., tuple[str, Director]]
Bench = tuple[str, dict[str, Any]]


@pytest.fixture
def bench(page: Page, finished: Finished, api: httpx.Client) -> Bench:
    """The bench with a film of three scenes on it: the film's id, and its timeline."""
    film, _ = finished()
    version = api.get(f"/generations/{film}").json()["composition_id"]
    page.goto(f"/#/films/{film}")
    page.get_by_test_id("edit").click()
    expect(page.get_by_test_id("scene")).to_have_count(3)
    return film, api.get(f"/compositions/{version}/timeline").json()


def _saved(page: Page, api: httpx.Client, film: str) -> list[dict[str, Any]]:
    """The scenes of the version that is on its way once it's asked for."""
    page.get_by_test_id("save-cut").click()
    expect(page.get_by_test_id("doing")).to_have_text("Waiting for its turn.")
    version = api.get(f"/generations/{film}").json()["compositions"][-1]
    assert version["version"] == 2
    return api.get(f"/compositions/{version['id']}/timeline").json()["cut_list"]["scenes"]


def _order(page: Page) -> list[str]:
    return [
        text.strip()[-2:]
        for text in page.locator("[data-testid=scene] .edge-print > :first-child").all_inner_texts()
    ]


def test_scenes_are_put_in_order_by_keyboard_alone(page: Page, api: httpx.Client, bench: Bench) -> None:
    film, _ = bench
    page.get_by_test_id("scene").nth(2).focus()
    page.keyboard.press("Enter")
    page.get_by_test_id("earlier").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert _order(page) == ["03", "01", "02"]
    # It can't go further, and the focus isn't lost with the button.
    expect(page.get_by_test_id("earlier")).to_be_disabled()
    expect(page.get_by_test_id("later")).to_be_focused()
    assert [scene["number"] for scene in _saved(page, api, film)] == [3, 1, 2]


def test_scenes_are_dragged(page: Page, api: httpx.Client, bench: Bench) -> None:
    film, _ = bench
    page.get_by_test_id("scene").nth(0).drag_to(page.get_by_test_id("scene").nth(2))
    expect(page.get_by_test_id("scene").nth(2)).to_have_attribute("aria-pressed", "true")
    assert [scene["number"] for scene in _saved(page, api, film)] == [2, 3, 1]


def test_scenes_are_trimmed_worded_doubled_and_left_out(page: Page, api: httpx.Client, bench: Bench) -> None:
    film, timeline = bench
    before = timeline["cut_list"]["scenes"]
    _press(page.get_by_test_id("trim-length"), "ArrowLeft", 10)
    _press(page.get_by_test_id("trim-start"), "ArrowRight", 5)
    page.get_by_test_id("scene-caption").fill("Home")
    page.get_by_test_id("duplicate").click()
    expect(page.get_by_test_id("scene")).to_have_count(4)
    page.get_by_test_id("scene").nth(3).click()
    page.get_by_test_id("remove").click()
    expect(page.get_by_test_id("scene")).to_have_count(3)
    page.get_by_test_id("transition").select_option("dip")
    page.get_by_test_id("music-none").check()
    scenes = _saved(page, api, film)
    assert [scene["number"] for scene in scenes] == [1, 1, 2]
    assert (scenes[0]["skip"], scenes[0]["caption"]) == (15, "Home")
    assert before[0]["frames"] - 33 <= scenes[0]["frames"] <= before[0]["frames"] - 27
    assert scenes[2]["transition"] == "dip"


def test_the_length_of_the_film_is_always_shown(page: Page, bench: Bench) -> None:
    total = page.get_by_test_id("total-length")
    expect(total).to_have_text("0:15.0")
    page.get_by_test_id("remove").click()
    expect(total).not_to_have_text("0:15.0")
    page.get_by_test_id("reset-cut").click()
    expect(total).to_have_text("0:15.0")
    expect(page.get_by_test_id("save-cut")).to_be_disabled()


def test_a_reload_keeps_what_was_done(page: Page, bench: Bench) -> None:
    page.get_by_test_id("remove").click()
    page.reload()
    expect(page.get_by_test_id("scene")).to_have_count(2)


def test_what_can_not_be_cut_so_is_marked(page: Page, bench: Bench) -> None:
    problem = {
        "status": 422, "code": "unprocessable",
        "detail": "Scene 2 can't be cut so.", "remedy": "Make it longer.",
        "errors": [{"pointer": "/scenes/1/frames", "detail": "too short"}],
    }  # fmt: skip
    page.route("**/edit", lambda route: route.fulfill(status=422, json=problem))
    page.get_by_test_id("scene-title").fill("Hello")
    page.get_by_test_id("save-cut").click()
    expect(page.get_by_role("alert")).to_contain_text("Scene 2 can't be cut so. Make it longer.")
    expect(page.locator(".scene.bad")).to_contain_text("02")
    expect(page.get_by_test_id("save-cut")).to_be_enabled()


def test_whatever_is_done_at_the_bench_can_be_cut(page: Page) -> None:
    """Hundreds of random edits by the page's own functions, judged by the server's."""
    for seed in range(40):
        chance = random.Random(seed)
        clips = {number: chance.randint(60, 400) for number in range(1, chance.randint(2, 6))}
        scenes = [
            {
                "number": number, "skip": 0, "frames": frames, "transition": "cut", "transition_frames": 0,
                "title": None, "caption": None, "cta": None,
            }
            for number, frames in clips.items()
        ]  # fmt: skip
        edits = [
            [chance.choice(EDITS), chance.random(), chance.random()] for _ in range(chance.randint(1, 25))
        ]
        cut = page.evaluate(PERFORM, [{"scenes": scenes, "music": {"kind": "score"}}, clips, edits])
        misfits = check(CutList.model_validate(cut), clips)
        assert [fault for fault in misfits if fault.pointer != "/scenes"] == [], (seed, cut)


EDITS = ("move", "duplicate", "remove", "trimStart", "trimLength", "setTransition")
PERFORM = """async ([cut, clips, edits]) => {
    const bench = await import("/static/js/cutlist.js");
    const holds = number => clips[number];
    const kinds = Object.keys(bench.TRANSITIONS);
    for (const [edit, where, how] of edits) {
        const count = cut.scenes.length;
        const at = Math.floor(where * count);
        const most = holds(cut.scenes[at].number);
        if (edit === "duplicate" && count === bench.MOST_SCENES) continue;
        if (edit === "remove" && count === 1) continue;
        if (edit === "move") cut = bench.move(cut, at, Math.floor(how * count), holds);
        else if (edit === "setTransition")
            cut = bench.setTransition(cut, at, kinds[Math.floor(how * kinds.length)], holds);
        else if (edit.startsWith("trim")) cut = bench[edit](cut, at, Math.floor(how * most), holds);
        else cut = bench[edit](cut, at, holds);
    }
    return cut;
}"""


def _press(slider: Locator, key: str, times: int) -> None:
    slider.focus()
    for _ in range(times):
        slider.press(key)
