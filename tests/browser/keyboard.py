"""A person in front of Chromium who has a keyboard and nothing else: Tab, arrows, Space, Enter and typing."""

import os
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from playwright.sync_api import ElementHandle, Page, Response

from tests.browser.arriving import press_to_next_page
from tests.browser.looking import Watch, axe_problems, overhang, shape_of
from tests.journeys.visitor import Form, Visitor

SHOTS = os.environ.get("DELPHI_TEST_PICTURES", "")
"""A folder to keep a picture of each page of a new shape in; empty keeps none."""
LONG = 40
"""Longer texts are pasted, as people do."""
MOST_STEPS = 400
# Where the target lies from the focus: 0 on it, otherwise how often to press Tab, negative backwards. A first guess:
# what the browser lets scroll is a stop too, and of a group of radio buttons only one is.
DISTANCE = """target => {
    const at = document.activeElement;
    if (at === target) return 0;
    const group = (one) => one.type === "radio" ? [...document.getElementsByName(one.name)] : [one];
    const entry = (one) => group(one).find((other) => other.checked) ?? group(one)[0];
    const isStop = (one) => one.type !== "radio" || one === entry(one);
    const stops = [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex='0']")]
        .filter((one) => !one.disabled && one.checkVisibility() && isStop(one));
    const isBack = at.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING;
    const between = stops.filter((one) => isBack
        ? one.compareDocumentPosition(at) & 4 && target.compareDocumentPosition(one) & 4
        : at.compareDocumentPosition(one) & 4 && one.compareDocumentPosition(target) & 4);
    return (between.length + 1) * (isBack ? -1 : 1);
}"""
CLOSED = """target => {
    let found = null;
    for (let up = target.parentElement; up; up = up.parentElement) {
        const isOwn = target.matches("summary") && target.parentElement === up;
        if (up.matches("details:not([open])") && !isOwn) found = up;
    }
    return found && found.querySelector(":scope > summary");
}"""
CONTROL = """([form, name, value]) => [...document.forms[form].elements].find((one) =>
    one.name === name && one.type !== "submit" && !one.disabled && (value === null || one.value === value))"""
BUTTON = """([form, words]) => [...document.forms[form].elements].find((one) => one.type === "submit" && !one.disabled
    && `${one.ariaLabel ?? ""} ${one.textContent.replace(/\\s+/g, " ").trim()}`.includes(words))"""
# How far the choice (its value or its words) lies below the one that is chosen.
OPTION = """(one, wanted) => [...one.options].findIndex((choice) => choice.value === wanted || choice.label === wanted)
    - one.selectedIndex"""
GROUP = (
    """radio => [...document.getElementsByName(radio.name)].filter((one) => one.form === radio.form && !one.disabled)"""
)


class KeyboardVisitor(Visitor):
    """A visitor in a browser. Each page of a new shape is looked at by axe, and for what sticks out of 320 px."""

    def __init__(self, client: FlaskClient, page: Page, *, base: str, cookie: str) -> None:
        super().__init__(client)
        self.window, self.base = page, base
        self.problems: list[str] = []
        self.shapes: dict[str, None] = {}
        self.watch = Watch(base)
        self.watch.attach(page.context)
        session = client.get_cookie(cookie)
        assert session is not None
        page.context.add_cookies([{"name": cookie, "value": session.value, "url": base}])

    def open(self, path: str, *, expect: int = 200) -> "KeyboardVisitor":
        """Type an address."""
        self._arrive(self.window.goto(urljoin(self.base, path)), expect=expect)
        return self

    def follow(self, words: str, *, expect: int = 200) -> "KeyboardVisitor":
        labels = [label for _, label in self.links]
        number = next((at for at, label in enumerate(labels) if words in label), None)
        assert number is not None, f"no link {words!r} on {self.path}; there are {labels}"
        self._press_enter_on(self.window.locator("a[href]").nth(number).element_handle(), expect=expect)
        return self

    def send_form(
        self, form: Form, values: dict[str, str | list[str]], *, press: str | None = None, expect: int = 200
    ) -> "KeyboardVisitor":
        number = next(at for at, one in enumerate(self.forms) if one is form)
        for name, value in values.items():
            self._fill(number, name, value)
        button = self._find(BUTTON, [number, press or ""])
        self._press_enter_on(button, expect=expect)
        return self

    def _fill(self, form: int, name: str, value: str | list[str]) -> None:
        control = self._find(CONTROL, [form, name, None])
        kind = str(control.evaluate("one => one.type"))
        if kind == "checkbox":
            for one in self.window.query_selector_all(f'[name="{name}"]'):
                if one.is_checked() != (one.get_attribute("value") in value):
                    self._tab_to(one)
                    self._press("Space")
        elif kind == "radio":
            self._choose(self._find(CONTROL, [form, name, value]))
        elif kind == "select-one":
            self._tab_to(control)
            steps = control.evaluate(OPTION, value)
            for _ in range(abs(steps)):
                self._press("ArrowDown" if steps > 0 else "ArrowUp")
            assert control.evaluate(OPTION, value) == 0, f"{name} of {self.path} does not go to {value!r} with arrows"
        else:
            self._tab_to(control)
            self._press("Control+A")
            self._write(str(value))

    def _choose(self, radio: ElementHandle) -> None:
        """Tab enters a group at the button that is on, or at its first; the arrows lead on."""
        group = radio.evaluate_handle(GROUP)
        entry = group.evaluate_handle("all => all.find((one) => one.checked) ?? all[0]").as_element()
        assert entry is not None
        self._tab_to(cast(ElementHandle, entry))
        if not radio.is_checked() and radio.evaluate("one => one === document.activeElement"):
            self._press("Space")
        for _ in range(20):
            if radio.is_checked():
                return
            self._press("ArrowDown")
        raise AssertionError(f"a radio button of {self.path} is not reached with the arrows")

    def _press_enter_on(self, target: ElementHandle, *, expect: int) -> None:
        self._tab_to(target)
        self._arrive(press_to_next_page(self.window, "Enter"), expect=expect)

    def _tab_to(self, target: ElementHandle) -> None:
        """Press Tab until the target has the focus; what it is folded into is opened first, with Enter."""
        summary = target.evaluate_handle(CLOSED).as_element()
        while summary is not None:
            self._tab_to(cast(ElementHandle, summary))
            self._press("Enter")
            summary = target.evaluate_handle(CLOSED).as_element()
        steps = 0
        while steps < MOST_STEPS:
            distance = int(target.evaluate(DISTANCE))
            if distance == 0:
                return
            for _ in range(abs(distance)):
                self._press("Tab" if distance > 0 else "Shift+Tab")
            steps += abs(distance)
        raise AssertionError(f"{target.evaluate('one => one.outerHTML')[:200]} on {self.path} is not reached with Tab")

    def _find(self, script: str, argument: list[Any]) -> ElementHandle:
        found = self.window.evaluate_handle(script, argument).as_element()
        assert found is not None, f"no control {argument} on {self.path}"
        return found

    def _press(self, key: str) -> None:
        self.window.keyboard.press(key)

    def _write(self, text: str) -> None:
        (self.window.keyboard.type if len(text) <= LONG else self.window.keyboard.insert_text)(text)

    def _arrive(self, response: Response | None, *, expect: int) -> None:
        assert response is not None
        parts = urlsplit(response.url)
        self._read(parts.path + (f"?{parts.query}" if parts.query else ""), response.status, self.window.content())
        assert self.status == expect, f"{self.path}: {self.status}\n{self.text[:900]}"
        shape = f"{shape_of(response.url)} {self.status}"
        if shape not in self.shapes:
            self.shapes[shape] = None
            self._look(shape)

    def _look(self, shape: str) -> None:
        page = self.window
        self.problems += [f"{shape}: {one}" for one in axe_problems(page)]
        if SHOTS:
            name = shape.removeprefix(f"{self.base}/").replace("/", "-").replace(" ", "-").strip("-")
            page.screenshot(path=f"{SHOTS}/{len(self.shapes):02}{name}.png", full_page=True)
        size = page.viewport_size
        assert size is not None
        page.set_viewport_size({"width": 320, "height": size["height"]})
        self.problems += [f"{shape} 320 px: {one}" for one in overhang(page)]
        page.set_viewport_size(size)
