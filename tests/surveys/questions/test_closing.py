"""Questions from planning to the seal: who may write them when, what is frozen, what `verify` finds."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.models import (
    AuditEvent,
    FrozenQuestionAnswer,
    Question,
    QuestionAnswer,
    QuestionAnswerChange,
    QuestionResult,
    Round,
    Snapshot,
    Study,
    TaskForce,
)
from surveys.queries.questions import asked_from, questions_of
from surveys.rules.questions import AskedQuestion
from surveys.rules.questions.drafts import read_draft
from surveys.services.membership import leave
from surveys.services.opening import preview_open
from surveys.services.question_answers import AnswerGiven, save_question_answers
from surveys.services.questions import add_question, edit_question, move_question, remove_question
from surveys.services.rounds import close_round, open_round, plan_round, preview_close
from surveys.services.verification import DifferenceKind, verify
from surveys.vocabulary import AnswerState, AuditAction, QuestionKind, RoundKind, ViolationCode
from tests.builders import (
    EVERY_KIND,
    NOW,
    SmallStudy,
    a_question,
    a_study,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    rate,
)

ORDERS = (["o1", "o2", "o3"], ["o1", "o3", "o2"], ["o2", "o1", "o3"], None)


def draft(text: str = "Which first?", french: str = "Lequel d'abord ?") -> AskedQuestion:
    form = {"text-en": text, "text-fr": french, "options-en": "Tax\nLevy", "options-fr": "Impôt\nTaxe"}
    return read_draft(QuestionKind.RANKING, form, languages=("en", "fr")).question


def a_planned_round(session: Session, small: SmallStudy) -> Round:
    task_force = session.get_one(TaskForce, small.task_force_id)
    return plan_round(session, actor=None, task_force=task_force, kind=RoundKind.IDEAS, now=NOW)


def answer(
    session: Session, small: SmallStudy, *, expert: int, round_id: int, question_id: int, order: list[str] | None
) -> None:
    given = (
        AnswerGiven(question_id, AnswerState.OUTSIDE_EXPERTISE)
        if order is None
        else AnswerGiven(question_id, AnswerState.ANSWERED, {"order": order})
    )
    save_question_answers(
        session,
        actor=as_expert(small, small.experts[expert]),
        round_id=round_id,
        answers=[given],
        language="en",
        now=NOW,
    )


def a_closed_round(database: Database) -> tuple[SmallStudy, int]:
    """A closed round with ratings of two people and a ranking answered by four, one of them outside their expertise."""
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        round_, statements = an_open_rating_round(session, small, n_statements=2)
        question = a_question(session, round_id=round_.id, kind=QuestionKind.RANKING)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 | 8 8")
        for expert, order in enumerate(ORDERS):
            answer(session, small, expert=expert, round_id=round_.id, question_id=question, order=order)
        close_round(session, actor=as_facilitator(small), round_id=round_.id, now=NOW)
        return small, round_.id


def test_questions_are_written_ordered_and_removed_until_the_round_opens(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        round_id = a_planned_round(session, small).id
        actor = as_facilitator(small)
        ids = [
            add_question(session, actor=actor, round_id=round_id, question=draft(text), now=NOW).id
            for text in ("One?", "Two?", "Three?")
        ]
        move_question(session, actor=actor, round_id=round_id, question_id=ids[2], is_up=True, now=NOW)
        move_question(session, actor=actor, round_id=round_id, question_id=ids[0], is_up=True, now=NOW)
        edit_question(session, actor=actor, round_id=round_id, question_id=ids[1], question=draft("New?"), now=NOW)
        remove_question(session, actor=actor, round_id=round_id, question_id=ids[0], now=NOW)
    with database.reading() as session:
        found = questions_of(session, round_id=round_id)
        assert [(one.code, one.text["en"]) for one in found] == [("Q1", "Three?"), ("Q2", "New?")]
        assert found[0].options[1].text == {"en": "Levy", "fr": "Taxe"}
        changed = select(AuditEvent).where(AuditEvent.action == AuditAction.QUESTIONS_CHANGED)
        events = session.exec(changed.order_by(col(AuditEvent.id))).all()
        changes = [event.details["change"] for event in events]
        assert changes == ["added", "added", "added", "moved", "edited", "removed"]


def test_an_open_round_keeps_its_questions(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
        question = a_question(session, round_id=round_.id, kind=QuestionKind.RANKING)
    acts: tuple[Callable[[Session], object], ...] = (
        lambda session: add_question(
            session, actor=as_facilitator(small), round_id=round_.id, question=draft(), now=NOW
        ),
        lambda session: edit_question(
            session,
            actor=as_facilitator(small),
            round_id=round_.id,
            question_id=question,
            question=draft(),
            now=NOW,
        ),
        lambda session: remove_question(
            session, actor=as_facilitator(small), round_id=round_.id, question_id=question, now=NOW
        ),
    )
    for act in acts:
        with pytest.raises(RuleViolation) as refused, lite.writing() as session:
            act(session)
        assert refused.value.code is ViolationCode.ROUND_ALREADY_OPEN


def test_a_question_of_another_round_is_not_found(lite: Database) -> None:
    with lite.writing() as session:
        small, other = a_study(session), a_study(session, slug="other")
        round_id, foreign = a_planned_round(session, small).id, a_planned_round(session, other).id
        question = a_question(session, round_id=foreign, kind=QuestionKind.RANKING)
    with pytest.raises(NotFound), lite.writing() as session:
        remove_question(session, actor=as_facilitator(small), round_id=round_id, question_id=question, now=NOW)


def test_an_incomplete_language_blocks_the_opening(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_ = a_planned_round(session, small)
        add_question(session, actor=as_facilitator(small), round_id=round_.id, question=draft(french=""), now=NOW)
        study = session.get_one(Study, small.study_id)
        missing = preview_open(session, round_=round_, study=study).missing_in_questions
        assert [(one.code, one.language) for one in missing] == [("Q1", "fr")]
        with pytest.raises(RuleViolation) as refused:
            open_round(
                session, actor=None, round_=round_, deadline_at=None, languages=("en", "fr"), now=NOW, notify=False
            )
    assert refused.value.code is ViolationCode.TRANSLATION_MISSING
    assert refused.value.params == {"statement": "Q1", "language": "fr"}


def test_both_previews_change_with_the_questions(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_ = a_planned_round(session, small)
        study = session.get_one(Study, small.study_id)
        before = preview_open(session, round_=round_, study=study).digest
        add_question(session, actor=as_facilitator(small), round_id=round_.id, question=draft(), now=NOW)
        assert preview_open(session, round_=round_, study=study).digest != before
        open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en", "fr"), now=NOW, notify=False)
        before = preview_close(session, round_=round_).digest
        question = questions_of(session, round_id=round_.id)[0]
        answer(session, small, expert=0, round_id=round_.id, question_id=question.id, order=["o2", "o1"])
        preview = preview_close(session, round_=round_)
        assert preview.digest != before
        assert (preview.n_answers, preview.participation.n_answered) == (1, 1)


def test_closing_freezes_answers_and_figures(database: Database) -> None:
    small, _ = a_closed_round(database)
    with database.reading() as session:
        copied = session.exec(select(FrozenQuestionAnswer)).all()
        assert {one.panellist_id: one.answer for one in copied} == {
            small.panellists[expert]: {"order": order} if order else None for expert, order in enumerate(ORDERS)
        }
        result = session.exec(select(QuestionResult)).one()
        assert (result.n, result.n_outside_expertise, result.n_need_information) == (3, 1, 0)
        assert result.summary["kemeny"] == ["o1", "o2", "o3"]
        assert result.summary["options"]["o1"]["first"] == 2
        assert session.exec(select(Snapshot)).one().n_answered == 4, "two of them answered the question alone"


def test_an_answer_the_service_did_not_ask_for_is_refused(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
        question = a_question(
            session, round_id=round_.id, kind=QuestionKind.YEAR, settings=EVERY_KIND[QuestionKind.YEAR]
        )
    for given in (
        AnswerGiven(question + 1, AnswerState.ANSWERED, {"value": 2031}),
        AnswerGiven(question, AnswerState.ANSWERED, None),
        AnswerGiven(question, AnswerState.ANSWERED, {"value": 1999}),
        AnswerGiven(question, None, {"value": 2031}),
    ):
        with pytest.raises(RuleViolation), lite.writing() as session:
            save_question_answers(
                session,
                actor=as_expert(small, small.experts[0]),
                round_id=round_.id,
                answers=[given],
                language="en",
                now=NOW,
            )
    with lite.reading() as session:
        assert session.exec(select(QuestionAnswer)).all() == []


def test_who_leaves_can_take_open_answers_along(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
        question = a_question(session, round_id=round_.id, kind=QuestionKind.RANKING)
        for order in (["o1", "o2", "o3"], ["o3", "o2", "o1"]):
            answer(session, small, expert=0, round_id=round_.id, question_id=question, order=order)
        answer(session, small, expert=1, round_id=round_.id, question_id=question, order=["o2", "o1", "o3"])
        leave(
            session,
            actor=as_expert(small, small.experts[0]),
            task_force_id=small.task_force_id,
            reason="",
            removes_answers=True,
            now=NOW,
        )
        assert session.exec(select(QuestionAnswer.panellist_id)).all() == [small.panellists[1]]
        assert session.exec(select(QuestionAnswerChange)).all() == []


def test_an_untouched_round_with_questions_fits(database: Database) -> None:
    a_closed_round(database)
    with database.reading() as session:
        verified = verify(session)
    assert verified.differences == ()
    assert (verified.n_answers, verified.n_figures) == (8, 5)


def _change_live(session: Session) -> None:
    answered = select(QuestionAnswer).where(QuestionAnswer.state == AnswerState.ANSWERED)
    session.exec(answered.order_by(col(QuestionAnswer.panellist_id))).all()[0].answer = {"order": ["o3", "o2", "o1"]}


def _change_frozen(session: Session) -> None:
    answered = select(FrozenQuestionAnswer).where(FrozenQuestionAnswer.state == AnswerState.ANSWERED)
    session.exec(answered.order_by(col(FrozenQuestionAnswer.panellist_id))).all()[0].answer = {
        "order": ["o3", "o2", "o1"]
    }


def _change_figure(session: Session) -> None:
    result = session.exec(select(QuestionResult)).one()
    result.summary = {**result.summary, "kemeny": ["o3", "o2", "o1"]}


def _change_wording(session: Session) -> None:
    question = session.exec(select(Question)).one()
    question.options = [*question.options[:2], {"code": "o3", "en": "Something else"}]


def _delete_result(session: Session) -> None:
    session.delete(session.exec(select(QuestionResult)).one())


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (_change_live, {DifferenceKind.ANSWER}),
        (_change_frozen, {DifferenceKind.ANSWER, DifferenceKind.SEAL, DifferenceKind.FIGURE}),
        (_change_figure, {DifferenceKind.FIGURE}),
        (_change_wording, {DifferenceKind.SEAL}),
        (_delete_result, {DifferenceKind.MISSING_RESULT}),
    ],
)
def test_every_kind_of_change_is_found(
    lite: Database, change: Callable[[Session], None], kinds: set[DifferenceKind]
) -> None:
    a_closed_round(lite)
    with lite.writing() as session:
        change(session)
    with lite.reading() as session:
        found = verify(session).differences
    assert {one.kind for one in found} == kinds
    assert {one.statement for one in found} <= {"Q1", ""}


def test_what_is_stored_reads_as_the_question_that_was_written(lite: Database) -> None:
    with lite.writing() as session:
        small = a_study(session)
        for kind, settings in EVERY_KIND.items():
            a_question(session, round_id=a_planned_round_of(session, small), kind=kind, settings=settings)
        for stored in session.exec(select(Question)).all():
            assert asked_from(stored).settings() == EVERY_KIND[stored.kind]


def a_planned_round_of(session: Session, small: SmallStudy) -> int:
    found = session.exec(select(Round)).first()
    return found.id if found else a_planned_round(session, small).id
