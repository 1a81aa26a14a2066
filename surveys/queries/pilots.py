"""What a pilot brought: who has finished, how long it took, and the notes pinned to items. Of copies only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import (
    Comment,
    FieldWrite,
    Idea,
    Invitation,
    OutboxMessage,
    Panellist,
    Person,
    Round,
    RoundStatement,
    SignIn,
    Statement,
    StatementVersion,
    Study,
    Submission,
    TaskForce,
)
from surveys.rules.pilot_timing import time_at_work
from surveys.vocabulary import Audience, OutboxStatus, StudyKind


@dataclass(frozen=True, slots=True)
class PilotReader:
    """A colleague who tries the questionnaire out; a pilot is no study, so they are named."""

    name: str
    has_opened: bool
    has_finished: bool
    at_work: timedelta | None
    """None before they have finished."""


@dataclass(frozen=True, slots=True)
class PinnedNote:
    """What a colleague wrote under a statement, or in a card of a round of ideas."""

    code: str
    text: LocalizedText
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class MailProof:
    """Whether a mail of the pilot left this server, and whether somebody came in by its link."""

    is_sent: bool
    is_opened: bool


def pilot_round_of(session: Session, *, round_id: int) -> Round | None:
    """The newest pilot of a round."""
    return session.exec(select(Round).where(Round.trial_of_id == round_id).order_by(col(Round.id).desc())).first()


def copies_of(session: Session, *, task_force_id: int, kind: StudyKind) -> list[TaskForce]:
    """Pilots or rehearsals of a task force, newest first."""
    query = (
        select(TaskForce)
        .join(Study, col(Study.id) == TaskForce.study_id)
        .where(TaskForce.copy_of_id == task_force_id, Study.kind == kind)
        .order_by(col(TaskForce.id).desc())
    )
    return list(session.exec(query).all())


def readers_of(session: Session, *, round_id: int) -> tuple[PilotReader, ...]:
    """Everybody who sits in the pilot, in the order they were asked."""
    rows = session.exec(
        select(Panellist, Person, Submission)
        .join(Person, col(Person.id) == Panellist.person_id)
        .join(Round, col(Round.task_force_id) == Panellist.task_force_id)
        .outerjoin(Submission, (col(Submission.panellist_id) == Panellist.id) & (col(Submission.round_id) == Round.id))
        .where(Round.id == round_id)
        .order_by(col(Panellist.id))
    ).all()
    moments: dict[int, list[datetime]] = {}
    for panellist_id, at in session.exec(
        select(FieldWrite.panellist_id, FieldWrite.written_at).where(FieldWrite.round_id == round_id)
    ).all():
        moments.setdefault(panellist_id, []).append(at)
    opened = _who_came_in(session, round_id=round_id)
    found = []
    for panellist, person, submission in rows:
        at_work = None
        if submission is not None and submission.submitted_at is not None:
            known = [panellist.consented_at, submission.started_at, submission.submitted_at]
            at_work = time_at_work([*moments.get(panellist.id, []), *(one for one in known if one is not None)])
        found.append(
            PilotReader(
                name=person.name,
                has_opened=person.id in opened or submission is not None,
                has_finished=at_work is not None,
                at_work=at_work,
            )
        )
    return tuple(found)


def times_at_work(session: Session, *, round_id: int) -> list[timedelta]:
    """How long each colleague who has finished worked."""
    return [reader.at_work for reader in readers_of(session, round_id=round_id) if reader.at_work is not None]


def notes_of(session: Session, *, round_id: int) -> tuple[PinnedNote, ...]:
    """Comments under statements and texts of idea cards, in the order of the questionnaire."""
    comments = session.exec(
        select(Statement.code, StatementVersion.text, Comment.text, Person.name)
        .join(Comment, col(Comment.statement_id) == Statement.id)
        .join(
            RoundStatement,
            (col(RoundStatement.statement_id) == Statement.id) & (col(RoundStatement.round_id) == Comment.round_id),
        )
        .join(StatementVersion, col(StatementVersion.id) == RoundStatement.version_id)
        .join(Panellist, col(Panellist.id) == Comment.panellist_id)
        .join(Person, col(Person.id) == Panellist.person_id)
        .where(Comment.round_id == round_id)
        .order_by(col(RoundStatement.position), col(Comment.id))
    ).all()
    ideas = session.exec(
        select(Idea, Person.name)
        .join(Panellist, col(Panellist.id) == Idea.panellist_id)
        .join(Person, col(Person.id) == Panellist.person_id)
        .where(Idea.round_id == round_id)
        .order_by(col(Idea.kind), col(Idea.id))
    ).all()
    return (
        *(PinnedNote(code=code, text=LocalizedText(text), note=note, by=name) for code, text, note, name in comments),
        *(PinnedNote(code=idea.kind.value, text=LocalizedText(), note=idea.text, by=name) for idea, name in ideas),
    )


def mail_proof(session: Session, *, round_id: int) -> MailProof:
    """Of a pilot's round: did a mail leave, did somebody press the button behind its link?"""
    study_id = session.exec(
        select(TaskForce.study_id).join(Round, col(Round.task_force_id) == TaskForce.id).where(Round.id == round_id)
    ).one()
    sent = session.exec(
        select(OutboxMessage.id)
        .where(OutboxMessage.study_id == study_id, OutboxMessage.status == OutboxStatus.SENT)
        .limit(1)
    ).first()
    return MailProof(is_sent=sent is not None, is_opened=bool(_who_came_in(session, round_id=round_id)))


def _who_came_in(session: Session, *, round_id: int) -> set[int]:
    query = (
        select(SignIn.person_id)
        .join(Invitation, col(Invitation.id) == SignIn.invitation_id)
        .join(TaskForce, col(TaskForce.study_id) == Invitation.study_id)
        .join(Round, col(Round.task_force_id) == TaskForce.id)
        .where(Round.id == round_id, SignIn.audience == Audience.EXPERT)
    )
    return set(session.exec(query).all())
