"""The facilitator's paper pages: sheets with codes, keying in, and no way to anything answered online."""

import re

import pytest
from flask import Flask
from sqlalchemy import event
from sqlmodel import Session, select

from surveys.models import Idea, Panellist, QuestionAnswer, Rating, Submission
from surveys.vocabulary import MembershipStatus, QuestionKind
from tests.builders import (
    SmallStudy,
    a_question,
    a_second_look,
    a_study,
    an_expert,
    an_open_ideas_round,
    an_open_rating_round,
    expert_client,
    rate,
    staff_client,
    token_in,
)


class Desk:
    """A facilitator's browser before the paper pages of an open round."""

    def __init__(self, app: Flask, small: SmallStudy, round_id: int) -> None:
        self.small, self.round_id = small, round_id
        self.client = staff_client(app, small.facilitator_id)
        self.database = app.extensions["delphi_database"]

    def address(self, seat: int = 0) -> str:
        return f"/facilitate/rounds/{self.round_id}/paper/{self.small.panellists[seat]}"

    def page(self, seat: int = 0) -> str:
        return self.client.get(self.address(seat)).get_data(as_text=True)

    def enter(self, fields: dict[str, str], seat: int = 0) -> tuple[int, str]:
        answer = self.client.post(self.address(seat), data={"csrf_token": token_in(self.page(seat)), **fields})
        return answer.status_code, answer.get_data(as_text=True)


def rating_desk(app: Flask, *, rows: str = "") -> tuple[Desk, list[int]]:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small)
        if rows:
            rate(session, small, round_id=round_.id, statements=statements, rows=rows)
    return Desk(app, small, round_.id), statements


def submission(session: Session, desk: Desk, seat: int = 0) -> Submission:
    return session.exec(select(Submission).where(Submission.panellist_id == desk.small.panellists[seat])).one()


def test_a_sheet_is_keyed_in_and_its_author_sees_by_whom(app: Flask) -> None:
    desk, (first, second, _) = rating_desk(app)
    with desk.database.writing() as session:
        question = a_question(session, round_id=desk.round_id, kind=QuestionKind.YES_NO)
    cell = f"r-{first}-{desk.small.importance_id}"
    comment = {f"c-{second}": "Trop cher", f"s-{second}": "against"}
    status, _ = desk.enter({cell: "8", **comment, f"q-{question}-way": "yes", "language": "fr"})
    assert status == 303
    with desk.database.reading() as session:
        assert [(r.statement_id, r.value) for r in session.exec(select(Rating)).all()] == [(first, 8)]
        assert session.exec(select(QuestionAnswer)).one().language == "fr"
        assert submission(session, desk).entered_on_behalf_by == desk.small.facilitator_id
    again = desk.page()
    assert re.search(rf'name="{cell}" value="8"[^>]*checked', again) and "Trop cher" in again
    listed = desk.client.get(f"/facilitate/rounds/{desk.round_id}/paper").get_data(as_text=True)
    assert listed.count("entered from paper") == 1
    overview = desk.client.get(f"/facilitate/task-forces/{desk.small.task_force_id}").get_data(as_text=True)
    assert "Finished, on paper" in overview
    log = desk.client.get(f"/facilitate/task-forces/{desk.small.task_force_id}/log").get_data(as_text=True)
    assert "Entered paper answers of round 1 on behalf of" in log and "Lukas A5" in log
    expert = expert_client(app, desk.small, desk.small.experts[0])
    for page in ("answers", "check"):
        own = expert.get(f"/my/rounds/{desk.round_id}/{page}").get_data(as_text=True)
        assert "Entered from your paper sheet by Lukas A5." in own


def test_nothing_answered_online_is_shown_or_replaced(app: Flask) -> None:
    desk, (first, *_) = rating_desk(app, rows="9 2 4")
    answer = desk.client.get(desk.address())
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "answered online" in page
    assert "checked" not in page and f"r-{first}-" not in page
    token = token_in(desk.page(1))
    posted = desk.client.post(desk.address(), data={"csrf_token": token, f"r-{first}-{desk.small.importance_id}": "1"})
    assert posted.status_code == 409
    with desk.database.reading() as session:
        assert sorted(r.value or 0 for r in session.exec(select(Rating)).all()) == [2, 4, 9]


def test_earlier_answers_given_online_are_not_on_the_form(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
        _, second, _ = a_second_look(session, small, rows="9 2 | 9 2 | 8 2 | 9 3 | 7 2 | 9 2")
    page = Desk(app, small, second).page()
    assert "Store this sheet" in page
    assert "You answered" not in page and "answer before" not in page and "checked" not in page
    assert "middle answer" not in page


def test_a_mistake_keeps_everything_typed(app: Flask) -> None:
    desk, (first, second, _) = rating_desk(app)
    cell, wrong = f"r-{first}-{desk.small.importance_id}", f"r-{second}-{desk.small.importance_id}"
    status, page = desk.enter({cell: "7", wrong: "12", f"c-{first}": "Kept words"})
    assert status == 422 and "not on the scale" in page
    assert "Kept words" in page and re.search(rf'name="{cell}" value="7"[^>]*checked', page)
    with desk.database.reading() as session:
        assert session.exec(select(Rating)).all() == []


def test_ideas_are_keyed_in_under_the_codes_of_the_sheet(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
        round_ = an_open_ideas_round(session, small)
    desk = Desk(app, small, round_.id)
    assert {"P1", "PC4", "A2", "S1"} <= set(re.findall(r'<label for="[a-z_0-9-]+">([A-Z]+\d)</label>', desk.page()))
    typed = {"problem-2": "Prices fall", "cause-2": "No storage", "activity-1": "Build", "on-activity-1": "problem-2"}
    assert desk.enter(typed)[0] == 303
    with desk.database.reading() as session:
        ideas = {idea.slot: idea for idea in session.exec(select(Idea)).all()}
        assert set(ideas) == {"problem-2", "cause-2", "activity-1"}
        assert ideas["cause-2"].parent_id == ideas["activity-1"].parent_id == ideas["problem-2"].id


def test_consent_on_paper_is_confirmed_first(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=1)
        _, panellist = an_expert(session, task_force_id=small.task_force_id, slug="new", consented=False)
        small.panellists.append(panellist.id)
        round_, (first, *_) = an_open_rating_round(session, small)
    desk = Desk(app, small, round_.id)
    cell = f"r-{first}-{small.importance_id}"
    status, page = desk.enter({cell: "8"}, seat=1)
    assert status == 422 and "agreed to take part on the paper" in page
    assert desk.enter({cell: "8", "agreed": "yes"}, seat=1)[0] == 303
    with desk.database.reading() as session:
        assert session.get_one(Panellist, panellist.id).status is MembershipStatus.JOINED


def test_the_printed_sheet_is_a_pdf_for_its_person(app: Flask) -> None:
    desk, _ = rating_desk(app)
    answer = desk.client.get(desk.address() + ".pdf")
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    listed = desk.client.get(f"/facilitate/rounds/{desk.round_id}/paper").get_data(as_text=True)
    code = re.findall(r"<td>([2-9A-Z]{3}-[2-9A-Z]{3})</td>", listed)[0]
    assert f"-{code}.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("suffix", ["", ".pdf"])
def test_a_panellist_of_another_task_force_is_nobody_here(app: Flask, suffix: str) -> None:
    desk, _ = rating_desk(app)
    with desk.database.writing() as session:
        desk.small.panellists[0] = a_study(session, slug="other", code="B1").panellists[0]
    assert desk.client.get(desk.address() + suffix).status_code == 404


def test_statements_are_as_many_for_few_as_for_many(app: Flask) -> None:
    counts = []
    for n_experts, n_statements in ((3, 2), (30, 12)):
        with app.extensions["delphi_database"].writing() as session:
            small = a_study(session, n_experts=n_experts, slug=f"s{n_experts}")
            round_, _ = an_open_rating_round(session, small, n_statements=n_statements)
        desk = Desk(app, small, round_.id)
        addresses = (desk.address(), f"/facilitate/rounds/{round_.id}/paper")
        counts.append([n_statements_of(desk, address) for address in addresses])
    assert counts[0] == counts[1]


def n_statements_of(desk: Desk, address: str) -> int:
    """How many statements reach the database while a page is made."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(desk.database.engine, "before_cursor_execute", note)
    try:
        assert desk.client.get(address).status_code == 200
    finally:
        event.remove(desk.database.engine, "before_cursor_execute", note)
    return len(seen)
