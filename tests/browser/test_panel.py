"""A panel pasted and mended in a browser without scripts; the pages about it are accessible, narrow and alone."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import RunningDemo
from tests.browser.looking import Watch, axe_problems, overhang
from tests.journeys.desk_acts import sixty_lines

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def look_at(page: Page, problems: list[str], name: str) -> None:
    """Everything that is wrong with the page, at three widths, light and dark."""
    for width in (1280, 360, 320):
        page.set_viewport_size({"width": width, "height": 900})
        problems += [f"{name} {width} px: {one}" for one in overhang(page)]
    page.set_viewport_size({"width": 1280, "height": 900})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        problems += [f"{name} {scheme}: {one}" for one in axe_problems(page)]


def test_sixty_people_are_pasted_and_five_lines_mended_without_scripts(chromium: Browser, demo: RunningDemo) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    watch = Watch(demo.base)
    watch.attach(context)
    page = context.new_page()
    page.goto(demo.facilitator)
    page.locator("main button").first.click()
    page.get_by_role("link", name="Carbon markets").click()
    page.get_by_role("link", name="Panel", exact=True).click()
    problems: list[str] = []
    look_at(page, problems, "panel")
    page.get_by_label("Paste from a spreadsheet").fill(sixty_lines())
    page.get_by_role("button", name="Look at the lines").press("Enter")
    assert "55 lines are fine." in page.locator("main").inner_text()
    look_at(page, problems, "preview")
    page.locator("#cell-5-email").fill("luc@panel.example")
    page.locator("#cell-10-email").fill("second@panel.example")
    page.locator("#cell-21-language").select_option("fr")
    page.locator("#cell-32-college").select_option("-")
    page.locator("#cell-46-college").select_option(label="Business")
    page.get_by_role("button", name="Check again").press("Enter")
    assert "60 lines are fine." in page.locator("main").inner_text()
    page.get_by_label("A round is open").uncheck()
    page.get_by_role("button", name="Add 60 people").press("Enter")
    assert "60 people were added to the panel." in page.locator("main").inner_text()
    page.get_by_role("link", name=re.compile("^Not invited yet 60")).click()
    assert page.locator("tbody tr", has=page.locator(".seat.not_invited")).count() == 60
    page.get_by_role("link", name="Awa Berg").click()
    look_at(page, problems, "person")
    page.go_back()
    page.get_by_role("button", name="Open registration").click()
    link = page.locator("#walk-in ~ .walk-in a").first.get_attribute("href")
    assert link is not None
    assert page.locator("img[alt='QR code of the walk-in link']").evaluate("image => image.naturalWidth") > 100
    look_at(page, problems, "panel with walk-in")
    stranger = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    form = stranger.new_page()
    form.goto(link)
    assert form.get_attribute("html", "lang") == "fr"
    stranger.close()
    page.goto(link)
    look_at(page, problems, "registration")
    context.close()
    assert problems == []
    assert watch.foreign == []
    assert watch.complaints == []
