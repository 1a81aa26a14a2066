"""The demo's further questions: complete in both languages, answered, frozen, and open to the visitor."""

import re
from collections.abc import Callable

import pytest
from sqlmodel import Session, col, select

from delphi.demo.questions import demo_questions
from surveys.models import Panellist, Question, QuestionAnswer, QuestionResult, Round, StaffRole, TaskForce
from surveys.queries.answer_reviews import written_answers
from surveys.queries.questions import asked_from
from surveys.rules.questions import QUESTION_KINDS
from surveys.vocabulary import CommentReview, RoundStatus
from tests.delphi.demo.conftest import BuiltDemo

pytestmark = pytest.mark.slow

WRONG_IN_FRENCH = re.compile(r" [;:?!%»]|« |\w'\w|\w[;?!»]")


def asked_in(session: Session, code: str) -> tuple[Round, list[Question]]:
    rows = session.exec(
        select(Round, Question)
        .join(Question, col(Question.round_id) == Round.id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .where(TaskForce.code == code)
        .order_by(col(Question.position))
    ).all()
    return rows[0][0], [question for _, question in rows]


def test_every_text_is_in_both_languages_and_french_is_typeset() -> None:
    texts = [text for contents in demo_questions().values() for one in contents for text in one.question.texts()]
    assert [text for text in texts if set(text) != {"en", "fr"}] == []
    assert [text["fr"] for text in texts if WRONG_IN_FRENCH.search(text["fr"])] == []


def test_the_open_round_of_the_visitor_asks_a_ranking_a_year_and_points(demo_at: Callable[[str], BuiltDemo]) -> None:
    demo = demo_at("round-3-open")
    with demo.database.reading() as session:
        round_, questions = asked_in(session, "A5")
        assert round_.status is RoundStatus.OPEN
        assert [question.kind for question in questions] == ["ranking", "year", "points"]
        answers = session.exec(select(QuestionAnswer).where(QuestionAnswer.round_id == round_.id)).all()
        assert answers
        kinds = {question.id: asked_from(question) for question in questions}
        for one in answers:
            if one.answer is not None:
                question = kinds[one.question_id]
                assert QUESTION_KINDS[question.kind].checked(question, one.answer) == one.answer
        own = session.exec(
            select(QuestionAnswer)
            .join(Panellist, col(Panellist.id) == QuestionAnswer.panellist_id)
            .where(Panellist.person_id == demo.links.expert_person_id)
        ).all()
        assert own == [], "the visitor has these questions still to answer"


def test_a_finished_task_force_shows_results_of_questions(demo_at: Callable[[str], BuiltDemo]) -> None:
    with demo_at("round-3-open").database.reading() as session:
        round_, questions = asked_in(session, "B2")
        assert round_.status is RoundStatus.CLOSED
        results = session.exec(
            select(QuestionResult).where(col(QuestionResult.question_id).in_([one.id for one in questions]))
        ).all()
        assert len(results) == len(questions) == 4
        assert all(result.n >= 3 for result in results)
        ((_, texts),) = written_answers(session, round_id=round_.id)
        assert [(one.review, one.shared_text) for one in texts] == [("shared", {})] * 3


def test_the_facilitator_of_the_visit_has_a_text_left_to_read_over(demo_at: Callable[[str], BuiltDemo]) -> None:
    """It names somebody; of the others one is paraphrased, because a place and a lone language tell of its author."""
    demo = demo_at("round-3-open")
    with demo.database.reading() as session:
        round_, _ = asked_in(session, "C4")
        ((_, texts),) = written_answers(session, round_id=round_.id)
        assert sorted((one.review, bool(one.shared_text)) for one in texts) == [
            ("shared", False),
            ("shared", False),
            ("shared", True),
            ("waiting", False),
        ]
        assert ["@" in one.text for one in texts if one.review is CommentReview.WAITING] == [True]
        assert session.exec(
            select(StaffRole)
            .join(TaskForce, col(TaskForce.id) == StaffRole.task_force_id)
            .where(TaskForce.code == "C4", StaffRole.person_id == demo.links.facilitator_person_id)
        ).all()
