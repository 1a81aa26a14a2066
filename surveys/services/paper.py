"""Keying in what an expert wrote on paper: stored as if it had come online, marked, logged, and theirs to correct."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from surveys.errors import RuleViolation
from surveys.models import Panellist, Round, Submission
from surveys.queries.paper import PaperSeat, PaperState, find_paper_seat
from surveys.rules.answers import CommentAnswer, IdeaAnswer, RatingAnswer
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.services.bulk import upsert
from surveys.services.consents import note_consent
from surveys.services.ideas import save_ideas
from surveys.services.question_answers import AnswerGiven, save_question_answers
from surveys.services.receipts import send_answers
from surveys.services.submissions import hold_round_open, save_ratings
from surveys.vocabulary import Audience, AuditAction, RoundKind, ViolationCode


@dataclass(frozen=True, slots=True)
class PaperAnswers:
    """One sheet as it was keyed in; `language` is that of the handwriting."""

    language: str
    ratings: tuple[RatingAnswer, ...] = ()
    comments: tuple[CommentAnswer, ...] = ()
    ideas: tuple[IdeaAnswer, ...] = ()
    questions: tuple[AnswerGiven, ...] = ()


def enter_paper_answers(
    session: Session,
    *,
    actor: Actor,
    round_id: int,
    panellist_id: int,
    answers: PaperAnswers,
    has_agreed: bool,
    now: datetime,
) -> Submission:
    """Store one sheet on behalf of its panellist, sent in, with a receipt by mail; again replaces what it held.

    `has_agreed` is the tick on the paper; it counts where the panellist has not agreed online before.

    Raises
    ------
    RuleViolation
        `not_a_panellist`, `answered_online` (then nothing may be seen or entered), `paper_consent_missing`, and what
        the services of an expert's own answers refuse; then nothing is stored.
    """
    round_ = hold_round_open(session, round_id=round_id, now=now)
    seat = _hold_seat(session, actor=actor, round_id=round_id, panellist_id=panellist_id, now=now)
    _consent(session, actor=actor, round_=round_, panellist_id=panellist_id, has_agreed=has_agreed, now=now)
    expert = Actor(person_id=seat.person_id, audience=Audience.EXPERT, panels=frozenset({round_.task_force_id}))
    language = answers.language
    if round_.kind is RoundKind.IDEAS:
        save_ideas(session, actor=expert, round_id=round_id, ideas=answers.ideas, language=language, now=now)
    else:
        save_ratings(
            session,
            actor=expert,
            round_id=round_id,
            answers=answers.ratings,
            comments=answers.comments,
            language=language,
            now=now,
        )
    if answers.questions:
        save_question_answers(
            session, actor=expert, round_id=round_id, answers=answers.questions, language=language, now=now
        )
    submission = send_answers(session, actor=expert, round_id=round_id, now=now)
    submission.entered_on_behalf_by = actor.person_id
    session.add(submission)
    record(
        session,
        AuditAction.PAPER_ENTERED,
        actor=actor,
        now=now,
        task_force_id=round_.task_force_id,
        subject=f"round:{round_id}",
        number=round_.number,
        code=seat.code,
    )
    session.flush()
    return submission


def _hold_seat(session: Session, *, actor: Actor, round_id: int, panellist_id: int, now: datetime) -> PaperSeat:
    """The panellist's seat, their submission held and marked to the end of this transaction."""
    if find_paper_seat(session, round_id=round_id, panellist_id=panellist_id) is None:
        raise RuleViolation(ViolationCode.NOT_A_PANELLIST)
    row = {
        "round_id": round_id,
        "panellist_id": panellist_id,
        "started_at": now,
        "saved_at": now,
        "receipt": "",
        "nonce": "",
        "digest": "",
        "entered_on_behalf_by": actor.person_id,
    }
    # Replacing a key by itself changes nothing, but holds the row that is there.
    upsert(session, Submission, [row], key=("round_id", "panellist_id"), replace=("round_id",))
    # Read only now: an answer may have arrived online while this waited for the row.
    seat = find_paper_seat(session, round_id=round_id, panellist_id=panellist_id)
    if seat is None or seat.state is PaperState.ONLINE:
        raise RuleViolation(ViolationCode.ANSWERED_ONLINE)
    return seat


def _consent(
    session: Session, *, actor: Actor, round_: Round, panellist_id: int, has_agreed: bool, now: datetime
) -> None:
    panellist = session.get_one(Panellist, panellist_id)
    if panellist.consented_at is not None and not panellist.consent_is_due:
        return
    if not has_agreed:
        raise RuleViolation(ViolationCode.PAPER_CONSENT_MISSING)
    note_consent(session, panellist=panellist, language=panellist.language, now=now)
    record(session, AuditAction.CONSENT_GIVEN, actor=actor, now=now, task_force_id=round_.task_force_id, on_paper=True)
    session.flush()
