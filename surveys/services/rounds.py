"""Opening and closing rounds."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import delete
from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import FieldWrite, Panellist, Person, Round, RoundStatement, Snapshot, TaskForce
from surveys.queries.participation import Participation, eligible_panellists, participation_of
from surveys.queries.questionnaire import questionnaire_of
from surveys.queries.questions import live_question_answers, questions_of
from surveys.queries.rating_matrix import live_cells
from surveys.queries.statements import current_versions
from surveys.rules.close_preview import confirmation, still_holds
from surveys.rules.permissions import Actor
from surveys.rules.protocol import canonical_digest
from surveys.services.audit import record
from surveys.services.freezing import freeze_round, protocol_of, study_of_round
from surveys.services.outbox import queue_message
from surveys.services.protocol import ensure_protocol_locked
from surveys.services.round_locks import hold_round_alone
from surveys.services.similar_ideas import queue_run
from surveys.vocabulary import AuditAction, MessageKind, RoundKind, RoundStatus, ViolationCode


@dataclass(frozen=True, slots=True)
class ClosePreview:
    """What closing would freeze, without a single result: an open round shows results to nobody."""

    participation: Participation
    n_statements: int
    n_answers: int
    digest: str
    """What the confirmation carries back; see `surveys.rules.close_preview`."""


def plan_round(
    session: Session,
    *,
    actor: Actor | None,
    task_force: TaskForce,
    kind: RoundKind,
    statement_ids: tuple[int, ...] = (),
    now: datetime,
) -> Round:
    """Plan the next round of a task force, not open yet, asking about `statement_ids` in their newest wordings.

    A planned rating round is laid out anew: nobody has answered it, so it keeps its number and the log keeps both; it
    is then no longer stale.

    Raises
    ------
    RuleViolation
        `previous_round_open` while the round before is not closed; `no_statements` for a rating round without any.
    """
    last = session.exec(
        select(Round).where(Round.task_force_id == task_force.id).order_by(col(Round.number).desc())
    ).first()
    is_anew = last is not None and last.status is RoundStatus.PLANNED and last.kind is kind is RoundKind.RATING
    if last is not None and last.status is not RoundStatus.CLOSED and not is_anew:
        raise RuleViolation(ViolationCode.PREVIOUS_ROUND_OPEN, number=last.number)
    if kind is RoundKind.RATING and not statement_ids:
        raise RuleViolation(ViolationCode.NO_STATEMENTS)
    if last is not None and is_anew:
        round_, last.stale_since = last, None
        session.add(round_)
        session.connection().execute(delete(RoundStatement).where(col(RoundStatement.round_id) == round_.id))
    else:
        round_ = _new_round(session, task_force=task_force, kind=kind, number=1 if last is None else last.number + 1)
    versions = current_versions(session, task_force_id=task_force.id)
    session.add_all(
        RoundStatement(round_id=round_.id, statement_id=one, version_id=versions[one].id, position=position)
        for position, one in enumerate(statement_ids, start=1)
    )
    session.flush()
    record(
        session,
        AuditAction.ROUND_PLANNED,
        actor=actor,
        now=now,
        study_id=task_force.study_id,
        task_force_id=task_force.id,
        subject=f"round:{round_.id}",
        number=round_.number,
        n_statements=len(statement_ids),
        order_seed=round_.order_seed,
    )
    return round_


def _new_round(session: Session, *, task_force: TaskForce, kind: RoundKind, number: int) -> Round:
    """A round with what the protocol in force says of its experts."""
    settings = protocol_of(session, study_id=task_force.study_id)
    round_ = Round(
        task_force_id=task_force.id,
        number=number,
        kind=kind,
        min_group_size=settings.min_group_size,
        shows_feedback=settings.shows_feedback,
        asks_reason=settings.asks_reason,
        feedback=settings.feedback_kind,
        grace_minutes=settings.grace_minutes,
        order_seed=Random(f"{task_force.id}:{number}").randrange(2**31),
    )
    session.add(round_)
    session.flush()
    return round_


def open_round(
    session: Session,
    *,
    actor: Actor | None,
    round_: Round,
    deadline_at: datetime | None,
    languages: tuple[str, ...],
    now: datetime,
    notify: bool = True,
    mails_leave_at: datetime | None = None,
) -> None:
    """Let experts answer, and queue a mail to each of them, to leave at once or from `mails_leave_at` on.

    A protocol that is still a draft is locked with it. Who reads a language of the study that is not among `languages`
    gets no mail yet; see `surveys.services.late_languages`.

    Raises
    ------
    RuleViolation
        `round_already_open`, `round_closed`, `previous_round_open` where an earlier round was opened again,
        `deadline_past`, `no_panellists`, `protocol_impossible`, or `translation_missing` with the first statement or
        question that lacks one of `languages`.
    """
    if round_.status is RoundStatus.OPEN:
        raise RuleViolation(ViolationCode.ROUND_ALREADY_OPEN)
    if round_.status is RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_CLOSED, closed_at=round_.closed_at)
    other = session.exec(
        select(Round.number).where(Round.task_force_id == round_.task_force_id, Round.status == RoundStatus.OPEN)
    ).first()
    if other is not None:
        raise RuleViolation(ViolationCode.PREVIOUS_ROUND_OPEN, number=other)
    if deadline_at is not None and deadline_at <= now:
        raise RuleViolation(ViolationCode.DEADLINE_PAST)
    eligible = eligible_panellists(session, task_force_id=round_.task_force_id)
    if not eligible:
        raise RuleViolation(ViolationCode.NO_PANELLISTS)
    for statement in questionnaire_of(session, round_id=round_.id).statements:
        for language in languages:
            if language not in statement.text:
                raise RuleViolation(ViolationCode.TRANSLATION_MISSING, statement=statement.code, language=language)
    for question in questions_of(session, round_id=round_.id):
        for language in languages:
            if any(language not in text for text in question.texts()):
                raise RuleViolation(ViolationCode.TRANSLATION_MISSING, statement=question.code, language=language)
    study = study_of_round(session, round_=round_)
    held = [language for language in study.languages if language not in languages]
    ensure_protocol_locked(session, study_id=study.id, actor=actor, now=now)
    round_.status, round_.opened_at, round_.deadline_at = RoundStatus.OPEN, now, deadline_at
    round_.opens_at, round_.mails_leave_at = None, mails_leave_at
    session.add(round_)
    session.flush()
    if notify:
        people = session.exec(
            select(Person)
            .join(Panellist, col(Panellist.person_id) == Person.id)
            .where(col(Panellist.id).in_(eligible), col(Person.language).not_in(held))
            .order_by(col(Person.id))
        ).all()
        kind = kind_of_mail(session, round_=round_)
        for person in people:
            queue_message(
                session,
                kind=kind,
                person=person,
                study_id=study.id,
                params={"round_id": round_.id},
                now=now,
                due_at=mails_leave_at,
            )
    record(
        session,
        AuditAction.ROUND_OPENED,
        actor=actor,
        now=now,
        study_id=study.id,
        task_force_id=round_.task_force_id,
        subject=f"round:{round_.id}",
        number=round_.number,
        deadline_at=deadline_at.isoformat() if deadline_at else None,
        **({"held": held} if held and notify else {}),
    )


def kind_of_mail(session: Session, *, round_: Round) -> MessageKind:
    """Who is asked again reads the results of the rating round before; they are shown where the next one is open."""
    if round_.number == 1:
        return MessageKind.INVITATION
    rated_before = session.exec(
        select(Round.id)
        .where(
            Round.task_force_id == round_.task_force_id,
            Round.number < round_.number,
            Round.kind == RoundKind.RATING,
            Round.status == RoundStatus.CLOSED,
        )
        .limit(1)
    ).first()
    shows_results = round_.kind is RoundKind.RATING and round_.shows_feedback and rated_before is not None
    return MessageKind.ROUND_RESULTS if shows_results else MessageKind.ROUND_OPENED


def preview_close(session: Session, *, round_: Round) -> ClosePreview:
    """What closing this round now would freeze; counts of people and answers only."""
    participation = participation_of(session, round_=round_)
    cells = live_cells(session, round_id=round_.id)
    answers = live_question_answers(session, round_id=round_.id)
    n_statements = len(questionnaire_of(session, round_id=round_.id).statements)
    n_answers = len(cells) + len(answers)
    state = {
        "status": round_.status.value,
        "deadline_at": round_.deadline_at.isoformat() if round_.deadline_at else None,
        "n_invited": participation.n_invited,
        "n_statements": n_statements,
        "questions": [question.id for question in questions_of(session, round_id=round_.id)],
    }
    counts = (participation.n_answered, participation.n_submitted, n_answers)
    return ClosePreview(
        participation=participation,
        n_statements=n_statements,
        n_answers=n_answers,
        digest=confirmation(canonical_digest(state), counts=counts),
    )


def close_round(
    session: Session, *, actor: Actor | None, round_id: int, now: datetime, digest: str | None = None
) -> Snapshot:
    """Close an open round and freeze its results; from this transaction on no answer is taken.

    `digest` is that of the preview the user saw; without it nothing is compared. Answers that arrived since do not
    hold the closing up; ones that were taken back, or another deadline or panel, do.

    Raises
    ------
    RuleViolation
        `round_not_open`, `round_closed` or `preview_outdated`.
    """
    hold_round_alone(session, round_id=round_id)
    round_ = session.exec(
        select(Round).where(Round.id == round_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if round_.status is RoundStatus.PLANNED:
        raise RuleViolation(ViolationCode.ROUND_NOT_OPEN)
    if round_.status is RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_CLOSED, closed_at=round_.closed_at)
    if digest is not None and not still_holds(digest, fresh=preview_close(session, round_=round_).digest):
        raise RuleViolation(ViolationCode.PREVIEW_OUTDATED)
    round_.status, round_.closed_at = RoundStatus.CLOSED, now
    session.add(round_)
    session.flush()
    snapshot = freeze_round(session, round_=round_, now=now)
    # They put late deliveries of one page in order; a closed round takes none.
    session.connection().execute(delete(FieldWrite).where(col(FieldWrite.round_id) == round_id))
    study = study_of_round(session, round_=round_)
    if round_.kind is RoundKind.IDEAS:
        queue_run(session, actor=None, task_force_id=round_.task_force_id, now=now)
    record(
        session,
        AuditAction.ROUND_CLOSED,
        actor=actor,
        now=now,
        study_id=study.id,
        task_force_id=round_.task_force_id,
        subject=f"round:{round_.id}",
        number=round_.number,
        snapshot=snapshot.number,
        digest=snapshot.digest,
        n_answered=snapshot.n_answered,
    )
    return snapshot
