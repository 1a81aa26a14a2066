"""Smaller acts of the data-protection desk: noting a search and a file, reading texts over, the list of breaches."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Breach, Comment, Idea, TextReview
from surveys.queries.people_desk import ensure_in_reach
from surveys.rules.permissions import Actor
from surveys.rules.texts import REASON_LIMIT, clean_text
from surveys.services.audit import record
from surveys.services.unlinking import BLANKED
from surveys.vocabulary import AuditAction, ViolationCode


def note_search(session: Session, *, actor: Actor, n: int, now: datetime) -> None:
    """Log that somebody searched for a person; what they typed stays out of the log, where it could not be erased."""
    record(session, AuditAction.PERSON_SOUGHT, actor=actor, now=now, n=n)


def note_export(session: Session, *, actor: Actor, person_id: int, reason: str, now: datetime) -> None:
    """Log that everything about a person goes into a file. Raises as `ensure_in_reach`, and `reason_missing`."""
    ensure_in_reach(session, actor=actor, person_id=person_id)
    said = clean_text(reason, limit=REASON_LIMIT)
    if not said:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    record(session, AuditAction.PERSON_EXPORTED, actor=actor, now=now, person=f"person {person_id}", reason=said)


def text_of(session: Session, review: TextReview) -> str:
    """The text to be read over; empty where its row is gone."""
    row = _row_of(session, review)
    return "" if row is None else row.text


def _row_of(session: Session, review: TextReview) -> Comment | Idea | None:
    if review.kind == "comment":
        return session.get(Comment, review.row_id)
    return session.get(Idea, review.row_id)


def review_text(session: Session, *, actor: Actor, review_id: int, blanks: bool, now: datetime) -> None:
    """Say that a text was read over; with `blanks` it is replaced, as it gives its author away.

    Figures do not change. Raises NotFound for a text that is not listed, or is of a study out of reach.
    """
    review = session.exec(
        select(TextReview).where(TextReview.id == review_id, col(TextReview.reviewed_at).is_(None)).with_for_update()
    ).first()
    if review is None or not (actor.administers or review.study_id in actor.oversees):
        raise NotFound
    row = _row_of(session, review)
    if blanks and row is not None:
        row.text = BLANKED
        if isinstance(row, Comment) and row.shared_text:
            row.shared_text = LocalizedText(dict.fromkeys(row.shared_text, BLANKED))
        session.add(row)
    review.reviewed_at, review.is_blanked = now, blanks
    session.add(review)
    record(
        session,
        AuditAction.TEXT_REVIEWED,
        actor=actor,
        now=now,
        study_id=review.study_id,
        subject=f"{review.kind}:{review.row_id}",
        outcome="removed" if blanks else "kept",
    )
    session.flush()


def write_breach(
    session: Session,
    *,
    actor: Actor,
    noticed_at: datetime | None,
    what: str,
    concerned: str,
    measures: str,
    told: str,
    now: datetime,
) -> Breach:
    """Add an entry to the list of breaches. Raises `breach_untold` without a day or a description."""
    described = clean_text(what, limit=4000)
    if noticed_at is None or noticed_at > now or not described:
        raise RuleViolation(ViolationCode.BREACH_UNTOLD)
    breach = Breach(
        noticed_at=noticed_at,
        what=described,
        concerned=clean_text(concerned, limit=4000),
        measures=clean_text(measures, limit=4000),
        told=clean_text(told, limit=4000),
        written_at=now,
        author_id=actor.person_id,
    )
    session.add(breach)
    session.flush()
    record(session, AuditAction.BREACH_WRITTEN, actor=actor, now=now, subject=f"breach:{breach.id}", breach=breach.id)
    return breach


def note_check(session: Session, *, actor: Actor, n: int, state: str, now: datetime) -> None:
    """Log that the chain of the log was checked, and what was found."""
    record(session, AuditAction.LOG_CHECKED, actor=actor, now=now, n=n, state=state)
