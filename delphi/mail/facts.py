"""What a queued mail is about, read at the moment it is sent: a reminder must not ask for what was done meanwhile."""

from datetime import datetime

from sqlmodel import Session, col, select

from delphi.config import Settings
from delphi.mail.account import account_facts, ensure_link_is_due
from delphi.mail.consultation import NoLongerDue, consultation_facts, ensure_vote_is_due
from delphi.mail.messages import EarlierFacts, MailFacts, RoundFacts, mail_language
from delphi.mail.retention import retention_facts
from surveys.localized import LocalizedText
from surveys.models import (
    OutboxMessage,
    Person,
    Round,
    RoundStatement,
    Snapshot,
    StaffRole,
    Study,
    Submission,
    TaskForce,
)
from surveys.queries.my_panels import MyPanel, MyRound, my_panels
from surveys.queries.next_rounds import later_closings
from surveys.queries.participation import IN_PANEL, eligible_panellists
from surveys.queries.questionnaire import questionnaire_of
from surveys.services.freezing import protocol_of
from surveys.services.sign_in import ensure_invitation
from surveys.vocabulary import MessageKind, Role, RoundKind, RoundStatus

ABOUT_AN_OPEN_ROUND = (
    MessageKind.INVITATION,
    MessageKind.ROUND_OPENED,
    MessageKind.ROUND_REOPENED,
    MessageKind.ROUND_RESULTS,
    MessageKind.REMINDER,
)

FIRST_OPEN_QUESTION = LocalizedText(
    en="What problem keeps this objective from moving forward?",
    fr="Quel problème empêche cet objectif d’avancer\u00a0?",
)
"""What a round of ideas asks first; mails are written without a page and its catalogue."""


def gather_facts(session: Session, *, message: OutboxMessage, settings: Settings, now: datetime) -> MailFacts:
    """The facts of one queued mail; makes the person's invitation where there is none yet.

    Whether the mail still has a reason is another question: `ensure_due`.
    """
    if "consultation_id" in message.params:
        return consultation_facts(session, message=message, settings=settings)
    if message.kind is MessageKind.RETENTION_NOTICE:
        return retention_facts(session, message=message, settings=settings)
    if message.study_id is None:
        return account_facts(session, message=message, settings=settings)
    person = session.get_one(Person, message.person_id)
    study = session.get_one(Study, message.study_id)
    round_ = session.get(Round, message.params["round_id"]) if "round_id" in message.params else None
    about = None if round_ is None else _round_facts(session, round_=round_, person_id=person.id)
    facilitator = _facilitator_of(session, round_=round_)
    _, token = ensure_invitation(
        session, person_id=person.id, study_id=study.id, secret_key=settings.secret_key, now=now
    )
    return MailFacts(
        name=person.name,
        language=message.language,
        study=study.name,
        time_zone=study.time_zone,
        link=f"{settings.base_url.rstrip('/')}/r/{token}",
        sender_name=facilitator.name if facilitator else study.contact_name or _study_name(study, message.language),
        reply_to=facilitator.email if facilitator else study.contact_email,
        round=about,
        note=note_in(message),
    )


def ensure_due(session: Session, *, message: OutboxMessage, now: datetime) -> None:
    """Refuse (`NoLongerDue`) what lost its reason while it waited: the person left, the round closed, all was sent."""
    if "consultation_id" in message.params:
        ensure_vote_is_due(session, message=message)
    if "link_id" in message.params:
        ensure_link_is_due(session, message=message, now=now)
    if "round_id" not in message.params:
        return
    round_ = session.get_one(Round, message.params["round_id"])
    panel, mine = _seat_of(session, person_id=message.person_id, round_=round_)
    if panel.membership not in IN_PANEL:
        raise NoLongerDue("the person is no longer in this panel")
    if message.kind in ABOUT_AN_OPEN_ROUND and round_.status is not RoundStatus.OPEN:
        raise NoLongerDue("the round is closed")
    if message.kind is MessageKind.REMINDER and mine.submitted_at is not None:
        raise NoLongerDue("the answers were sent in meanwhile")


def note_in(message: OutboxMessage) -> str:
    """What its sender added, in the language of the mail where it was written in several."""
    note = message.params.get("note", "")
    return LocalizedText(note).in_language(mail_language(message.language)) if isinstance(note, dict) else str(note)


def _study_name(study: Study, language: str) -> str:
    return study.name.in_language(mail_language(language))


def _round_facts(session: Session, *, round_: Round, person_id: int) -> RoundFacts:
    panel, mine = _seat_of(session, person_id=person_id, round_=round_)
    settings = protocol_of(session, study_id=panel.study_id)
    panel_size = len(eligible_panellists(session, task_force_id=panel.task_force_id))
    return RoundFacts(
        task_force=panel.code,
        objective=panel.title,
        number=round_.number,
        n_rounds=max(settings.max_rounds, round_.number),
        deadline_at=round_.deadline_at,
        n_asked=mine.n_statements,
        n_done=mine.n_done,
        minutes=max(1, mine.minutes_left),
        panel_size=panel_size if panel_size >= round_.min_group_size else None,
        shows_feedback=mine.has_feedback,
        first_question=_first_question(session, round_=round_),
        receipt=_receipt(session, round_=round_, panel=panel),
        earlier=_earlier_facts(session, round_=round_) if mine.has_feedback else None,
        later_closings=later_closings(session, study_id=panel.study_id, round_=round_),
    )


def _earlier_facts(session: Session, *, round_: Round) -> EarlierFacts | None:
    row = session.exec(
        select(Round, Snapshot.n_answered)
        .join(Snapshot, col(Snapshot.round_id) == Round.id)
        .where(
            Round.task_force_id == round_.task_force_id,
            Round.number < round_.number,
            Round.kind == RoundKind.RATING,
            Round.status == RoundStatus.CLOSED,
        )
        .order_by(col(Round.number).desc(), col(Snapshot.number).desc())
    ).first()
    if row is None:
        return None
    earlier, n_answered = row
    asked = {
        round_id: set(session.exec(select(RoundStatement.statement_id).where(RoundStatement.round_id == round_id)))
        for round_id in (earlier.id, round_.id)
    }
    return EarlierFacts(
        number=earlier.number,
        n_answered=n_answered if n_answered >= round_.min_group_size else None,
        n_left_out=len(asked[earlier.id] - asked[round_.id]),
    )


def _seat_of(session: Session, *, person_id: int, round_: Round) -> tuple[MyPanel, MyRound]:
    for panel in my_panels(session, person_id=person_id):
        if panel.task_force_id == round_.task_force_id:
            return panel, next(mine for mine in panel.rounds if mine.id == round_.id)
    raise NoLongerDue("the person is no longer in this panel")


def _first_question(session: Session, *, round_: Round) -> LocalizedText:
    if round_.kind is RoundKind.IDEAS:
        return FIRST_OPEN_QUESTION
    return next(
        (statement.text for statement in questionnaire_of(session, round_id=round_.id).statements), LocalizedText()
    )


def _receipt(session: Session, *, round_: Round, panel: MyPanel) -> str:
    return (
        session.exec(
            select(Submission.receipt).where(
                Submission.round_id == round_.id, Submission.panellist_id == panel.panellist_id
            )
        ).first()
        or ""
    )


def _facilitator_of(session: Session, *, round_: Round | None) -> Person | None:
    """Who runs the task force; the answer to a mail goes to this person."""
    if round_ is None:
        return None
    return session.exec(
        select(Person)
        .join(StaffRole, col(StaffRole.person_id) == Person.id)
        .join(TaskForce, col(TaskForce.id) == StaffRole.task_force_id)
        .where(TaskForce.id == round_.task_force_id, StaffRole.role == Role.FACILITATOR)
        .order_by(col(Person.id))
    ).first()
