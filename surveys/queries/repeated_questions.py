"""What an earlier round brought on a question that is asked again: frozen figures, one's own frozen answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.models import Question, Round, Snapshot
from surveys.queries.questions import (
    OwnAnswer,
    QuestionFigures,
    asked_from,
    own_frozen_question_answers,
    question_figures,
)
from surveys.rules.questions import AskedQuestion
from surveys.vocabulary import RoundStatus


@dataclass(frozen=True, slots=True)
class EarlierQuestion:
    """Disclosure rules are not applied yet."""

    number: int
    """Of the round."""
    asked: AskedQuestion
    figures: QuestionFigures
    own: OwnAnswer | None


def earlier_questions(session: Session, *, round_id: int, panellist_id: int) -> dict[int, EarlierQuestion]:
    """Question id to what it brought before, where it asks again in the same words; nothing compares other words."""
    now = {
        question.id: question
        for question in session.exec(
            select(Question).where(Question.round_id == round_id, col(Question.repeats_id).is_not(None))
        ).all()
    }
    if not now:
        return {}
    before = {
        question.id: (question, number)
        for question, number in session.exec(
            select(Question, Round.number)
            .join(Round, col(Round.id) == Question.round_id)
            .where(
                col(Question.id).in_({question.repeats_id for question in now.values()}),
                Round.status == RoundStatus.CLOSED,
            )
        ).all()
    }
    rounds = {question.round_id for question, _ in before.values()}
    figures: dict[int, QuestionFigures] = {}
    own: dict[int, OwnAnswer] = {}
    for earlier_id, snapshot_id in _newest_snapshots(session, round_ids=sorted(rounds)).items():
        figures.update(question_figures(session, snapshot_id=snapshot_id))
        own.update(own_frozen_question_answers(session, round_id=earlier_id, panellist_id=panellist_id))
    found = {}
    for question_id, question in now.items():
        asked_before = before.get(question.repeats_id or 0)
        if asked_before is None or asked_before[0].id not in figures:
            continue
        earlier = asked_from(asked_before[0])
        if is_same(earlier, asked_from(question)):
            found[question_id] = EarlierQuestion(asked_before[1], earlier, figures[earlier.id], own.get(earlier.id))
    return found


def questions_to_repeat(session: Session, *, round_id: int, task_force_id: int) -> list[tuple[int, AskedQuestion]]:
    """Round number and question for each question of closed rounds that this round does not ask again already.

    Of a question that was asked in several rounds only the last one.
    """
    repeated = set(
        session.exec(
            select(Question.repeats_id)
            .join(Round, col(Round.id) == Question.round_id)
            .where(Round.task_force_id == task_force_id, col(Question.repeats_id).is_not(None))
        ).all()
    )
    rows = session.exec(
        select(Round.number, Question)
        .join(Question, col(Question.round_id) == Round.id)
        .where(Round.task_force_id == task_force_id, Round.status == RoundStatus.CLOSED, Round.id != round_id)
        .order_by(col(Round.number).desc(), col(Question.position))
    ).all()
    return [(number, asked_from(question)) for number, question in rows if question.id not in repeated]


def is_same(first: AskedQuestion, second: AskedQuestion) -> bool:
    """Whether two questions ask the same: kind, words, options and limits; the hint may differ."""
    return (first.kind, first.text, first.options, first.settings()) == (
        second.kind,
        second.text,
        second.options,
        second.settings(),
    )


def _newest_snapshots(session: Session, *, round_ids: Sequence[int]) -> dict[int, int]:
    rows = session.exec(
        select(Snapshot.round_id, Snapshot.id)
        .where(col(Snapshot.round_id).in_(round_ids))
        .order_by(col(Snapshot.number))
    ).all()
    return dict(rows)
