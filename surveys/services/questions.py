"""Writing the further questions of a planned round; from its opening on they keep their words."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.models import Question, Round
from surveys.queries.questions import asked_from
from surveys.rules.permissions import Actor
from surveys.rules.questions.asked import AskedQuestion, options_as_json
from surveys.services.audit import record
from surveys.services.round_locks import hold_round_alone
from surveys.vocabulary import AuditAction, RoundStatus, ViolationCode


def add_question(session: Session, *, actor: Actor, round_id: int, question: AskedQuestion, now: datetime) -> Question:
    """Put a question after the others. Raises `round_already_open`, `round_closed`."""
    round_ = _hold_planned(session, round_id=round_id)
    last = max((one.position for one in _of_round(session, round_id=round_id)), default=0)
    stored = Question(round_id=round_id, position=last + 1, kind=question.kind, **_words(question))
    session.add(stored)
    session.flush()
    _record(session, stored, change="added", after=_as_json(stored), round_=round_, actor=actor, now=now)
    return stored


def ask_again(session: Session, *, actor: Actor, round_id: int, question_id: int, now: datetime) -> Question:
    """Put a question of an earlier closed round at the end of this one; asked again already, it is left as it is.

    Raises
    ------
    NotFound
        The question is of another task force, or of a round that is not closed.
    RuleViolation
        `round_already_open`, `round_closed`.
    """
    round_ = _hold_planned(session, round_id=round_id)
    earlier = session.exec(
        select(Question)
        .join(Round, col(Round.id) == Question.round_id)
        .where(
            Question.id == question_id,
            Round.task_force_id == round_.task_force_id,
            Round.status == RoundStatus.CLOSED,
        )
    ).first()
    if earlier is None:
        raise NotFound
    there = next((one for one in _of_round(session, round_id=round_id) if one.repeats_id == question_id), None)
    if there is not None:
        return there
    stored = add_question(session, actor=actor, round_id=round_id, question=asked_from(earlier), now=now)
    stored.repeats_id = question_id
    session.add(stored)
    session.flush()
    return stored


def edit_question(
    session: Session, *, actor: Actor, round_id: int, question_id: int, question: AskedQuestion, now: datetime
) -> Question:
    """Replace words, options and settings; the kind stays.

    Raises
    ------
    NotFound
        The question is of another round, or of another kind.
    RuleViolation
        `round_already_open`, `round_closed`.
    """
    round_ = _hold_planned(session, round_id=round_id)
    stored = _one(session, round_id=round_id, question_id=question_id)
    if stored.kind is not question.kind:
        raise NotFound
    before = _as_json(stored)
    for name, value in _words(question).items():
        setattr(stored, name, value)
    session.add(stored)
    after = _as_json(stored)
    _record(session, stored, change="edited", before=before, after=after, round_=round_, actor=actor, now=now)
    session.flush()
    return stored


def remove_question(session: Session, *, actor: Actor, round_id: int, question_id: int, now: datetime) -> None:
    """Take a question off the round; the log keeps its words. Errors as `edit_question`."""
    round_ = _hold_planned(session, round_id=round_id)
    stored = _one(session, round_id=round_id, question_id=question_id)
    _record(session, stored, change="removed", before=_as_json(stored), round_=round_, actor=actor, now=now)
    session.delete(stored)
    session.flush()
    for position, question in enumerate(_of_round(session, round_id=round_id), start=1):
        question.position = position
    session.flush()


def move_question(
    session: Session, *, actor: Actor, round_id: int, question_id: int, is_up: bool, now: datetime
) -> None:
    """Swap a question with its neighbour; at the end of the list nothing happens. Errors as `edit_question`."""
    round_ = _hold_planned(session, round_id=round_id)
    stored = _one(session, round_id=round_id, question_id=question_id)
    questions = _of_round(session, round_id=round_id)
    at = questions.index(stored)
    other = at - 1 if is_up else at + 1
    if not 0 <= other < len(questions):
        return
    questions[at], questions[other] = questions[other], questions[at]
    for position, question in enumerate(questions, start=1):
        question.position = position
    _record(session, stored, change="moved", before=at + 1, after=other + 1, round_=round_, actor=actor, now=now)
    session.flush()


def _words(question: AskedQuestion) -> dict[str, Any]:
    return {
        "text": question.text,
        "hint": question.hint,
        "options": options_as_json(question.options),
        "settings": question.settings(),
    }


def _hold_planned(session: Session, *, round_id: int) -> Round:
    hold_round_alone(session, round_id=round_id)
    round_ = session.exec(
        select(Round).where(Round.id == round_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if round_.status is RoundStatus.OPEN:
        raise RuleViolation(ViolationCode.ROUND_ALREADY_OPEN)
    if round_.status is RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_CLOSED, closed_at=round_.closed_at)
    return round_


def _one(session: Session, *, round_id: int, question_id: int) -> Question:
    found = session.exec(select(Question).where(Question.id == question_id, Question.round_id == round_id)).first()
    if found is None:
        raise NotFound
    return found


def _of_round(session: Session, *, round_id: int) -> list[Question]:
    query = select(Question).where(Question.round_id == round_id).order_by(col(Question.position), col(Question.id))
    return list(session.exec(query).all())


def _as_json(question: Question) -> dict[str, Any]:
    words = {"text": dict(question.text), "hint": dict(question.hint)}
    return {**words, "options": question.options, "settings": question.settings}


def _record(
    session: Session,
    question: Question,
    *,
    change: str,
    round_: Round,
    actor: Actor,
    now: datetime,
    before: dict[str, Any] | int | None = None,
    after: dict[str, Any] | int | None = None,
) -> None:
    record(
        session,
        AuditAction.QUESTIONS_CHANGED,
        actor=actor,
        now=now,
        task_force_id=round_.task_force_id,
        subject=f"round:{round_.id}",
        number=round_.number,
        change=change,
        kind=question.kind.value,
        text=dict(question.text),
        before=before,
        after=after,
    )
