"""The paper of a second look: what the group answered, under the page's rules, and nothing of one person."""

import json

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlmodel import select

from delphi.documents.questionnaire import paper_questionnaire, questionnaire_data
from delphi.expert.pages.on_paper import paper_feedback
from surveys.models import Comment
from surveys.queries.asked_round import asked_round
from surveys.vocabulary import CommentReview
from tests.builders import NOW, a_second_look, a_study, expert_client
from tests.delphi.expert.test_second_look import commented


def sheet_of(app: Flask, round_id: int, *, language: str = "en") -> str:
    """All words of the sheet of `round_id`."""
    with app.extensions["delphi_database"].writing() as session, app.test_request_context(), force_locale(language):
        asked = asked_round(session, round_id=round_id)
        feedback = paper_feedback(session, asked=asked, now=NOW)
        paper = paper_questionnaire(session, asked=asked, code="7K3-Q9M", needs_consent=False, feedback=feedback)
        return json.dumps(questionnaire_data(paper), ensure_ascii=False)


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (2, "Too few answers to show."),
        (4, "A few people answered, from 3 to 9. The middle answer is 7.5. They are too few to show more."),
        (6, "6 answers: 1 at 1–3, 0 at 4–6, 5 at 7–9. The middle answer is 8."),
    ],
)
def test_the_privacy_table_holds_on_paper(app: Flask, n: int, said: str) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=12)
        _, open_id, _ = a_second_look(session, small, rows=" | ".join("938798"[:n]))
    sheet = sheet_of(app, open_id)
    assert f'"before": "{said}"' in sheet
    assert "how the group answered in round 1" in sheet and "You answered" not in sheet
    answer = expert_client(app, small, small.experts[0]).get(f"/my/rounds/{open_id}/questionnaire.pdf")
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF")


def test_reasons_stand_on_every_sheet_also_on_their_author_s(app: Flask) -> None:
    _, _, open_id = commented(app, n_raters=6)
    with app.extensions["delphi_database"].writing() as session:
        for comment in session.exec(select(Comment)).all():
            comment.review = CommentReview.SHARED
            session.add(comment)
    sheet = sheet_of(app, open_id)
    assert "For: “Cheap <i>enough</i>”" in sheet and "Against: “Too slow”" in sheet
    french = sheet_of(app, open_id, language="fr")
    assert "Pour\u00a0: «\u00a0Cheap" in french and "Vos propres réponses" in french


def test_a_first_look_has_no_feedback_on_paper(app: Flask) -> None:
    _, first_id, _ = commented(app, n_raters=6)
    assert '"before": ""' in sheet_of(app, first_id) and "how the group" not in sheet_of(app, first_id)
