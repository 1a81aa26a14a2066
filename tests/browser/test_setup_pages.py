"""Seven task forces set up in Chromium by keyboard: forms, faults, adviser, lock; narrow, dark, accessible."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from surveys.study_templates import FOLDER
from tests.browser.arriving import press_to_next_page
from tests.browser.conftest import RunningDemo
from tests.browser.looking import NARROWEST, Watch, axe_problems, overhang

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEVEN = ("A1", "A2", "A3", "A4", "A5", "A6", "B1")


@pytest.fixture
def page(chromium: Browser, demo: RunningDemo) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    found = context.new_page()
    found.goto(demo.facilitator)
    if found.locator("main form button").count():
        found.locator("main form button").first.click()
    yield found
    context.close()


def looked_at(page: Page) -> list[str]:
    """What is wrong with the page as it stands, wide and narrow, light and dark."""
    problems = axe_problems(page)
    page.emulate_media(color_scheme="dark")
    problems += [f"dark: {one}" for one in axe_problems(page, only=("color-contrast",))]
    page.emulate_media(color_scheme="light")
    for width in (NARROWEST, 360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        problems += [f"{width} px: {one}" for one in overhang(page)]
    return [f"{page.url}: {one}" for one in problems]


def press(page: Page, words: str) -> None:
    """Go to a button and press Enter, as somebody without a mouse does."""
    button = page.get_by_role("button", name=words, exact=True)
    button.focus()
    press_to_next_page(page, "Enter")


def test_a_study_is_set_up_checked_locked_and_amended(page: Page, demo: RunningDemo) -> None:
    watch = Watch(demo.base)
    watch.attach(page.context)
    page.goto(f"{demo.base}/facilitate/studies/new")
    problems = looked_at(page)
    page.locator("input[value=builtin]").check()
    press(page, "Go on to the objectives")
    for code in SEVEN:
        page.locator(f"input[name=objectives][value={code}]").focus()
        page.keyboard.press("Space")
    press(page, "Create the panels")
    assert page.locator("[role=alert]").inner_text().count("Please give the name") == 2
    problems += looked_at(page)
    page.fill("#name-en", "Soil plan")
    page.fill("#name-fr", "Plan des sols")
    press(page, "Create the panels")
    assert page.locator("[role=status]").inner_text() == "The study is made, with 7 task forces."
    problems += looked_at(page)
    page.fill("#share-importance", "120")
    press(page, "Check without saving")
    problems += looked_at(page)
    page.fill("#share-importance", "80")
    press(page, "Save the draft")
    press(page, "Lock the protocol")
    assert "The protocol is locked." in page.locator("[role=status]").inner_text()
    page.fill("#min_n", "6")
    page.fill("#reason", "More people joined.")
    press(page, "Record the amendment")
    assert "5 becomes 6" in page.locator(".amendments").inner_text()
    problems += looked_at(page)
    for name in ("framework", "dates", "copy"):
        page.goto(page.url.rpartition("/")[0] + f"/{name}")
        problems += looked_at(page)
    page.goto(f"{demo.base}/facilitate/")
    problems += looked_at(page)
    assert problems == []
    assert watch.foreign == []


def test_a_file_with_faults_is_mended_on_the_page(page: Page, demo: RunningDemo, tmp_path: Path) -> None:
    example = (FOLDER / "example_study.csv").read_text(encoding="utf-8")
    broken = tmp_path / "study.csv"
    broken.write_text(example.replace("objective,A2,A,", "objective,A1,Z,"), encoding="utf-8")
    page.goto(f"{demo.base}/facilitate/studies/new")
    page.locator("input[name=source][value=file]").check()
    page.set_input_files("#file", broken)
    press(page, "Go on to the objectives")
    assert page.locator("#wrong-lines").inner_text() == "2 problems in the file"
    assert looked_at(page) == []
    page.fill("#document", example)
    press(page, "Check again")
    assert page.locator("#wrong-lines").count() == 0
    assert page.locator("input[name=objectives]:checked").count() == 1
