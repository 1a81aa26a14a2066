"""A page that comes slowly, half after half: whoever clicks or presses a key reads the whole of it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, redirect
from playwright.sync_api import BrowserContext, Page

from tests.browser.arriving import press_to_next_page
from tests.browser.serving import serving

pytestmark = pytest.mark.browser

SECONDS_BETWEEN = 0.3
FIRST = '<!doctype html><title>t</title><form method="post"><button>Send</button></form>'
HALVES = ("<!doctype html><title>t</title><p>first half</p>", '<p id="end">second half</p>')


def by_click(page: Page) -> None:
    page.get_by_role("button").click()


def by_key_on_the_button(page: Page) -> None:
    page.get_by_role("button").press("Enter")


def by_keyboard(page: Page) -> None:
    page.get_by_role("button").focus()
    press_to_next_page(page, "Enter")


@pytest.fixture
def address() -> Iterator[str]:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: FIRST, endpoint="first")
    app.add_url_rule("/", view_func=lambda: redirect("/whole", 303), endpoint="send", methods=["POST"])
    app.add_url_rule("/whole", view_func=lambda: Response(halves()), endpoint="whole")

    def halves() -> Iterator[str]:
        yield HALVES[0]
        time.sleep(SECONDS_BETWEEN)
        yield HALVES[1]

    with serving(app) as base:
        yield base


def test_no_test_in_the_browser_waits_for_time_to_pass() -> None:
    pause = "wait_for_" + "timeout("
    found = [path.name for path in Path(__file__).parent.glob("*.py") if pause in path.read_text()]
    assert found == []


def test_the_page_that_follows_is_whole(desk: BrowserContext, address: str) -> None:
    page = desk.new_page()
    for go in (by_click, by_key_on_the_button, by_keyboard):
        page.goto(address)
        go(page)
        assert (page.url, page.locator("#end").count()) == (f"{address}/whole", 1), go.__name__
        assert page.evaluate("document.readyState") == "complete", go.__name__
