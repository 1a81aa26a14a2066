"""Every page of the experts in both languages, light and dark, wide, narrow and magnified: axe finds nothing wrong.

A page magnified to 400 % on a screen of 1280 by 1024 px has 320 by 256 px of its own. Each page is loaded once in each
language and then seen in every size, where nothing may stick out. All rules of axe run once on it, in the wide window
in English and magnified in French; dark differs in colours alone, narrow in colours and sizes.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser.expert_states import FACILITATOR, NO_PAGES, REDIRECT_ONLY, World, build
from tests.browser.serving import serving
from tests.browser.visiting import COLOURS, EVERY_RULE, SIZES, Looks, Windows, faults_of_list, wrong_with

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIEWS = {"1280 px": (1280, 1024), "360 px": (360, 740), "320 px": (320, 640), "400 %": (320, 256)}
LOOKS: dict[str, Looks] = {
    "en": {"1280 px": [("light", EVERY_RULE)], "360 px": [("dark", (*COLOURS, *SIZES))]},
    "fr": {"400 %": [("light", EVERY_RULE)], "1280 px": [("dark", COLOURS)]},
}
"""The size in which each language is seen by axe, light or dark, and by which rules."""
LED_TO = ("expert.receipt",)
"""Pages to which the form of another one leads."""
OURS = ("expert", "paper", "public")
LOW = """() => [...document.querySelectorAll("main :is(.button, label.point, label.check, summary)")]
    .filter((one) => one.offsetHeight && one.getBoundingClientRect().height < 47.5)
    .map((one) => one.textContent.trim().slice(0, 40)).slice(0, 3)"""
"""What one presses or ticks is 48 px high."""


def test_the_list_of_pages_is_complete(app: Flask) -> None:
    assert faults_of_list(app, build(app).states, rooms=OURS, apart=(*REDIRECT_ONLY, *NO_PAGES)) == set()


def test_a_form_is_sent_where_there_is_one(app: Flask) -> None:
    methods = {rule.endpoint: rule.methods or set() for rule in app.url_map.iter_rules()}
    listed = {state.endpoint: state for state in build(app).states}
    for endpoint, state in listed.items():
        wanted = "POST" if state.sent and endpoint not in LED_TO else "GET"
        assert wanted in methods[endpoint], endpoint


@pytest.fixture
def windows(chromium: Browser, app: Flask) -> Iterator[tuple[Windows, World]]:
    world = build(app)
    with serving(app) as base:
        found = Windows(chromium, base)
        for who, link in world.links.items():
            found.sign_in_by_link(who, link=link)
        found.sign_in_staff(FACILITATOR, app=app, person_id=world.facilitator_id)
        yield found, world
        found.close()


@pytest.mark.parametrize("language", LOOKS)
def test_axe_finds_nothing_on_any_page(windows: tuple[Windows, World], language: str) -> None:
    opened, world = windows
    problems: list[str] = []
    for state in world.states:
        form_at = "/facilitate/" if state.who == FACILITATOR else "/my/data"
        page = opened.open(state, language=language, form_at=form_at)
        assert page.get_attribute("html", "lang") == language, state.name
        if state.endpoint.startswith("expert.") and not page.locator("footer a[href^='mailto:']").count():
            problems.append(f"{state.name} names nobody to write to")
        if state.endpoint.startswith("expert."):
            problems += [f"{state.name} is too low for a thumb: {one}" for one in page.evaluate(LOW)]
        problems += [f"{state.name} {one}" for one in wrong_with(page, views=VIEWS, looks=LOOKS[language])]
    assert problems == []
