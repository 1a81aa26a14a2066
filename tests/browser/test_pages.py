"""Every page that links lead to, for each of the three users: narrow, in both languages, light and dark, accessible."""

import re

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.browser.conftest import RunningDemo
from tests.browser.looking import (
    LINKS,
    NARROWEST,
    Watch,
    axe_problems,
    bytes_on_the_line,
    in_language,
    overhang,
    walk_by_links,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE, DESK = 360, 1280
OF_EACH_SHAPE = {"secretariat": 1}
"""Two where nothing is said; `test_secretariat_pages` sees those of the secretariat in all their states."""
FIRST_LOAD = 50_000
FINISHED = ("A1", "B2", "C4", "D2", "E1")
"""Task forces that have published at the demo's default stage."""
AT_LEAST = {"stranger": 7, "expert": 18, "expert with results": 8, "facilitator": 18, "secretariat": 22}
"""Pages that must be found; a crawl that finds less has lost its way."""


def window(browser: Browser, demo: RunningDemo, *, width: int) -> tuple[Page, Watch]:
    """A new window, and what it does that it should not do."""
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="en-GB")
    watch = Watch(demo.base)
    watch.attach(context)
    return context.new_page(), watch


def first_addresses(page: Page, demo: RunningDemo, role: str) -> list[str]:
    """Where a walk of this person starts, once their link was opened and its button pressed."""
    if role == "stranger":
        return [demo.base, demo.expert, demo.facilitator, demo.secretariat, f"{demo.base}/demo/outbox"]
    link = a_link_into_a_finished_task_force(page, demo) if role == "expert with results" else getattr(demo, role)
    page.goto(link)
    page.locator("main button").first.click()
    if "expert" not in role:
        return [page.url]
    page.goto(f"{demo.base}/my/?all=1")
    task_forces = page.eval_on_selector_all("main h2 a", LINKS)
    ways = ("welcome", "decline", "results")
    open_round = page.eval_on_selector_all("main a.button[href*='/rounds/']", LINKS)
    checks = [f"{address}check" for address in open_round]
    return [page.url, *checks, *(f"{address}{way}" for address in task_forces for way in ways)]


def a_link_into_a_finished_task_force(page: Page, demo: RunningDemo) -> str:
    """The personal link of somebody whose task force has published; the demo's mails hold it."""
    page.goto(f"{demo.base}/demo/outbox")
    for address in page.eval_on_selector_all("main th a", LINKS):
        page.goto(address)
        if page.locator("pre", has_text=re.compile(rf"\b({'|'.join(FINISHED)})\b")).count():
            return str(page.locator("main a.button").get_attribute("href"))
    raise AssertionError(f"no mail to a member of {FINISHED}")


def wrong_in_any_width(page: Page, *, language: str) -> list[str]:
    """What sticks out of the page, which must be in this language."""
    assert page.get_attribute("html", "lang") == language
    problems: list[str] = []
    for narrow in (PHONE, NARROWEST, DESK):
        page.set_viewport_size({"width": narrow, "height": 800})
        problems += [f"{narrow} px: {one}" for one in overhang(page)]
    return problems


@pytest.mark.parametrize("role", list(AT_LEAST))
def test_every_page_is_narrow_accessible_and_alone(chromium: Browser, demo: RunningDemo, role: str) -> None:
    width = PHONE if "expert" in role else DESK
    page, watch = window(chromium, demo, width=width)
    starts = first_addresses(page, demo, role)
    n_pages, problems = 0, list[str]()
    most = OF_EACH_SHAPE.get(role, 2)
    for address in walk_by_links(page, starts=starts, base=demo.base, of_each_shape=most, language="fr"):
        n_pages += 1
        problems += [f"{address} fr {one}" for one in wrong_in_any_width(page, language="fr")]
        page.goto(in_language(address, "en"))
        problems += [f"{address} en {one}" for one in wrong_in_any_width(page, language="en")]
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        problems += [f"{address}: {one}" for one in axe_problems(page)]
        # Nothing but colours differs in the dark.
        page.emulate_media(color_scheme="dark")
        problems += [f"{address} dark: {one}" for one in axe_problems(page, only=("color-contrast",))]
    page.context.close()
    assert n_pages >= AT_LEAST[role]
    assert problems == []
    assert watch.foreign == []
    assert watch.complaints == []


def test_first_expert_pages_are_light_and_set_no_cookie_before_the_button(chromium: Browser, demo: RunningDemo) -> None:
    context = chromium.new_context(viewport={"width": PHONE, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(demo.expert, wait_until="load")
    assert context.cookies() == []
    invitation = bytes_on_the_line(requests)
    assert invitation <= FIRST_LOAD
    page.locator("main button").first.click()
    page.goto(f"{demo.base}/my/?all=1")
    assert [cookie["name"] for cookie in context.cookies()] == ["delphi"]
    page.locator("main a.button").first.click()
    page.wait_for_selector("form#answers")
    assert "/rate/" in page.url
    assert invitation < bytes_on_the_line(requests) <= FIRST_LOAD
    context.close()


def test_the_checks_find_what_they_look_for(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": NARROWEST, "height": 600})
    page.set_content(
        "<html lang=en><title>t</title><main><h1>t</h1><p style='width:500px;color:#ccc;background:#ddd'>wide</p>"
        "<div style='overflow-x:auto'><p style='width:900px'>boxed</p></div></main>"
    )
    assert [one.split()[-1] for one in overhang(page)] == ["wide"]
    assert [one.split(":")[0] for one in axe_problems(page, only=("color-contrast",))] == ["color-contrast"]
    page.close()
