"""A person with a browser: from the first click to the film on disk, and from Prefect's own form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from media.probe import Expectation, probe, verify
from tests.app.waiting import until
from tests.whole import Stack, whole_product

pytestmark = pytest.mark.timeout(1500)

# Beside a whole deployment, on a machine with two processors: only what hangs takes longer.
FILM_WITHIN_MS = 1_200_000


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with whole_product() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    # Left open, its pages would go on playing and polling, and take their share of the machine.
    with closing(browser.new_context(viewport={"width": 1280, "height": 1600})) as opened:
        yield opened


def test_from_the_first_click_to_the_film_on_disk(
    stack: Stack, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    sockets: list[WebSocketRoute] = []

    def relay(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("/ws/"), relay)
    page.goto(stack.url)
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("prompt").fill("A calm tea brand at dawn: slow mornings. Order yours.")
    page.get_by_test_id("duration").fill("15")
    page.get_by_role("radio", name="Square").check()
    page.get_by_test_id("submit").click()

    expect(page.get_by_test_id("making")).to_be_visible()
    thumbnails = page.locator("[data-testid=clip] img")
    expect(thumbnails.first).to_be_visible(timeout=FILM_WITHIN_MS)
    sockets[-1].close()
    until(lambda: _turn(page) and len(sockets) > 1)
    page.reload()
    expect(thumbnails.first).to_be_visible()

    expect(page.get_by_test_id("video")).to_be_visible(timeout=FILM_WITHIN_MS)
    with page.expect_download() as downloading:
        page.get_by_test_id("download").click()
    film = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(film)
    assert film.suffix == ".mp4"
    verify(probe(film), Expectation(450, 720, 720, audio=True))
    assert page.evaluate("document.querySelector('[data-testid=video]').videoWidth") == 720


def test_prefects_page_shows_the_run_and_its_pictures(stack: Stack, context: BrowserContext) -> None:
    [task] = stack.rows("SELECT job_id, flow_run_id FROM task_queue WHERE status = 'dispatched'")
    page = context.new_page()
    page.goto(f"{stack.prefect_url}/runs/flow-run/{task.flow_run_id}")
    expect(page.get_by_text("Completed").first).to_be_visible(timeout=60_000)
    page.get_by_text("Artifacts", exact=True).first.click()
    for key in ("contact-sheet", "timeline", "video", "film"):
        expect(page.get_by_text(f"{key}-{task.job_id}").first).to_be_visible(timeout=60_000)


def test_prefects_form_makes_a_film_too(stack: Stack, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{stack.prefect_url}/deployments")
    page.get_by_role("link", name="film", exact=True).first.click()
    page.wait_for_url("**/deployments/deployment/*")
    page.goto(f"{page.url.split('?')[0]}/run")
    page.locator("textarea").first.fill("A red kettle at dawn. Try it.")
    page.locator("input[type=number]").first.fill("15")
    draft = page.get_by_role("switch").first
    draft.click()
    expect(draft).to_be_checked()
    with page.expect_response("**/create_flow_run", timeout=FILM_WITHIN_MS) as answered:
        page.get_by_role("button", name="Submit").click()
    assert answered.value.status == 201, answered.value.text()

    page.close()
    made = "SELECT status, error_message FROM generation_jobs WHERE prompt LIKE 'A red kettle%'"
    ended = {"completed", "failed", "cancelled"}
    until(lambda: ended & {row.status for row in stack.rows(made)}, FILM_WITHIN_MS / 1000, every_s=1.0)
    assert stack.rows(made) == [("completed", None)]
    films = stack.rows(
        "SELECT c.frames, c.width FROM compositions c JOIN generation_jobs j ON j.id = c.job_id"
        " WHERE j.prompt LIKE 'A red kettle%' AND c.status = 'completed'"
    )
    assert films == [(450, 854)]


def _turn(page: Page) -> bool:
    """Lets the browser's messages be heard, which happens only while it is asked something."""
    page.evaluate("0")
    return True
