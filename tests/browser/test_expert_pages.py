"""Every page of the experts in both languages, light and dark, wide, narrow and magnified: axe finds nothing wrong.

A page magnified to 400 % on a screen of 1280 by 1024 px has 320 by 256 px of its own. Each page is loaded once in each
language and then seen in every size, where nothing may stick out. All rules of axe run once on it, in the wide window
in English and magnified in French; dark differs in colours alone, narrow in colours and sizes.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.expert_states import FACILITATOR, NO_PAGES, REDIRECT_ONLY, State, World, build
from tests.browser.looking import axe_problems, overhang
from tests.browser.serving import serving
from tests.builders import staff_client

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIEWS = {"1280 px": (1280, 1024), "360 px": (360, 740), "320 px": (320, 640), "400 %": (320, 256)}
EVERY_RULE: tuple[str, ...] = ()
COLOURS = ("color-contrast", "link-in-text-block")
SIZES = ("target-size", "scrollable-region-focusable")
LOOKS = {
    "en": {"1280 px": [("light", EVERY_RULE)], "360 px": [("dark", (*COLOURS, *SIZES))]},
    "fr": {"400 %": [("light", EVERY_RULE)], "1280 px": [("dark", COLOURS)]},
}
"""The size in which each language is seen by axe, light or dark, and by which rules."""
LED_TO = ("expert.receipt",)
"""Pages to which the form of another one leads."""
OURS = ("expert", "paper", "public")
SEND = """([address, fields]) => {
    const form = document.createElement("form");
    const token = document.querySelector("input[name=csrf_token]");
    form.method = "post";
    form.action = address;
    for (const [name, value] of [["csrf_token", token ? token.value : ""], ...Object.entries(fields)]) {
        form.append(Object.assign(document.createElement("input"), { name, value }));
    }
    document.body.append(form);
    form.submit();
}"""


def test_the_list_of_pages_is_complete(app: Flask) -> None:
    listed = {state.endpoint for state in build(app).states}
    found = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in OURS}
    assert listed | set(REDIRECT_ONLY) | set(NO_PAGES) == found
    assert not listed & (set(REDIRECT_ONLY) | set(NO_PAGES))


def test_a_form_is_sent_where_there_is_one(app: Flask) -> None:
    methods = {rule.endpoint: rule.methods or set() for rule in app.url_map.iter_rules()}
    listed = {state.endpoint: state for state in build(app).states}
    for endpoint, state in listed.items():
        wanted = "POST" if state.sent and endpoint not in LED_TO else "GET"
        assert wanted in methods[endpoint], endpoint


class Windows:
    """Browser windows in which each kind of visitor is signed in."""

    def __init__(self, chromium: Browser, app: Flask, world: World, base: str) -> None:
        self.base, self.world = base, world
        self.contexts: dict[str, BrowserContext] = {}
        self.chromium, self.app = chromium, app

    def open(self, state: State, *, language: str) -> Page:
        """The page of a state; a form is sent from its own page where that exists."""
        page = self._context(state.who).new_page()
        mark = "&" if "?" in state.path else "?"
        address = f"{self.base}{state.path}{mark}language={language}"
        if not state.sent:
            response = page.goto(address)
            assert response is not None and response.status == state.status, (state.name, response)
            return page
        page.goto(f"{self.base}/my/data" if state.who != FACILITATOR else f"{self.base}/facilitate/")
        with page.expect_navigation() as sending:
            page.evaluate(SEND, [address, state.sent])
        assert sending.value.status == state.status, (state.name, sending.value.status)
        return page

    def _context(self, who: str) -> BrowserContext:
        if who not in self.contexts:
            context = self.chromium.new_context(locale="en-GB")
            if who == FACILITATOR:
                cookie = staff_client(self.app, self.world.facilitator_id).get_cookie("delphi")
                assert cookie is not None
                context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.base}])
            else:
                page = context.new_page()
                page.goto(f"{self.base}{self.world.links[who]}")
                page.locator("main form button").first.click()
                page.close()
            self.contexts[who] = context
        return self.contexts[who]

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()


@pytest.fixture
def windows(chromium: Browser, app: Flask) -> Iterator[Windows]:
    world = build(app)
    with serving(app) as base:
        found = Windows(chromium, app, world, base)
        yield found
        found.close()


@pytest.mark.parametrize("language", LOOKS)
def test_axe_finds_nothing_on_any_page(windows: Windows, language: str) -> None:
    problems: list[str] = []
    for state in windows.world.states:
        page = windows.open(state, language=language)
        assert page.get_attribute("html", "lang") == language, state.name
        for view, (width, height) in VIEWS.items():
            page.set_viewport_size({"width": width, "height": height})
            problems += [f"{state.name} {view}: {one}" for one in overhang(page)]
            for scheme, rules in LOOKS[language].get(view, []):
                page.emulate_media(color_scheme=scheme)
                problems += [f"{state.name} {view} {scheme}: {one}" for one in axe_problems(page, only=rules)]
        page.close()
    assert problems == []
