"""The pilot of a planned round: colleagues answer it in a copy; minutes and notes come back, answers never do."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import Panellist, Person, Question, Round, RoundStatement, Study, TaskForce
from surveys.queries.pilots import pilot_round_of, times_at_work
from surveys.rules.addresses import clean_address
from surveys.rules.permissions import Actor
from surveys.rules.pilot_timing import median_minutes
from surveys.rules.texts import NAME_LIMIT, require_text
from surveys.services.audit import record
from surveys.services.freezing import study_of_round
from surveys.services.outbox import queue_message
from surveys.services.rounds import open_round, plan_round
from surveys.services.trial_copies import copy_row, copy_task_force
from surveys.vocabulary import AuditAction, MessageKind, RoundStatus, StudyKind, ViolationCode


def start_pilot(session: Session, *, actor: Actor, round_id: int, now: datetime) -> Round:
    """Copy a planned round with all it asks, and open the copy with the actor as its first reader, who gets the mail.

    A pilot that runs already is returned as it is.

    Raises
    ------
    RuleViolation
        `round_already_open` or `round_closed`; `translation_missing` and others of `open_round`.
    """
    round_ = session.exec(select(Round).where(Round.id == round_id).with_for_update()).one()
    if round_.status is RoundStatus.OPEN:
        raise RuleViolation(ViolationCode.ROUND_ALREADY_OPEN)
    if round_.status is RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_CLOSED, closed_at=round_.closed_at)
    running = pilot_round_of(session, round_id=round_id)
    if running is not None:
        return running
    task_force, statements = copy_task_force(
        session, actor=actor, task_force_id=round_.task_force_id, kind=StudyKind.PILOT, now=now
    )
    asked = session.exec(
        select(RoundStatement.statement_id)
        .where(RoundStatement.round_id == round_id)
        .order_by(col(RoundStatement.position))
    ).all()
    pilot = plan_round(
        session,
        actor=actor,
        task_force=task_force,
        kind=round_.kind,
        statement_ids=tuple(statements[one] for one in asked if one in statements),
        now=now,
    )
    pilot.trial_of_id = round_id
    session.add(pilot)
    for question in session.exec(select(Question).where(Question.round_id == round_id)).all():
        copy_row(session, question, round_id=pilot.id, repeats_id=None)
    me = session.get_one(Person, actor.person_id)
    session.add(Panellist(task_force_id=task_force.id, person_id=me.id, language=me.language))
    session.flush()
    study = session.get_one(Study, task_force.study_id)
    open_round(
        session,
        actor=actor,
        round_=pilot,
        deadline_at=None,
        languages=tuple(study.languages),
        now=now,
    )
    _log(session, AuditAction.PILOT_STARTED, round_, actor=actor, now=now)
    return pilot


def ask_colleague(
    session: Session, *, actor: Actor, pilot_id: int, name: str, email: str, language: str, now: datetime
) -> None:
    """Give a colleague a seat in the pilot and mail them the link; a second time sends the mail again.

    Raises
    ------
    RuleViolation
        `text_empty` (the name), `address_missing`, `text_too_long`.
    """
    pilot = session.get_one(Round, pilot_id)
    study = study_of_round(session, round_=pilot)
    said, address = require_text(name, limit=NAME_LIMIT), clean_address(email)
    person = session.exec(select(Person).where(Person.email == address)).first()
    if person is None:
        person = Person(name=said, email=address, language=language, created_at=now)
        session.add(person)
        session.flush()
    seat = session.exec(
        select(Panellist).where(Panellist.task_force_id == pilot.task_force_id, Panellist.person_id == person.id)
    ).first()
    if seat is None:
        session.add(Panellist(task_force_id=pilot.task_force_id, person_id=person.id, language=person.language))
        session.flush()
    queue_message(
        session,
        kind=MessageKind.INVITATION,
        person=person,
        study_id=study.id,
        params={"round_id": pilot_id},
        now=now,
    )
    session.flush()


def take_minutes(session: Session, *, actor: Actor, round_id: int, now: datetime) -> int:
    """Let the mails of a round name the minutes that its pilot took (the median); raises `not_measured`."""
    pilot = pilot_round_of(session, round_id=round_id)
    minutes = median_minutes(times_at_work(session, round_id=pilot.id)) if pilot is not None else None
    if minutes is None:
        raise RuleViolation(ViolationCode.NOT_MEASURED)
    round_ = session.exec(select(Round).where(Round.id == round_id).with_for_update()).one()
    before, round_.minutes = round_.minutes, minutes
    session.add(round_)
    changed = {"before": before, "after": minutes}
    _log(session, AuditAction.MINUTES_TAKEN, round_, actor=actor, now=now, minutes=minutes, **changed)
    return minutes


def _log(
    session: Session, action: AuditAction, round_: Round, *, actor: Actor, now: datetime, **details: int | None
) -> None:
    record(
        session,
        action,
        actor=actor,
        now=now,
        study_id=session.get_one(TaskForce, round_.task_force_id).study_id,
        task_force_id=round_.task_force_id,
        subject=f"round:{round_.id}",
        number=round_.number,
        **details,
    )
    session.flush()
