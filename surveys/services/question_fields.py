"""Saving one field of a question while somebody answers: an answer once its fields make one, until then a draft."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from surveys.errors import RuleViolation
from surveys.queries.drafts import own_drafts
from surveys.queries.questions import own_question_answers, questions_of
from surveys.rules.permissions import Actor
from surveys.rules.questions import AskedQuestion
from surveys.rules.questions.fields import FIELD, all_fields, answer_in, field_name, stored_fields
from surveys.services.field_writes import Write, drop_drafts, keep_draft, last_writes, note_write
from surveys.services.question_answers import AnswerGiven, store_question_answers
from surveys.services.seats import take_seat, touch_seat
from surveys.vocabulary import ViolationCode

UNDER_WAY = frozenset(
    {
        ViolationCode.PLACES_MISSING,
        ViolationCode.PLACE_SKIPPED,
        ViolationCode.PLACE_TWICE,
        ViolationCode.POINTS_LEFT,
    }
)
"""What is only not finished yet: no reason to interrupt somebody who is filling in the next field."""


@dataclass(frozen=True, slots=True)
class SavedQuestionField:
    """`violation` says why the field is kept and does not count yet; None also while an answer is under way."""

    question: AskedQuestion
    before: str
    """What the field held before; empty where it was blank."""
    was_written_elsewhere: bool
    """Whether another page of this expert (or nobody known) wrote the field last."""
    violation: RuleViolation | None = None


def save_question_field(
    session: Session, *, actor: Actor, round_id: int, write: Write, language: str, now: datetime
) -> SavedQuestionField | None:
    """Store one field; None where the same or a later change from the same page is stored already.

    The fields of a question are read together: what is stored, drafts over it, this field over both. Where they make
    an answer, it is stored and the drafts go; where not, this field is kept, and the stored answer counts meanwhile.

    Raises
    ------
    RuleViolation
        `round_not_open`, `round_closed`, `not_a_panellist`, `consent_missing`, `unknown_question`,
        `unknown_option`, and `text_too_long` beyond what a draft takes; then nothing is stored.
    """
    seat = take_seat(session, actor=actor, round_id=round_id, now=now)
    question = _question_of(session, round_id=round_id, field=write.field)
    touch_seat(session, seat=seat, now=now)
    writes = last_writes(session, seat=seat, fields=[write.field])
    if any(past.client == write.client and past.sequence >= write.sequence for past in writes):
        return None
    stored = own_question_answers(session, round_id=round_id, panellist_id=seat.panellist_id).get(question.id)
    drafts = own_drafts(session, round_id=round_id, panellist_id=seat.panellist_id)
    fields = stored_fields(question, state=stored.state, answer=stored.answer) if stored else {}
    names = {field_name(question.id, name): name for name in (*fields, *_suffixes(question))}
    fields.update({names[field]: value for field, value in drafts.items() if field in names})
    before = fields.get(names[write.field], "")
    fields[names[write.field]] = write.value
    violation = None
    try:
        state, answer = answer_in(question, fields, stored=stored.answer if stored else None)
    except RuleViolation as problem:
        if problem.code is ViolationCode.UNKNOWN_OPTION:
            raise
        keep_draft(session, seat=seat, write=write, now=now)
        violation = None if problem.code in UNDER_WAY else problem
    else:
        given = AnswerGiven(question.id, state, answer)
        store_question_answers(
            session, round_id=round_id, panellist_id=seat.panellist_id, answers=[given], language=language, now=now
        )
        drop_drafts(session, seat=seat, fields=all_fields(question))
    note_write(session, seat=seat, write=write, now=now)
    return SavedQuestionField(
        question=question,
        before=before,
        was_written_elsewhere=not writes or writes[-1].client != write.client,
        violation=violation,
    )


def _question_of(session: Session, *, round_id: int, field: str) -> AskedQuestion:
    match = FIELD.fullmatch(field)
    asked = {question.id: question for question in questions_of(session, round_id=round_id)} if match else {}
    question = asked.get(int(match[1])) if match else None
    if match is None or question is None:
        raise RuleViolation(ViolationCode.UNKNOWN_QUESTION)
    if match[2] not in _suffixes(question):
        raise RuleViolation(ViolationCode.UNKNOWN_OPTION)
    return question


def _suffixes(question: AskedQuestion) -> tuple[str, ...]:
    prefix = field_name(question.id, "")
    return tuple(name.removeprefix(prefix) for name in all_fields(question))
