"""Electronic consultations: a sealed document, a list of members, a clock, votes by name."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Consultation, ConsultationDocument, ConsultationMember, Person, Vote
from surveys.queries.consultations import ConsultationSheet, consultation_sheet
from surveys.queries.finality import plan_gaps
from surveys.rules.consultation import NEEDS_COMMENT, MemberLine
from surveys.rules.permissions import Actor
from surveys.rules.protocol import canonical_digest
from surveys.rules.texts import COMMENT_LIMIT, clean_text, require_text
from surveys.rules.tokens import token_hash, voting_token
from surveys.services.audit import record
from surveys.services.outbox import queue_message
from surveys.vocabulary import AuditAction, MessageKind, ViolationCode, VoteChoice

TITLE_LIMIT = 200
QUESTION_LIMIT = 1000
Documents = Mapping[str, tuple[str, bytes]]
"""Language to file name and bytes."""


def prepare_consultation(
    session: Session,
    *,
    actor: Actor | None,
    study_id: int,
    title: LocalizedText,
    question: LocalizedText,
    languages: Sequence[str],
    quorum: int,
    closes_at: datetime,
    documents: Documents,
    now: datetime,
) -> Consultation:
    """A consultation that is not open yet, with its document as it is at this moment.

    Raises
    ------
    RuleViolation
        `plan_not_final`, `text_empty`, `text_too_long`, `deadline_past`, `quorum_out_of_range` below one.
    """
    _check_final(session, study_id=study_id)
    if closes_at <= now:
        raise RuleViolation(ViolationCode.DEADLINE_PAST)
    if quorum < 1:
        raise RuleViolation(ViolationCode.QUORUM_OUT_OF_RANGE, n="–")
    made = Consultation(
        study_id=study_id,
        title=_texts(title, languages, limit=TITLE_LIMIT),
        question=_texts(question, languages, limit=QUESTION_LIMIT),
        quorum=quorum,
        closes_at=closes_at,
        author_id=None if actor is None else actor.person_id,
        created_at=now,
    )
    session.add(made)
    session.flush()
    for language, (name, content) in documents.items():
        session.add(
            ConsultationDocument(
                consultation_id=made.id,
                language=language,
                name=name,
                content=content,
                digest=hashlib.sha256(content).hexdigest(),
            )
        )
    session.flush()
    _record(session, AuditAction.CONSULTATION_CHANGED, made, actor=actor, now=now, change="prepared")
    return made


def add_members(
    session: Session,
    *,
    actor: Actor | None,
    consultation_id: int,
    members: Sequence[MemberLine],
    secret_key: str,
    now: datetime,
) -> int:
    """Give people a vote; who has one already keeps it. Returns how many are new.

    Somebody known by the same address is the same person, whatever name the list gives.

    Raises
    ------
    RuleViolation
        `consultation_running` once it was opened.
    """
    consultation = _not_opened(session, consultation_id=consultation_id)
    known = {
        person.email: person
        for person in session.exec(
            select(Person).where(col(Person.email).in_([member.email for member in members]))
        ).all()
    }
    seated = set(
        session.exec(
            select(ConsultationMember.person_id).where(ConsultationMember.consultation_id == consultation_id)
        ).all()
    )
    n_new = 0
    for line in members:
        person = known.get(line.email)
        if person is None:
            person = Person(name=line.name, email=line.email, language=line.language, created_at=now)
            session.add(person)
            session.flush()
        if person.id in seated:
            continue
        token = voting_token(secret_key=secret_key, consultation_id=consultation_id, person_id=person.id)
        session.add(
            ConsultationMember(
                consultation_id=consultation_id,
                person_id=person.id,
                organisation=line.organisation,
                token_hash=token_hash(token),
                added_at=now,
            )
        )
        n_new += 1
    session.flush()
    _record(session, AuditAction.CONSULTATION_CHANGED, consultation, actor=actor, now=now, change="members", n=n_new)
    return n_new


def opening_digest(sheet: ConsultationSheet) -> str:
    """What opening would put to the vote, before whom, until when."""
    return canonical_digest(
        {
            "title": dict(sheet.title),
            "question": dict(sheet.question),
            "documents": [one.digest for one in sheet.documents],
            "members": sorted(one.person_id for one in sheet.members),
            "quorum": sheet.quorum,
            "closes_at": sheet.closes_at.isoformat(),
        }
    )


def open_consultation(
    session: Session, *, actor: Actor | None, consultation_id: int, digest: str, now: datetime
) -> int:
    """Open it and write to every member; from now on nothing of it changes. Returns how many are written to.

    Raises
    ------
    RuleViolation
        `consultation_running`, `preview_outdated`, `no_members`, `quorum_out_of_range` above the number of members,
        `deadline_past`, `plan_not_final` where a round behind the document was reopened since.
    """
    consultation = _not_opened(session, consultation_id=consultation_id)
    sheet = consultation_sheet(session, consultation_id=consultation_id)
    if opening_digest(sheet) != digest:
        raise RuleViolation(ViolationCode.PREVIEW_OUTDATED)
    if not sheet.members:
        raise RuleViolation(ViolationCode.NO_MEMBERS)
    if sheet.quorum > len(sheet.members):
        raise RuleViolation(ViolationCode.QUORUM_OUT_OF_RANGE, n=len(sheet.members))
    if consultation.closes_at <= now:
        raise RuleViolation(ViolationCode.DEADLINE_PAST)
    _check_final(session, study_id=sheet.study_id)
    consultation.opened_at = now
    session.add(consultation)
    _write_to(session, sheet, [one.person_id for one in sheet.members], MessageKind.CONSULTATION_OPENED, now=now)
    _record(
        session,
        AuditAction.CONSULTATION_OPENED,
        consultation,
        actor=actor,
        now=now,
        n=len(sheet.members),
        after=consultation.closes_at.isoformat(),
    )
    return len(sheet.members)


def _check_final(session: Session, *, study_id: int) -> None:
    if not plan_gaps(session, study_id=study_id).is_final:
        raise RuleViolation(ViolationCode.PLAN_NOT_FINAL)


def remind_members(session: Session, *, actor: Actor | None, consultation_id: int, now: datetime) -> int:
    """Write to every member who has not voted. `consultation_not_open` outside its time."""
    sheet = consultation_sheet(session, consultation_id=consultation_id)
    if not sheet.is_open(now):
        raise RuleViolation(ViolationCode.CONSULTATION_NOT_OPEN)
    silent = [one.person_id for one in sheet.members if not one.votes]
    if not silent:
        raise RuleViolation(ViolationCode.EVERYBODY_FINISHED)
    _write_to(session, sheet, silent, MessageKind.CONSULTATION_REMINDER, now=now)
    consultation = session.get_one(Consultation, consultation_id)
    _record(
        session, AuditAction.CONSULTATION_CHANGED, consultation, actor=actor, now=now, change="reminded", n=len(silent)
    )
    return len(silent)


def cast_vote(session: Session, *, member_id: int, choice: VoteChoice, comment: str, now: datetime) -> Vote:
    """Store a vote by name; the ones before stay, the newest in time counts. After the close it is kept apart as late.

    The same vote sent twice is stored once.

    Raises
    ------
    RuleViolation
        `comment_missing` for an objection or an approval with a comment that has none, `text_too_long`,
        `consultation_not_open`.
    """
    member = session.get_one(ConsultationMember, member_id)
    consultation = session.get_one(Consultation, member.consultation_id)
    if consultation.opened_at is None:
        raise RuleViolation(ViolationCode.CONSULTATION_NOT_OPEN)
    cleaned = clean_text(comment, limit=COMMENT_LIMIT)
    if choice in NEEDS_COMMENT and not cleaned:
        raise RuleViolation(ViolationCode.COMMENT_MISSING)
    is_late = now >= consultation.closes_at
    last = session.exec(select(Vote).where(Vote.member_id == member_id).order_by(col(Vote.id).desc())).first()
    if last is not None and (last.choice, last.comment, last.is_late) == (choice, cleaned, is_late):
        return last
    vote = Vote(member_id=member_id, choice=choice, comment=cleaned, cast_at=now, is_late=is_late)
    session.add(vote)
    session.flush()
    _record(session, AuditAction.VOTE_CAST, consultation, actor=None, now=now, member_id=member_id, is_late=is_late)
    return vote


def _not_opened(session: Session, *, consultation_id: int) -> Consultation:
    consultation = session.get(Consultation, consultation_id)
    if consultation is None:
        raise NotFound(f"consultation {consultation_id}")
    if consultation.opened_at is not None:
        raise RuleViolation(ViolationCode.CONSULTATION_RUNNING)
    return consultation


def _write_to(
    session: Session, sheet: ConsultationSheet, person_ids: Sequence[int], kind: MessageKind, *, now: datetime
) -> None:
    for person in session.exec(select(Person).where(col(Person.id).in_(person_ids))).all():
        queue_message(
            session, kind=kind, person=person, study_id=sheet.study_id, params={"consultation_id": sheet.id}, now=now
        )


def _texts(text: LocalizedText, languages: Sequence[str], *, limit: int) -> LocalizedText:
    return LocalizedText({code: require_text(text.get(code, ""), limit=limit) for code in languages})


def _record(
    session: Session,
    action: AuditAction,
    consultation: Consultation,
    *,
    actor: Actor | None,
    now: datetime,
    **details: Any,
) -> None:
    record(
        session,
        action,
        actor=actor,
        now=now,
        study_id=consultation.study_id,
        subject=f"consultation:{consultation.id}",
        title=consultation.title.as_json(),
        **details,
    )
