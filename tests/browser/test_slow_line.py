"""Three rounds on a phone of 360 px, in French, by keyboard alone, on a line of 50 kbit/s that loses one packet in ten.

The line is a relay on the loopback interface; what it does is said at `Line`. Once without scripts, once with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from delphi.database import Database
from surveys.models import Comment, Idea, Rating, Submission
from surveys.services.rounds import close_round
from tests.browser.arriving import press_to_next_page
from tests.browser.looking import overhang
from tests.browser.serving import Line, serving, through
from tests.builders import (
    a_rating_round_on,
    a_statement,
    a_study,
    an_open_ideas_round,
    invitation_path,
    rate,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROBLEM, CAUSE = "L'érosion « mange » les sols : 12 % par an", "Les haies ont disparu"
ACTIVITY = "Former les conseillères à l'analyse des sols"
REASON = "Sans analyse, on sème à l'aveugle. Ça coûte cher !"
LONGEST_MS = 180_000
FOCUSED = "() => { const at = document.activeElement; return [at.name || at.tagName.toLowerCase(), at.value || '']; }"


@dataclass
class Keyboard:
    """Somebody without a mouse: Tab, arrows, Space, Enter and letters."""

    page: Page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def focused(self) -> tuple[str, str]:
        name, value = self.page.evaluate(FOCUSED)
        return name, value

    def to(self, name: str, value: str | None = None) -> None:
        """Tab until the control `name` (with `value`, if given) has the focus."""
        for _ in range(150):
            if self.focused()[0] == name and value in (None, self.focused()[1]):
                return
            self.press("Tab")
        raise AssertionError(f"{name} cannot be reached by Tab on {self.page.url}")

    def write(self, name: str, text: str) -> None:
        self.to(name)
        self.page.keyboard.type(text)

    def open_summary_before(self, name: str) -> None:
        """Open the folded part that holds the field `name`."""
        holds = f"() => !!document.activeElement.closest('summary')?.parentElement.querySelector('[name={name}]')"
        for _ in range(150):
            if self.page.evaluate(holds):
                break
            self.press("Tab")
        if not self.page.locator(f"[name={name}]").is_visible():
            self.press("Enter")

    def choose(self, name: str, value: str) -> None:
        """Into the row of radios by Tab, along it by arrows."""
        self.to(name)
        self.press("Space")
        for _ in range(14):
            if self.focused() == (name, value):
                return
            self.press("ArrowRight")
        raise AssertionError(f"{name} offers no {value}")

    def enter(self, name: str, value: str | None = None) -> None:
        """Press a button and wait for the page behind it."""
        self.to(name, value)
        press_to_next_page(self.page, "Enter")
        if self.page.url.endswith("/check"):
            # What was under way when the form was sent is sent from here; then the page is loaded anew.
            expect(self.page.locator("[data-status]")).to_have_text("", timeout=LONGEST_MS)
            self.page.wait_for_load_state()
        assert overhang(self.page) == []


@pytest.fixture(params=[False, True], ids=["without scripts", "with scripts"])
def phone(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=request.param, locale="fr-FR"
    )
    context.set_default_timeout(LONGEST_MS)
    yield context.new_page()
    context.close()


def send_answers(keys: Keyboard) -> str:
    """From the last look to the receipt; what it says."""
    assert keys.page.url.endswith("/check")
    button = keys.page.get_by_role("button", name="Envoyer mes réponses")
    for _ in range(80):
        if button.evaluate("button => button === document.activeElement"):
            break
        keys.press("Tab")
    press_to_next_page(keys.page, "Enter")
    assert keys.page.url.endswith("/receipt")
    return keys.page.locator("main").inner_text()


def stored(session: Session, *, round_id: int, panellist_id: int) -> tuple[dict[tuple[int, int], int | None], str]:
    """The ratings of one person in one round, and the receipt."""
    ratings = session.exec(select(Rating).where(Rating.round_id == round_id, Rating.panellist_id == panellist_id)).all()
    (submission,) = session.exec(
        select(Submission).where(Submission.round_id == round_id, Submission.panellist_id == panellist_id)
    ).all()
    return {(one.statement_id, one.criterion_id): one.value for one in ratings}, submission.receipt


def test_three_rounds_by_keyboard_on_a_bad_line(app: Flask, phone: Page) -> None:
    database: Database = app.extensions["delphi_database"]
    now = datetime.now(UTC) - timedelta(hours=1)
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        ideas_id = an_open_ideas_round(session, small, now=now).id
        path = invitation_path(session, person_id=small.experts[0], study_id=small.study_id)
    me = small.panellists[0]
    keys = Keyboard(phone)
    with serving(app) as near, through(Line(), near) as far:
        phone.goto(f"{far}{path}?language=fr")
        assert phone.locator("html").get_attribute("lang") == "fr"
        keys.enter("button", "")

        phone.goto(f"{far}/my/rounds/{ideas_id}/ideas/problems")
        keys.write("problem-1", PROBLEM)
        keys.write("cause-1", CAUSE)
        keys.enter("then", "next")
        keys.write("activity-1", ACTIVITY)
        keys.enter("then", "next")
        said = send_answers(keys)
        with database.writing() as session:
            _, receipt = stored(session, round_id=ideas_id, panellist_id=me)
            assert receipt in said
            ideas = session.exec(select(Idea).where(Idea.round_id == ideas_id)).all()
            assert sorted(idea.text for idea in ideas) == sorted([PROBLEM, CAUSE, ACTIVITY])
            close_round(session, actor=None, round_id=ideas_id, now=datetime.now(UTC))
            statements = [
                a_statement(session, task_force_id=small.task_force_id, number=number).id for number in (1, 2)
            ]
            second_id = a_rating_round_on(session, small, statements=statements).id
            rate(session, small, round_id=second_id, statements=statements, rows=". . | 7 2 | 8 3 | 8 9 | 9 9 | 7 1")

        cells = [(one, each) for one in statements for each in (small.importance_id, small.feasibility_id)]
        expected = dict(zip(cells, (8, 3, 5, 9), strict=True))
        phone.goto(f"{far}/my/rounds/{second_id}/rate/1")
        for statement, criterion in in_order_of_page(phone, cells):
            keys.choose(f"r-{statement}-{criterion}", str(expected[statement, criterion]))
        keys.enter("then", "next")
        said = send_answers(keys)
        with database.writing() as session:
            ratings, receipt = stored(session, round_id=second_id, panellist_id=me)
            assert (ratings, receipt in said) == (expected, True)
            close_round(session, actor=None, round_id=second_id, now=datetime.now(UTC))
            third_id = a_rating_round_on(session, small, statements=statements).id

        kept = {(statements[0], small.importance_id): 8, (statements[1], small.importance_id): 7}
        phone.goto(f"{far}/my/rounds/{third_id}/rate/1")
        assert "6 réponses" in phone.locator("main").inner_text()
        for statement, criterion in in_order_of_page(phone, list(kept)):
            keys.choose(f"r-{statement}-{criterion}", str(kept[statement, criterion]))
            if statement == statements[1]:
                keys.open_summary_before(f"c-{statement}")
                keys.write(f"c-{statement}", REASON)
        keys.enter("then", "next")
        said = send_answers(keys)
    with database.reading() as session:
        ratings, receipt = stored(session, round_id=third_id, panellist_id=me)
        assert (ratings, receipt in said) == (kept, True)
        comments = session.exec(select(Comment).where(Comment.round_id == third_id)).all()
        assert [(comment.panellist_id, comment.text) for comment in comments] == [(me, REASON)]


def in_order_of_page(page: Page, cells: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The rows of radios as Tab meets them; the order of statements differs from person to person."""
    source = page.content()
    return sorted(cells, key=lambda cell: source.index(f'id="r-{cell[0]}-{cell[1]}"'))
