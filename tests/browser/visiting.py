"""Visitors who are signed in keep one window each, and every page they open in it is seen in every size and light."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.looking import axe_problems, overhang
from tests.builders import staff_client

EVERY_RULE: tuple[str, ...] = ()
COLOURS = ("color-contrast", "link-in-text-block")
SIZES = ("target-size", "scrollable-region-focusable")
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

NOTHING_WAITS = "try { localStorage.clear(); } catch { /* a page of no site */ }"
"""Typing that a state left unsent would be sent by the next page, which may then load itself anew under our eyes."""

Looks = dict[str, list[tuple[Literal["light", "dark"], tuple[str, ...]]]]
"""For a size by its name: light or dark, and the rules of axe that are run there."""


@dataclass(frozen=True)
class State:
    """One page: its endpoint, its address, whose it is; `sent` are the fields of a form sent to its own address."""

    endpoint: str
    path: str
    who: str = "expert"
    sent: dict[str, str] = field(default_factory=dict)
    status: int = 200

    @property
    def name(self) -> str:
        return f"{self.endpoint} {self.status} {self.path}"


class Windows:
    """One window for each kind of visitor: a new window for each page costs three times as much."""

    def __init__(self, chromium: Browser, base: str) -> None:
        self.chromium, self.base = chromium, base
        self.pages: dict[str, Page] = {}

    def sign_in_staff(self, who: str, *, app: Flask, person_id: int) -> None:
        cookie = staff_client(app, person_id).get_cookie("delphi")
        assert cookie is not None
        context = self._new(who)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.base}])

    def sign_in_by_link(self, who: str, *, link: str) -> None:
        self._new(who)
        self.pages[who].goto(f"{self.base}{link}")
        self.pages[who].locator("main form button").first.click()

    def leave_signed_out(self, who: str) -> None:
        self._new(who)

    def open(self, state: State, *, language: str, form_at: str) -> Page:
        """The page of a state; a form is sent from a page of the same visitor, `form_at` if none is open."""
        page = self.pages[state.who]
        address = f"{self.base}{state.path}{'&' if '?' in state.path else '?'}language={language}"
        if not state.sent:
            response = page.goto(address)
            assert response is not None and response.status == state.status, (state.name, response)
            return page
        if not page.locator("input[name=csrf_token]").count():
            page.goto(f"{self.base}{form_at}")
        with page.expect_navigation() as sending:
            page.evaluate(SEND, [address, state.sent])
        assert sending.value.status == state.status, (state.name, sending.value.status)
        return page

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()

    def _new(self, who: str) -> BrowserContext:
        context = self.chromium.new_context(locale="en-GB")
        context.add_init_script(NOTHING_WAITS)
        self.pages[who] = context.new_page()
        return context


def faults_of_list(app: Flask, states: Iterable[State], *, rooms: Collection[str], apart: Iterable[str]) -> set[str]:
    """Endpoints of these blueprints that are in no state and not set `apart`, those that are both, and unknown ones."""
    listed, others = {state.endpoint for state in states}, set(apart)
    found = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in rooms}
    return ((listed | others) ^ found) | (listed & others)


def wrong_with(page: Page, *, views: dict[str, tuple[int, int]], looks: Looks) -> list[str]:
    """What sticks out of the page in each size, and what axe finds in the sizes, lights and by the rules of `looks`."""
    problems: list[str] = []
    for view, (width, height) in views.items():
        page.set_viewport_size({"width": width, "height": height})
        problems += [f"{view}: {one}" for one in overhang(page)]
        for scheme, rules in looks.get(view, []):
            page.emulate_media(color_scheme=scheme)
            problems += [f"{view} {scheme}: {one}" for one in axe_problems(page, only=rules)]
    return problems
