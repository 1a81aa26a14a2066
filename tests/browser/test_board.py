"""Every way to look at a closed round in Chromium: accessible, narrow, light and dark, and worked by keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlmodel import Session, select

from surveys.models import Comment, FrozenQuestionAnswer, QuestionResult, Snapshot
from surveys.queries.answer_reviews import written_answers
from surveys.services.answer_reviews import share_answer, withhold_answer
from surveys.services.comments import share_comment
from surveys.services.next_round import build_next_round
from surveys.services.question_freezing import frozen_questions_of, list_written_answers
from surveys.vocabulary import AnswerState, QuestionKind
from tests.browser.arriving import press_to_next_page
from tests.browser.looking import NARROWEST, Watch, axe_problems, overhang
from tests.browser.serving import serving
from tests.builders import NOW, a_question, as_facilitator, said
from tests.delphi.facilitator.closed_rounds import ClosedRound

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOVED = "9 9 | 9 9 | 9 9 | 2 9 | 1 . | 1 ."
LOOKS = (
    "board",
    "answers",
    "map",
    "comparison",
    "convergence",
    "what-if",
    "what-if?agreement=50&iqr=8&min_n=5&quantile=linear&denominator=rated",
    "comments",
    "written-answers",
    "question-results",
)


class Desk:
    """A facilitator's browser before two closed rounds and a planned one."""

    def __init__(self, closed: ClosedRound, context: BrowserContext, base: str) -> None:
        self.closed, self.context, self.base = closed, context, base
        self.later = closed.another_round(MOVED)
        with closed.database.writing() as session:
            three_texts(session, closed, round_id=self.later)
            for comment in session.exec(select(Comment)).all():
                share_comment(
                    session,
                    actor=as_facilitator(closed.small),
                    round_id=closed.round_id,
                    comment_id=comment.id,
                    now=NOW,
                )
            self.planned = build_next_round(
                session,
                actor=as_facilitator(closed.small),
                task_force_id=closed.small.task_force_id,
                decisions={},
                now=NOW,
            ).id
        cookie = closed.facilitator.get_cookie("delphi")
        assert cookie is not None
        context.add_cookies([{"name": "delphi", "value": cookie.value, "url": base}])
        self.watch = Watch(base)
        self.watch.attach(context)
        self.page: Page = context.new_page()

    def addresses(self) -> list[str]:
        found = [f"/facilitate/rounds/{self.later}/{look}" for look in LOOKS]
        found += [f"/facilitate/statements/{one}" for one in self.closed.statements[:2]]
        found += [f"{self.closed.base}/{part}" for part in ("log", "next-round", "outcomes", "publish")]
        found += [f"/facilitate/rounds/{self.planned}/preview{part}" for part in ("", "/en?profile=high", "/fr")]
        return found

    def go(self, address: str) -> Page:
        self.page.goto(self.base + address)
        return self.page

    def tab_to(self, selector: str) -> None:
        """Press Tab until the element has the focus."""
        for _ in range(150):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("selector => document.activeElement?.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} is not reached by keyboard")


def three_texts(session: Session, closed: ClosedRound, *, round_id: int) -> None:
    """A text question of the closed round, as if it had been asked: one text unread, one paraphrased, one withheld."""
    question_id = a_question(session, round_id=round_id, kind=QuestionKind.LONG_TEXT, options=(), text="What else?")
    snapshot_id = session.exec(select(Snapshot.id).where(Snapshot.round_id == round_id)).one()
    for panellist_id, text in zip(closed.small.panellists, ("Unread", "Said at length", "A name"), strict=False):
        answer: dict[str, Any] = {"state": AnswerState.ANSWERED, "answer": {"text": text}, "language": "en"}
        session.add(
            FrozenQuestionAnswer(snapshot_id=snapshot_id, question_id=question_id, panellist_id=panellist_id, **answer)
        )
    session.add(QuestionResult(snapshot_id=snapshot_id, question_id=question_id, n=3))
    session.flush()
    snapshot = session.get_one(Snapshot, snapshot_id)
    list_written_answers(session, frozen=frozen_questions_of(session, snapshot=snapshot))
    ((_, texts),) = written_answers(session, round_id=round_id)
    ids = {one.text: one.id for one in texts}
    about: dict[str, Any] = {"actor": as_facilitator(closed.small), "round_id": round_id, "now": NOW}
    share_answer(session, answer_id=ids["Said at length"], paraphrase=said("In short", "En bref"), **about)
    withhold_answer(session, answer_id=ids["A name"], reason="It names somebody", **about)


@pytest.fixture
def desk(app: Flask, chromium: Browser) -> Iterator[Desk]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    closed = ClosedRound(app)
    with serving(app) as base:
        yield Desk(closed, context, base)
        context.close()


def test_every_look_at_a_round_is_accessible_and_narrow(desk: Desk) -> None:
    problems = []
    for address in desk.addresses():
        page = desk.go(address)
        problems += [f"{address}: {one}" for one in axe_problems(page)]
        page.emulate_media(color_scheme="dark")
        problems += [f"{address} dark: {one}" for one in axe_problems(page, only=("color-contrast",))]
        page.emulate_media(color_scheme="light")
        for width in (NARROWEST, 360):
            page.set_viewport_size({"width": width, "height": 800})
            problems += [f"{address} {width} px: {one}" for one in overhang(page)]
        page.set_viewport_size({"width": 1280, "height": 900})
    assert problems == [], "\n".join(problems)
    assert desk.watch.foreign == []
    assert desk.watch.complaints == []


def test_another_rule_is_tried_by_keyboard(desk: Desk) -> None:
    page = desk.go(f"/facilitate/rounds/{desk.later}/what-if")
    desk.tab_to("#agreement")
    page.keyboard.press("Control+A")
    page.keyboard.type("50")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("8")
    press_to_next_page(page, "Enter")
    assert "agreement=50" in page.url
    assert "would change" in page.inner_text("h1")


def test_an_objection_is_marked_and_a_picture_taken_along_by_keyboard(desk: Desk) -> None:
    page = desk.go(f"/facilitate/rounds/{desk.closed.round_id}/comments")
    desk.tab_to("form.inline button.quiet")
    press_to_next_page(page, "Enter")
    assert page.get_by_text("Marked as a principled objection.").is_visible()
    page = desk.go(f"/facilitate/rounds/{desk.closed.round_id}/map")
    desk.tab_to("a[download][href$='.png']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "map-activity-round-1-en.png"


def test_a_planned_round_is_seen_in_both_languages_at_320_pixels(desk: Desk) -> None:
    page = desk.go(f"/facilitate/rounds/{desk.planned}/preview?profile=high")
    frames = page.locator("iframe")
    assert frames.count() == 2
    for number, language in enumerate(("en", "fr")):
        inside = page.frame_locator("iframe").nth(number)
        assert inside.locator("html").get_attribute("lang") == language
        assert inside.locator("html").evaluate("html => html.clientWidth") == 320
        assert inside.locator("html").evaluate("html => html.scrollWidth") == 320
        assert inside.locator("fieldset[disabled] form").count() == 1
    desk.tab_to("nav.filter a[href*='profile=none']")
    press_to_next_page(page, "Enter")
    assert "profile=none" in page.url
