"""Taking answers to questions: saved as they come, earlier ones kept in the history, never after the close."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, col

from surveys.errors import RuleViolation
from surveys.models import QuestionAnswer, QuestionAnswerChange
from surveys.queries.questions import OwnAnswer, own_question_answers, questions_of
from surveys.rules.permissions import Actor
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.fields import all_fields
from surveys.services.bulk import upsert
from surveys.services.field_writes import drop_drafts, note_page
from surveys.services.seats import take_seat, touch_seat
from surveys.vocabulary import AnswerState, ViolationCode


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """An answer to one question. `state=None` takes an earlier one back: the question is blank again."""

    question_id: int
    state: AnswerState | None
    answer: dict[str, Any] | None = None


def save_question_answers(
    session: Session,
    *,
    actor: Actor,
    round_id: int,
    answers: Sequence[AnswerGiven],
    language: str,
    now: datetime,
    client: str = "",
    sequence: int = 0,
) -> None:
    """Store answers to questions of a round; each replaces the one before, which stays in the history.

    `client` names the opened page that sends them, `sequence` its last change; drafts of the questions answered are
    dropped.

    Raises
    ------
    RuleViolation
        `round_not_open`, `round_closed`, `not_a_panellist`, `consent_missing`, `unknown_question`, and what the kind
        of a question refuses; then nothing is stored.
    """
    seat = take_seat(session, actor=actor, round_id=round_id, now=now)
    asked = {question.id: question for question in questions_of(session, round_id=round_id)}
    for given in answers:
        _ensure_fits(given, asked=asked)
    touch_seat(session, seat=seat, now=now)
    store_question_answers(
        session, round_id=round_id, panellist_id=seat.panellist_id, answers=answers, language=language, now=now
    )
    drop_drafts(session, seat=seat, fields=[name for given in answers for name in all_fields(asked[given.question_id])])
    if client:
        note_page(session, seat=seat, client=client, sequence=sequence, now=now)


def _ensure_fits(given: AnswerGiven, *, asked: Mapping[int, AskedQuestion]) -> None:
    question = asked.get(given.question_id)
    if question is None or (given.state is AnswerState.ANSWERED) != (given.answer is not None):
        raise RuleViolation(ViolationCode.UNKNOWN_QUESTION)
    if given.answer is not None:
        QUESTION_KINDS[question.kind].checked(question, given.answer)


def store_question_answers(
    session: Session,
    *,
    round_id: int,
    panellist_id: int,
    answers: Sequence[AnswerGiven],
    language: str,
    now: datetime,
) -> None:
    """Write answers that fit their questions; what they replace goes into the history."""
    before = own_question_answers(session, round_id=round_id, panellist_id=panellist_id)
    latest = {given.question_id: given for given in answers}
    # What was only sent again keeps the language it was written in.
    changed = [given for given in latest.values() if not _is_same(given, before.get(given.question_id))]
    whose = {"round_id": round_id, "panellist_id": panellist_id}
    connection = session.connection()
    history = [
        {
            **whose,
            "question_id": given.question_id,
            "old_state": before[given.question_id].state,
            "old_answer": before[given.question_id].answer,
            "changed_at": now,
        }
        for given in changed
        if given.question_id in before
    ]
    if history:
        connection.execute(insert(QuestionAnswerChange), history)
    kept = [
        {
            **whose,
            "question_id": given.question_id,
            "state": given.state,
            "answer": given.answer,
            "language": language,
        }
        for given in changed
        if given.state is not None
    ]
    replace = ("state", "answer", "language")
    upsert(session, QuestionAnswer, kept, key=("question_id", "panellist_id"), replace=replace)
    emptied = [given.question_id for given in changed if given.state is None]
    if emptied:
        connection.execute(
            delete(QuestionAnswer).where(
                col(QuestionAnswer.panellist_id) == panellist_id, col(QuestionAnswer.question_id).in_(emptied)
            )
        )


def _is_same(given: AnswerGiven, before: OwnAnswer | None) -> bool:
    if before is None:
        return given.state is None
    return (given.state, given.answer) == (before.state, before.answer)
