"""Consent: which wording somebody agreed to, and a new wording that asks everybody again."""

from datetime import datetime

from sqlmodel import Session, col, select, update

from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import ConsentVersion, Panellist, Study, TaskForce
from surveys.rules.permissions import Actor
from surveys.rules.texts import REASON_LIMIT, clean_text
from surveys.services.audit import record
from surveys.vocabulary import AuditAction, MembershipStatus, ViolationCode

CONSENT_LIMIT = 10_000


def note_consent(session: Session, *, panellist: Panellist, language: str, now: datetime) -> None:
    """Store that a panellist agreed now, and to which wording."""
    task_force = session.get_one(TaskForce, panellist.task_force_id)
    version = wording_in_force(session, study_id=task_force.study_id, language=language, now=now)
    panellist.consented_at, panellist.status = now, MembershipStatus.JOINED
    panellist.consent_version_id, panellist.consent_is_due = version.id, False
    session.add(panellist)


def wording_in_force(session: Session, *, study_id: int, language: str, now: datetime) -> ConsentVersion:
    """The numbered wording of the study's text as readers in `language` see it now; noted where it is new."""
    text = session.get_one(Study, study_id).consent
    shown_in = text.language_used(language) if text else language
    words = text.in_language(language) if text else ""
    newest = _newest(session, study_id=study_id, language=shown_in)
    if newest is not None and newest.text == words:
        return newest
    return _add(session, study_id=study_id, language=shown_in, text=words, newest=newest, now=now)


def change_consent(
    session: Session, *, actor: Actor, study_id: int, text: LocalizedText, reason: str, now: datetime
) -> int:
    """Give a study a new consent text; whoever agreed to the old one is asked again. How many are.

    Raises
    ------
    RuleViolation
        `reason_missing`, `text_too_long`, `nothing_changed`.
    """
    study = session.exec(select(Study).where(Study.id == study_id).with_for_update()).one()
    said = clean_text(reason, limit=REASON_LIMIT)
    cleaned = {code: clean_text(words, limit=CONSENT_LIMIT) for code, words in text.items()}
    new = LocalizedText({code: words for code, words in cleaned.items() if words})
    old = study.consent
    changed = sorted(code for code in {*new, *old} if new.get(code, "") != old.get(code, ""))
    if not changed:
        raise RuleViolation(ViolationCode.NOTHING_CHANGED)
    if not said:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    for language in changed:
        newest = _newest(session, study_id=study_id, language=language)
        if newest is None and old.get(language):
            newest = _add(session, study_id=study_id, language=language, text=old[language], newest=None, now=now)
        _add(
            session,
            study_id=study_id,
            language=language,
            text=new.get(language, ""),
            newest=newest,
            now=now,
            author_id=actor.person_id,
            reason=said,
        )
    study.consent = new
    session.add(study)
    session.flush()
    seats = select(TaskForce.id).where(TaskForce.study_id == study_id)
    asked_again = session.connection().execute(
        update(Panellist)
        .where(
            col(Panellist.task_force_id).in_(seats),
            col(Panellist.consented_at).is_not(None),
            col(Panellist.person_id).is_not(None),
        )
        .values(consent_is_due=True)
    )
    session.expire_all()
    record(
        session,
        AuditAction.CONSENT_VERSIONED,
        actor=actor,
        now=now,
        study_id=study_id,
        languages=", ".join(changed),
        old=dict(old),
        new=dict(new),
        reason=said,
    )
    session.flush()
    return asked_again.rowcount


def _newest(session: Session, *, study_id: int, language: str) -> ConsentVersion | None:
    return session.exec(
        select(ConsentVersion)
        .where(ConsentVersion.study_id == study_id, ConsentVersion.language == language)
        .order_by(col(ConsentVersion.number).desc())
        .limit(1)
    ).first()


def _add(
    session: Session,
    *,
    study_id: int,
    language: str,
    text: str,
    newest: ConsentVersion | None,
    now: datetime,
    author_id: int | None = None,
    reason: str = "",
) -> ConsentVersion:
    version = ConsentVersion(
        study_id=study_id,
        language=language,
        number=1 if newest is None else newest.number + 1,
        text=text,
        made_at=now,
        author_id=author_id,
        reason=reason,
    )
    session.add(version)
    session.flush()
    return version
