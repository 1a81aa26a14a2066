"""The synthesis desk and the translation desk in Chromium: by keyboard alone, two browsers at once, accessible."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import col, select

from surveys.models import IdeaPlacement, IdeaTag, StaffRole, Statement
from surveys.vocabulary import Role, StatementKind
from tests.browser.arriving import press_to_next_page
from tests.browser.looking import Watch, axe_problems, overhang
from tests.browser.serving import serving
from tests.builders import SmallStudy, a_closed_ideas_round, a_person, a_study, staff_client

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IDEAS = [
    (0, StatementKind.ACTIVITY, "Publish the price of every soil carbon credit", "en"),
    (1, StatementKind.ACTIVITY, "Publish the price of each soil carbon credit", "en"),
    (2, StatementKind.ACTIVITY, "Train advisers and pay them", "en"),
    (3, StatementKind.ACTIVITY, "asdf", "en"),
    (4, StatementKind.OBSTACLE, "Les audits coûtent cher", "fr"),
]


class Desk:
    def __init__(self, app: Flask, chromium: Browser, base: str) -> None:
        self.app, self.chromium, self.base = app, chromium, base
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small: SmallStudy = a_study(session)
            a_closed_ideas_round(session, self.small, ideas=IDEAS)
            marie = a_person(session, name="Marie", email="marie@example.org")
            session.add(StaffRole(person_id=marie.id, role=Role.FACILITATOR, task_force_id=self.small.task_force_id))
        self.marie_id = marie.id
        self.address = f"{base}/facilitate/task-forces/{self.small.task_force_id}"
        self.contexts: list[BrowserContext] = []

    def browser_of(self, person_id: int, **options: Any) -> Page:
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = staff_client(self.app, person_id).get_cookie(name)
        assert cookie is not None
        context = self.chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.add_cookies([{"name": name, "value": cookie.value, "url": self.base}])
        self.contexts.append(context)
        return context.new_page()

    def codes(self) -> list[str]:
        with self.database.reading() as session:
            query = (
                select(Statement.code)
                .join(IdeaPlacement, col(IdeaPlacement.statement_id) == Statement.id)
                .where(col(IdeaPlacement.undone_at).is_(None))
                .order_by(col(IdeaPlacement.id))
            )
            return list(session.exec(query).all())


@pytest.fixture
def desk(app: Flask, chromium: Browser) -> Iterator[Desk]:
    with serving(app) as base:
        found = Desk(app, chromium, base)
        yield found
        for context in found.contexts:
            context.close()


def test_a_whole_desk_is_placed_by_keyboard_and_the_keys_can_be_switched_off(desk: Desk) -> None:
    page = desk.browser_of(desk.small.facilitator_id)
    watch = Watch(desk.base)
    watch.attach(page.context)
    page.goto(f"{desk.address}/synthesis")
    assert axe_problems(page) == []
    page.fill("#text-en", "Publish the price")
    page.fill("#text-fr", "Publier le prix")
    page.locator("h1").click()
    press_to_next_page(page, "n")
    assert desk.codes() == ["A5-01"]
    press_to_next_page(page, "z")
    assert desk.codes() == [], "undone by one key"
    page.goto(f"{desk.address}/synthesis?kind=activity")
    press_to_next_page(page, "n")
    press_to_next_page(page, "j")
    page.keyboard.press("t")
    page.keyboard.type("markets")
    press_to_next_page(page, "Enter")
    with desk.database.reading() as session:
        assert session.exec(select(IdeaTag.tag)).one() == "markets"
    page.keyboard.press("p")
    page.keyboard.type("Not an idea")
    page.keyboard.press("Tab")
    press_to_next_page(page, "Enter")
    expect(page.locator(".desk-bar b")).to_have_text("2 of 5 ideas placed")
    page.keyboard.press("?")
    toggle = page.locator(".keys-on")
    expect(toggle).to_be_visible()
    toggle.focus()
    page.keyboard.press("Space")
    page.reload()
    # A page that followed would be waited for here.
    page.locator("body").press("z")
    assert page.locator(".desk-bar b").inner_text() == "2 of 5 ideas placed"
    assert watch.complaints == []
    assert watch.foreign == []


def test_everything_is_reached_with_tab_without_a_script(desk: Desk) -> None:
    page = desk.browser_of(desk.small.facilitator_id, java_script_enabled=False)
    page.goto(f"{desk.address}/synthesis?kind=activity")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == "Keep as a statement":
            break
    press_to_next_page(page, "Enter")
    assert desk.codes() == ["A5-01"]
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("name") == "statement":
            break
    press_to_next_page(page, "Enter")
    assert desk.codes() == ["A5-01", "A5-01"], "merged by the keyboard, no dragging"


def test_two_browsers_see_each_other_and_a_conflict_shows_both_versions(desk: Desk) -> None:
    lukas, marie = desk.browser_of(desk.small.facilitator_id), desk.browser_of(desk.marie_id)
    for page in (lukas, marie):
        with page.expect_response("**/here"):
            page.goto(f"{desk.address}/synthesis?kind=obstacle")
    with lukas.expect_response("**/here"):
        lukas.reload()
    expect(lukas.locator(".here")).to_have_text("Marie is also working here")
    for page, words in ((lukas, "Mots de Lukas"), (marie, "Mots de Marie")):
        page.fill("#text-fr", words)
        page.get_by_role("button", name="Keep as a statement").click()
    expect(marie.locator("h1")).to_have_text("Somebody was first")
    expect(marie.locator("main")).to_contain_text("Mots de Lukas")
    expect(marie.locator("main")).to_contain_text("Mots de Marie")
    assert axe_problems(marie) == []
    assert desk.codes() == ["A5-01"]
    marie.get_by_role("button", name="Place it there as well").click()
    expect(marie.locator(".notice").first).to_contain_text("A5-02")
    assert desk.codes() == ["A5-01", "A5-02"]


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_desks_fit_and_are_accessible(desk: Desk, width: int, scheme: str) -> None:
    page = desk.browser_of(desk.small.facilitator_id, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(f"{desk.address}/synthesis?kind=activity")
    page.get_by_role("button", name="Keep as a statement").click()
    with desk.database.reading() as session:
        statement, idea = session.exec(select(IdeaPlacement.statement_id, IdeaPlacement.idea_id)).one()
    paths = (
        f"{desk.address}/synthesis?statement={statement}",
        f"{desk.address}/translations?to=fr&show=all",
        f"{desk.address}/second-coder",
        f"{desk.address}/ideas/{idea}",
        f"{desk.base}/facilitate/statements/{statement}/lineage",
    )
    for path in paths:
        page.goto(path)
        assert axe_problems(page) == [], path
        assert overhang(page) == [], path


def test_a_box_of_the_drawing_leads_on_by_keyboard(desk: Desk) -> None:
    page = desk.browser_of(desk.small.facilitator_id)
    page.goto(f"{desk.address}/synthesis?kind=activity")
    page.get_by_role("button", name="Keep as a statement").click()
    page.get_by_role("link", name="Where A5-01 comes from and went").click()
    box = page.locator("svg a").first
    box.focus()
    press_to_next_page(page, "Enter")
    expect(page.locator("h1")).to_have_text("What became of this idea")
    page.locator("svg a", has_text="A5-01").click()
    expect(page.locator("main")).to_contain_text("A5-01")
