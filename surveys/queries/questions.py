"""The questions of a round beside its ratings, with answers live or frozen, and frozen results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import (
    FrozenQuestionAnswer,
    Question,
    QuestionAnswer,
    QuestionAnswerChange,
    QuestionResult,
    Snapshot,
)
from surveys.rules.questions.asked import AskedQuestion, options_from_json
from surveys.vocabulary import AnswerState

GivenAnswer = tuple[int, int, AnswerState, dict[str, Any] | None, str]
"""(question id, panellist id, state, answer, language)"""


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    state: AnswerState
    answer: dict[str, Any] | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """The frozen figures of one question; `summary` has the form of its kind."""

    n: int
    n_outside_expertise: int
    n_need_information: int
    summary: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one panellist is with the questions of a round."""

    n_asked: int
    n_done: int


def asked_from(question: Question) -> AskedQuestion:
    """A stored question as plain values."""
    settings = question.settings
    return AskedQuestion(
        id=question.id,
        position=question.position,
        kind=question.kind,
        text=question.text,
        hint=question.hint,
        options=options_from_json(question.options),
        groups=options_from_json(settings.get("groups", [])),
        choose_at_most=settings.get("choose_at_most", 0),
        total=settings.get("total", 0),
        lower=settings.get("lower"),
        upper=settings.get("upper"),
        unit=LocalizedText(settings.get("unit", {})),
    )


def questions_of(session: Session, *, round_id: int) -> tuple[AskedQuestion, ...]:
    """The questions of a round in their order: one statement to the database."""
    rows = session.exec(
        select(Question).where(Question.round_id == round_id).order_by(col(Question.position), col(Question.id))
    ).all()
    return tuple(asked_from(row) for row in rows)


def questions_by_id(session: Session, *, question_ids: Sequence[int]) -> dict[int, AskedQuestion]:
    """Questions of any rounds."""
    rows = session.exec(select(Question).where(col(Question.id).in_(question_ids))).all()
    return {row.id: asked_from(row) for row in rows}


def own_question_answers(session: Session, *, round_id: int, panellist_id: int) -> dict[int, OwnAnswer]:
    """Question id to the answer as it stands now."""
    return _own(
        session,
        QuestionAnswer,
        (col(QuestionAnswer.round_id) == round_id) & (col(QuestionAnswer.panellist_id) == panellist_id),
    )


def answers_to_compare(session: Session, *, round_id: int, panellist_id: int) -> dict[int, OwnAnswer]:
    """The answers as they stand now; beside a way out the answer that it replaced, which a page may still show."""
    replaced: dict[int, dict[str, Any] | None] = {}
    for question_id, answer in session.exec(
        select(QuestionAnswerChange.question_id, QuestionAnswerChange.old_answer)
        .where(QuestionAnswerChange.round_id == round_id, QuestionAnswerChange.panellist_id == panellist_id)
        .order_by(col(QuestionAnswerChange.id))
    ).all():
        replaced[question_id] = None if answer is None else dict(answer)
    own = own_question_answers(session, round_id=round_id, panellist_id=panellist_id)
    return {
        question_id: one if one.answer is not None else OwnAnswer(one.state, replaced.get(question_id), one.language)
        for question_id, one in own.items()
    }


def own_frozen_question_answers(session: Session, *, round_id: int, panellist_id: int) -> dict[int, OwnAnswer]:
    """Question id to the answer as the latest closing of the round froze it."""
    newest = (
        select(Snapshot.id)
        .where(Snapshot.round_id == round_id)
        .order_by(col(Snapshot.number).desc())
        .limit(1)
        .scalar_subquery()
    )
    return _own(
        session,
        FrozenQuestionAnswer,
        (col(FrozenQuestionAnswer.snapshot_id) == newest) & (col(FrozenQuestionAnswer.panellist_id) == panellist_id),
    )


def live_question_answers(session: Session, *, round_id: int) -> list[GivenAnswer]:
    """Every answer of a round as it stands now, in the order of its key."""
    return _given(session, QuestionAnswer, col(QuestionAnswer.round_id) == round_id)


def frozen_question_answers(session: Session, *, snapshot_id: int) -> list[GivenAnswer]:
    """Every answer of a snapshot, in the order of its key."""
    return _given(session, FrozenQuestionAnswer, col(FrozenQuestionAnswer.snapshot_id) == snapshot_id)


def question_figures(session: Session, *, snapshot_id: int) -> dict[int, QuestionFigures]:
    """Question id to its frozen figures in a snapshot."""
    rows = session.exec(select(QuestionResult).where(QuestionResult.snapshot_id == snapshot_id)).all()
    return {
        row.question_id: QuestionFigures(row.n, row.n_outside_expertise, row.n_need_information, row.summary)
        for row in rows
    }


def progress_in_rounds(session: Session, *, panellist_of: Mapping[int, int]) -> dict[int, Progress]:
    """Round id to the progress of its panellist (round id to panellist id), in two statements; only rounds that ask."""
    rounds = list(panellist_of)
    asked = dict(
        session.exec(
            select(Question.round_id, func.count(col(Question.id)))
            .where(col(Question.round_id).in_(rounds))
            .group_by(col(Question.round_id))
        ).all()
    )
    done = dict(
        session.exec(
            select(QuestionAnswer.round_id, func.count())
            .where(
                col(QuestionAnswer.round_id).in_(rounds),
                col(QuestionAnswer.panellist_id).in_(set(panellist_of.values())),
            )
            .group_by(col(QuestionAnswer.round_id))
        ).all()
    )
    return {round_id: Progress(n_asked=n, n_done=done.get(round_id, 0)) for round_id, n in asked.items()}


# Every page of an open round asks this: the statement is built once.
PROGRESS = sa_select(
    sa_select(func.count(col(Question.id))).where(col(Question.round_id) == bindparam("round_id")).scalar_subquery(),
    sa_select(func.count(col(QuestionAnswer.question_id)))
    .where(
        col(QuestionAnswer.round_id) == bindparam("round_id"),
        col(QuestionAnswer.panellist_id) == bindparam("panellist_id"),
    )
    .scalar_subquery(),
)


def question_progress(session: Session, *, round_id: int, panellist_id: int) -> Progress:
    """The progress of one panellist in one round, in one statement."""
    row = session.connection().execute(PROGRESS, {"round_id": round_id, "panellist_id": panellist_id}).one()
    return Progress(*row)


def _own(
    session: Session, table: type[QuestionAnswer] | type[FrozenQuestionAnswer], condition: ColumnElement[bool]
) -> dict[int, OwnAnswer]:
    return {
        question_id: OwnAnswer(state, answer, language)
        for question_id, _, state, answer, language in _given(session, table, condition)
    }


def _given(
    session: Session, table: type[QuestionAnswer] | type[FrozenQuestionAnswer], condition: ColumnElement[bool]
) -> list[GivenAnswer]:
    columns = (table.question_id, table.panellist_id, table.state, table.answer, table.language)
    rows: Sequence[Any] = session.connection().execute(sa_select(*map(col, columns)).where(condition)).all()
    return sorted((tuple(row) for row in rows), key=lambda row: row[:2])
