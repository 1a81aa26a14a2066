"""Every page of the secretariat in both languages, light and dark, wide and narrow: axe finds nothing wrong.

The programme board of the 24 task forces fits one sheet of A3.
"""

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader

from delphi.database import Database
from delphi.secretariat.views import exports
from tests.browser.arriving import press_to_next_page
from tests.browser.secretariat_states import DESK, HOME, LEAD_BACK, MEMBER, NO_PAGES, build
from tests.browser.serving import serving
from tests.browser.visiting import COLOURS, EVERY_RULE, SIZES, Looks, State, Windows, faults_of_list, wrong_with
from tests.builders import staff_client
from tests.published import a_further_objective, a_published_study

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIEWS = {"1280 px": (1280, 1024), "360 px": (360, 740)}
LOOKS: dict[str, Looks] = {
    "en": {"1280 px": [("light", EVERY_RULE)], "360 px": [("dark", (*COLOURS, *SIZES))]},
    "fr": {"360 px": [("light", EVERY_RULE)], "1280 px": [("dark", COLOURS)]},
}
OURS = ("secretariat", "voting")


def test_the_list_of_pages_is_complete(app: Flask) -> None:
    states, _ = build(app)
    assert faults_of_list(app, states, rooms=OURS, apart=(*LEAD_BACK, *NO_PAGES)) == set()


@pytest.fixture
def windows(chromium: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Windows, list[State]]]:
    # The page of the files asks again by itself while one is being made: nobody can look at it in peace.
    monkeypatch.setattr(exports, "REFRESH_SECONDS", 3_600)
    states, secretary_id = build(app)
    with serving(app) as base:
        found = Windows(chromium, base)
        found.sign_in_staff(DESK, app=app, person_id=secretary_id)
        found.leave_signed_out(MEMBER)
        yield found, states
        found.close()


@pytest.mark.parametrize("language", LOOKS)
def test_axe_finds_nothing_on_any_page(windows: tuple[Windows, list[State]], language: str) -> None:
    opened, states = windows
    problems: list[str] = []
    for state in states:
        page = opened.open(state, language=language, form_at=state.path if state.who == MEMBER else HOME)
        assert page.get_attribute("html", "lang") == language, state.name
        problems += [f"{state.name} {one}" for one in wrong_with(page, views=VIEWS, looks=LOOKS[language])]
    assert problems == []


def test_the_board_of_24_task_forces_is_one_sheet_and_short_on_a_phone(chromium: Browser, app: Flask) -> None:
    database: Database = app.extensions["delphi_database"]
    with database.writing() as session:
        study = a_published_study(session)
        for number in range(22):
            a_further_objective(session, study, code=f"{chr(ord('C') + number)}1")
    with serving(app) as base:
        context = chromium.new_context(locale="fr-FR")
        _sign_in(context, app, base=base, person_id=study.small.secretary_id)
        page = context.new_page()
        page.goto(f"{base}/secretariat/studies/{study.study_id}/?language=fr")
        assert page.locator("table.board tbody tr").count() == 24
        sheet = PdfReader(io.BytesIO(page.pdf(format="A3", landscape=True)))
        assert len(sheet.pages) == 1
        assert "X1" in sheet.pages[0].extract_text()
        page.set_viewport_size({"width": 360, "height": 740})
        heights = page.locator("table.board tbody tr").evaluate_all("rows => rows.map(row => row.offsetHeight)")
        assert max(heights) <= 200
        context.close()


def test_a_plan_is_put_to_the_vote_with_the_keyboard_alone(chromium: Browser, app: Flask) -> None:
    """A member reaches every choice of the ballot by Tab and arrows, and votes by Enter."""
    states, _ = build(app)
    ballot = next(state for state in states if state.endpoint == "voting.ballot")
    with serving(app) as base:
        context = chromium.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{base}{ballot.path}")
        _tab_to(page, "document.activeElement.type === 'radio'")
        page.keyboard.press("Space")
        assert page.locator("input[type=radio]:checked").get_attribute("value") == "approve"
        _tab_to(page, "document.activeElement.matches('main form button')")
        press_to_next_page(page, "Enter")
        assert page.locator("main").get_by_text("Approve").first.is_visible()
        context.close()


def _tab_to(page: Page, found: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(found):
            return
    raise AssertionError(f"40 times Tab did not lead to {found}")


def _sign_in(context: BrowserContext, app: Flask, *, base: str, person_id: int) -> None:
    cookie = staff_client(app, person_id).get_cookie("delphi")
    assert cookie is not None
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])
