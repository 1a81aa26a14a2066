"""After answering: documents, remarks, minority view, staying on, my data, saying no with a colleague's name."""

import json
import re

from flask import Flask
from sqlmodel import Session, select

from surveys.models import ColleagueSuggestion, Comment, IdeaFlag, OutboxMessage, Panellist, Rating
from surveys.rules.answers import CommentAnswer
from surveys.services.comments import mark_objection
from surveys.services.outcomes import publish_outcomes
from surveys.services.rounds import close_round
from surveys.services.submissions import save_ratings
from surveys.vocabulary import CommentReview, MembershipStatus, Stance, StatementKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_rating_round_on,
    a_statement,
    a_study,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    expert_client,
    rate,
    staff_client,
    token_in,
)

DIVIDED = "9 2 | 9 2 | 9 1 | 8 9 | 9 9 | 8 9 | 9 9 | 9 1"


def divided_study(session: Session, *, rows: str = DIVIDED, comments: int = 4, slug: str = "soil") -> SmallStudy:
    """A published study: agreed on its first statement, in two camps on the second; comments shared on both sides."""
    small = a_study(session, n_experts=len(rows.split("|")), slug=slug)
    round_, statements = an_open_rating_round(session, small, n_statements=2)
    rate(session, small, round_id=round_.id, statements=statements, rows=rows)
    for number in range(comments):
        side = Stance.FOR if number % 2 else Stance.AGAINST
        save_ratings(
            session,
            actor=as_expert(small, small.experts[number]),
            round_id=round_.id,
            answers=[],
            comments=[CommentAnswer(statements[1], f"Reason {number} {side.value}", side)],
            language="en",
            now=NOW,
        )
    for comment in session.exec(select(Comment)).all():
        comment.review = CommentReview.SHARED if comment.text != "Reason 3 for" else CommentReview.WITHHELD
        session.add(comment)
    close_round(session, actor=None, round_id=round_.id, now=NOW)
    publish_outcomes(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW)
    return small


def results(app: Flask, small: SmallStudy) -> str:
    client = expert_client(app, small, small.experts[0])
    return client.get(f"/my/{small.task_force_id}/results").get_data(as_text=True)


def test_two_camps_are_shown_with_the_shared_reasons_of_both(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = divided_study(session)
    page = results(app, small)
    assert page.count("Two views remained") == 1
    sides = dict(re.findall(r"<h3>(\w+)</h3>\s*<ul>(.*?)</ul>", page, re.DOTALL))
    assert re.findall(r"<li>([^<]+)</li>", sides["For"]) == ["Reason 1 for"]
    assert sorted(re.findall(r"<li>([^<]+)</li>", sides["Against"])) == ["Reason 0 against", "Reason 2 against"]
    assert "Reason 3" not in page


def test_a_principled_objection_stands_beside_its_statement(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = divided_study(session)
        comment = next(one for one in session.exec(select(Comment)).all() if one.text == "Reason 2 against")
        mark_objection(
            session,
            actor=as_facilitator(small),
            round_id=comment.round_id,
            comment_id=comment.id,
            is_objection=True,
            now=NOW,
        )
    page = results(app, small)
    assert re.findall(r"Principled objection</b> <q>([^<]+)</q>", page) == ["Reason 2 against"]
    assert page.count("Reason 2 against") == 1, "not a second time among both sides"


def test_a_panel_below_the_minimum_is_told_of_no_camps(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = divided_study(session, rows="9 1 | 9 1 | 9 9 | 9 9", comments=2)
    page = results(app, small)
    assert "Train advisers" in page
    assert "Two views remained" not in page and "Reason" not in page


def test_staying_on_is_asked_stored_and_shown_to_the_facilitator(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = divided_study(session)
    client = expert_client(app, small, small.experts[0])
    address = f"/my/{small.task_force_id}/results"
    token = token_in(client.get(address).get_data(as_text=True))
    refused = client.post(address, data={"csrf_token": token})
    assert refused.status_code == 422 and "Please choose one of the answers" in refused.get_data(as_text=True)
    assert client.post(address, data={"csrf_token": token, "stays": "yes"}).status_code == 303
    assert re.search(r'value="yes"\s+checked', client.get(address).get_data(as_text=True))
    staff = staff_client(app, small.facilitator_id)
    overview = staff.get(f"/facilitate/task-forces/{small.task_force_id}").get_data(as_text=True)
    assert "Who stays for the implementation" in overview and overview.count(">stays<") == 1


def test_the_certificate_is_there_for_who_was_counted(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=3)
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 1 | 8 8 2")
    address = f"/my/{small.task_force_id}/certificate.pdf"
    client = expert_client(app, small, small.experts[0])
    assert client.get(address).status_code == 404
    with app.extensions["delphi_database"].writing() as session:
        close_round(session, actor=None, round_id=round_.id, now=NOW)
    assert client.get(address).data.startswith(b"%PDF")
    assert "certificate.pdf" in client.get(f"/my/{small.task_force_id}/").get_data(as_text=True)
    assert expert_client(app, small, small.experts[2]).get(address).status_code == 404


def test_own_answers_and_the_questionnaire_come_as_pdf(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 1")
    client = expert_client(app, small, small.experts[0])
    for name in ("answers", "questionnaire"):
        answer = client.get(f"/my/rounds/{round_.id}/{name}.pdf?language=fr")
        assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    with app.extensions["delphi_database"].writing() as session:
        close_round(session, actor=None, round_id=round_.id, now=NOW)
    assert client.get(f"/my/rounds/{round_.id}/answers.pdf").status_code == 200
    assert client.get(f"/my/rounds/{round_.id}/questionnaire.pdf").status_code == 404


def test_a_remark_goes_to_the_desk_without_a_name_and_its_answer_comes_back(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
        ideas = [(0, StatementKind.PROBLEM, "Soils wear out", "en"), (1, StatementKind.PROBLEM, "Prices fall", "en")]
        _, (mine, theirs) = a_closed_ideas_round(session, small, ideas=ideas)
        a_rating_round_on(session, small, statements=[a_statement(session, task_force_id=small.task_force_id).id])
    client = expert_client(app, small, small.experts[0])
    page = f"/my/{small.task_force_id}/ideas"
    token = token_in(client.get(page).get_data(as_text=True))
    empty = client.post(f"{page}/{mine}/remark", data={"csrf_token": token, "text": " "})
    assert empty.status_code == 422 and "Please write a text here" in empty.get_data(as_text=True)
    assert client.post(f"{page}/{theirs}/remark", data={"csrf_token": token, "text": "X"}).status_code == 422
    assert client.post(f"{page}/{mine}/remark", data={"csrf_token": token, "text": "I meant clay"}).status_code == 303
    staff = staff_client(app, small.facilitator_id)
    desk = f"/facilitate/task-forces/{small.task_force_id}/synthesis"
    shown = staff.get(desk).get_data(as_text=True)
    assert "I meant clay" in shown and "Expert soil" not in shown
    assert re.search(r"Problem · P-0\d · English", shown)
    with app.extensions["delphi_database"].reading() as session:
        flag = session.exec(select(IdeaFlag)).one()
    answer = f"/facilitate/task-forces/{small.task_force_id}/remarks/{flag.id}/answer"
    assert staff.post(answer, data={"csrf_token": token_in(shown), "resolution": ""}).status_code == 422
    assert staff.post(answer, data={"csrf_token": token_in(shown), "resolution": "Now says clay"}).status_code == 303
    assert staff.post(answer, data={"csrf_token": token_in(shown), "resolution": "Twice"}).status_code == 409
    own = client.get(page).get_data(as_text=True)
    assert "I meant clay" in own and "Now says clay" in own
    assert "I meant clay" not in expert_client(app, small, small.experts[1]).get(page).get_data(as_text=True)


def test_saying_no_can_name_a_colleague_for_the_facilitator(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
    client = expert_client(app, small, small.experts[0])
    address = f"/my/{small.task_force_id}/decline"
    token = token_in(client.get(address).get_data(as_text=True))
    fields = {"csrf_token": token, "reason": "No time", "colleague": "Binta Sow", "address": "binta"}
    refused = client.post(address, data=fields)
    assert refused.status_code == 422 and "Binta Sow" in refused.get_data(as_text=True)
    with app.extensions["delphi_database"].reading() as session:
        assert session.get_one(Panellist, small.panellists[0]).status is MembershipStatus.JOINED
    assert client.post(address, data={**fields, "address": "binta@example.org"}).status_code == 303
    staff = staff_client(app, small.facilitator_id)
    place = f"/facilitate/task-forces/{small.task_force_id}"
    overview = staff.get(place).get_data(as_text=True)
    assert "Binta Sow" in overview and "binta@example.org" in overview
    with app.extensions["delphi_database"].reading() as session:
        assert session.exec(select(OutboxMessage)).all() == []
        task = session.exec(select(ColleagueSuggestion)).one()
    done = staff.post(f"{place}/colleagues/{task.id}", data={"csrf_token": token_in(overview)})
    assert done.status_code == 303
    assert "Binta Sow" not in staff.get(place).get_data(as_text=True)


def test_my_data_is_read_and_downloaded_by_its_owner_alone(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = divided_study(session)
    client = expert_client(app, small, small.experts[0])
    page = client.get("/my/data").get_data(as_text=True)
    assert "expert.soil.a5.1@example.org" in page and "soil.a5.2" not in page
    assert re.search(r"<b>2</b> <span>Ratings</span>", page)
    answer = client.get("/my/data.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    data = json.loads(answer.data)
    assert data["schema"] == "delphi-my-data/1"
    assert sorted(row["value"] for row in data["rating"]) == [2, 9]
    assert [row["text"] for row in data["comment"]] == ["Reason 0 against"]
    assert b"Reason 1" not in answer.data and b"soil.a5.2" not in answer.data
    assert app.test_client().get("/my/data.json").status_code == 401
    assert staff_client(app, small.facilitator_id).get("/my/data").status_code == 403


def test_leaving_the_study_removes_open_answers_where_asked(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small, other = a_study(session), a_study(session, slug="other", code="B1")
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 1 | 8 8 2")
    client = expert_client(app, small, small.experts[0])
    address = f"/my/studies/{small.study_id}/leave"
    token = token_in(client.get(address).get_data(as_text=True))
    assert client.get(f"/my/studies/{other.study_id}/leave").status_code == 404
    assert client.post(address, data={"csrf_token": token, "answers": "remove"}).status_code == 303
    with app.extensions["delphi_database"].reading() as session:
        assert session.get_one(Panellist, small.panellists[0]).status is MembershipStatus.LEFT
        assert {r.panellist_id for r in session.exec(select(Rating)).all()} == {small.panellists[1]}
    after = client.get("/my/data").get_data(as_text=True)
    assert "Left" in after and "/leave" not in after


def test_every_kind_of_stored_data_has_plain_words() -> None:
    from delphi.expert.pages.my_data import WORDS
    from surveys.models import metadata
    from surveys.queries.my_data import HANGS_ON_IDEAS, STAFF_ACTS

    about_people = {
        table.name
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name in ("person", "panellist") for key in column.foreign_keys)
        and f"{table.name}.{column.name}" not in STAFF_ACTS
    }
    assert set(WORDS) == about_people | HANGS_ON_IDEAS | {"vote", "consent_version"}
