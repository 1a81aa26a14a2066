"""A language whose texts were missing at the launch: once they are complete, its readers get their mail."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import Panellist, Person, Round
from surveys.queries.held_languages import held_languages
from surveys.queries.participation import eligible_panellists
from surveys.queries.translations import translations_of_round
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.services.freezing import study_of_round
from surveys.services.outbox import queue_message
from surveys.services.rounds import kind_of_mail
from surveys.vocabulary import AuditAction, RoundStatus, ViolationCode


def open_language(session: Session, *, actor: Actor, round_id: int, language: str, now: datetime) -> int:
    """Mail everybody who reads a language that was held back at the launch; how many.

    Raises
    ------
    RuleViolation
        `round_not_open`; `language_not_held` where nobody waits for it; `texts_missing` with how many.
    """
    round_ = session.exec(
        select(Round).where(Round.id == round_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if round_.status is not RoundStatus.OPEN:
        raise RuleViolation(ViolationCode.ROUND_NOT_OPEN)
    if language not in held_languages(session, round_id=round_id):
        raise RuleViolation(ViolationCode.LANGUAGE_NOT_HELD)
    count = next(one for one in translations_of_round(session, round_id=round_id) if one.language == language)
    if not count.is_complete:
        raise RuleViolation(ViolationCode.TEXTS_MISSING, n=count.n_missing)
    study = study_of_round(session, round_=round_)
    eligible = eligible_panellists(session, task_force_id=round_.task_force_id)
    people = session.exec(
        select(Person)
        .join(Panellist, col(Panellist.person_id) == Person.id)
        .where(col(Panellist.id).in_(eligible), Person.language == language)
        .order_by(col(Person.id))
    ).all()
    kind = kind_of_mail(session, round_=round_)
    for person in people:
        queue_message(session, kind=kind, person=person, study_id=study.id, params={"round_id": round_id}, now=now)
    record(
        session,
        AuditAction.LANGUAGE_OPENED,
        actor=actor,
        now=now,
        study_id=study.id,
        task_force_id=round_.task_force_id,
        subject=f"round:{round_id}",
        number=round_.number,
        language=language,
        n=len(people),
    )
    session.flush()
    return len(people)
