"""The protocol's life: drafted, locked with a fingerprint, amended with a reason. Closed rounds keep their rule."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, delete, select

from analysis.types import Scale as AnalysisScale
from surveys.errors import RuleViolation
from surveys.models import Criterion, Protocol, ProtocolAmendment, Round, Scale, Study, TaskForce
from surveys.queries.frameworks import scales_of_study
from surveys.queries.protocols import instrument_digest, panel_sizes
from surveys.rules.permissions import Actor
from surveys.rules.protocol import ProtocolSettings, canonical_digest
from surveys.rules.protocol_checks import Problem, protocol_problems
from surveys.rules.protocol_drafts import Change, changes_between
from surveys.rules.texts import clean_text
from surveys.services.audit import record
from surveys.services.framework_import import add_criterion
from surveys.study_files import ScaleEntry
from surveys.vocabulary import AuditAction, RoundStatus, ViolationCode

REASON_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class CriterionDraft:
    """A criterion as the form has it: question, scale and words, and the kinds of statement it is asked of."""

    entry: ScaleEntry
    kinds: tuple[str, ...]


def problems_of(
    session: Session, *, study_id: int, settings: ProtocolSettings, scales: Sequence[ScaleEntry] | None = None
) -> list[Problem]:
    """What makes these settings impossible for this study and the panels it has now."""
    entries = scales if scales is not None else [entry for entry, _ in scales_of_study(session, study_id=study_id)]
    return protocol_problems(
        settings,
        scales={one.code: AnalysisScale(one.lower, one.upper) for one in entries},
        panels=panel_sizes(session, study_id=study_id),
    )


def save_protocol(
    session: Session,
    *,
    study_id: int,
    settings: ProtocolSettings,
    criteria: Sequence[CriterionDraft],
    actor: Actor,
    now: datetime,
) -> None:
    """Replace the draft: its rules, its criteria and their scales.

    Raises
    ------
    RuleViolation
        `protocol_locked` after the lock, `protocol_impossible` where the rules exclude each other or the panel.
    """
    protocol = _hold(session, study_id=study_id)
    if protocol.locked_at is not None:
        raise RuleViolation(ViolationCode.PROTOCOL_LOCKED)
    if problems_of(session, study_id=study_id, settings=settings, scales=[one.entry for one in criteria]):
        raise RuleViolation(ViolationCode.PROTOCOL_IMPOSSIBLE)
    before = protocol.settings
    _replace_criteria(session, study_id=study_id, criteria=criteria)
    _store(session, protocol, settings=settings)
    after = protocol.settings
    record(
        session,
        AuditAction.PROTOCOL_CHANGED,
        actor=actor,
        now=now,
        study_id=study_id,
        before={name: value for name, value in before.items() if after.get(name) != value},
        after={name: value for name, value in after.items() if before.get(name) != value},
    )
    session.flush()


def lock_digest(session: Session, *, study_id: int) -> str:
    """What locking now would seal; the confirmation carries it back."""
    protocol = _latest(session, study_id=study_id)
    return canonical_digest([protocol.version, protocol.settings, instrument_digest(session, study_id=study_id)])


def lock_protocol(
    session: Session, *, study_id: int, actor: Actor | None, now: datetime, digest: str | None = None
) -> Protocol:
    """Seal the draft: from now on a change is an amendment with a reason.

    Raises
    ------
    RuleViolation
        `protocol_locked`, `preview_outdated` where the draft changed since it was shown, `protocol_impossible`.
    """
    protocol = _hold(session, study_id=study_id)
    if protocol.locked_at is not None:
        raise RuleViolation(ViolationCode.PROTOCOL_LOCKED)
    if digest is not None and digest != lock_digest(session, study_id=study_id):
        raise RuleViolation(ViolationCode.PREVIEW_OUTDATED)
    settings = ProtocolSettings.from_json(protocol.settings)
    if problems_of(session, study_id=study_id, settings=settings):
        raise RuleViolation(ViolationCode.PROTOCOL_IMPOSSIBLE)
    _store(session, protocol, settings=replace(settings, instrument=instrument_digest(session, study_id=study_id)))
    protocol.locked_at, protocol.locked_by_id = now, actor.person_id if actor is not None else None
    _apply_to_planned(session, study_id=study_id, settings=settings)
    record(
        session,
        AuditAction.PROTOCOL_LOCKED,
        actor=actor,
        now=now,
        study_id=study_id,
        version=protocol.version,
        fingerprint=protocol.fingerprint,
    )
    session.flush()
    return protocol


def ensure_protocol_locked(session: Session, *, study_id: int, actor: Actor | None, now: datetime) -> bool:
    """Lock the protocol if it is still a draft, as opening the first round does; whether that was so."""
    if _latest(session, study_id=study_id).locked_at is not None:
        return False
    lock_protocol(session, study_id=study_id, actor=actor, now=now)
    return True


def amend_protocol(
    session: Session,
    *,
    study_id: int,
    settings: ProtocolSettings,
    reason: str,
    actor: Actor,
    now: datetime,
    digest: str | None = None,
) -> ProtocolAmendment:
    """Change a locked protocol: a new version, and a record of what was, what is, why, who and when.

    Questions and scales stay. Closed rounds keep the rule they were judged by; open ones keep what experts were
    promised (feedback, smallest group, grace) and are judged by the new rule; planned ones take all of it.

    Raises
    ------
    RuleViolation
        `protocol_not_locked`, `reason_missing`, `nothing_changed`, `protocol_impossible`, `text_too_long`, or
        `preview_outdated` where the protocol in force is not the one (`digest`, its fingerprint) that was shown.
    """
    before = _hold(session, study_id=study_id)
    if before.locked_at is None:
        raise RuleViolation(ViolationCode.PROTOCOL_NOT_LOCKED)
    if digest is not None and digest != before.fingerprint:
        raise RuleViolation(ViolationCode.PREVIEW_OUTDATED)
    old = ProtocolSettings.from_json(before.settings)
    changes = changes_between(old, settings)
    if not changes:
        raise RuleViolation(ViolationCode.NOTHING_CHANGED)
    why = clean_text(reason, limit=REASON_LIMIT)
    if not why:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    if problems_of(session, study_id=study_id, settings=settings):
        raise RuleViolation(ViolationCode.PROTOCOL_IMPOSSIBLE)
    after = Protocol(
        study_id=study_id,
        version=before.version + 1,
        settings=settings.as_json(),
        fingerprint=settings.fingerprint,
        reason=why,
        locked_at=now,
        locked_by_id=actor.person_id,
    )
    session.add(after)
    session.flush()
    amendment = _record_amendment(session, before=before, after=after, changes=changes, actor=actor, now=now)
    _apply_to_planned(session, study_id=study_id, settings=settings)
    return amendment


def _record_amendment(
    session: Session, *, before: Protocol, after: Protocol, changes: Sequence[Change], actor: Actor, now: datetime
) -> ProtocolAmendment:
    numbers = session.exec(select(ProtocolAmendment.number).where(ProtocolAmendment.study_id == after.study_id)).all()
    amendment = ProtocolAmendment(
        study_id=after.study_id,
        number=max(numbers, default=0) + 1,
        protocol_id=after.id,
        changes=[asdict(change) for change in changes],
        fingerprint_before=before.fingerprint,
        fingerprint_after=after.fingerprint,
        reason=after.reason,
        author_id=actor.person_id,
        made_at=now,
    )
    session.add(amendment)
    record(
        session,
        AuditAction.PROTOCOL_AMENDED,
        actor=actor,
        now=now,
        study_id=after.study_id,
        number=amendment.number,
        reason=after.reason,
        changes=amendment.changes,
        before=before.fingerprint,
        after=after.fingerprint,
    )
    session.flush()
    return amendment


def _apply_to_planned(session: Session, *, study_id: int, settings: ProtocolSettings) -> None:
    rounds = session.exec(
        select(Round)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .where(TaskForce.study_id == study_id, Round.status == RoundStatus.PLANNED)
    ).all()
    for round_ in rounds:
        round_.min_group_size = settings.min_group_size
        round_.shows_feedback = settings.shows_feedback
        round_.feedback = settings.feedback_kind
        round_.asks_reason = settings.asks_reason
        round_.grace_minutes = settings.grace_minutes
        session.add(round_)
    session.flush()


def _replace_criteria(session: Session, *, study_id: int, criteria: Sequence[CriterionDraft]) -> None:
    """Criteria keep their rows by code: what a pilot has answered stays answered."""
    stored = {one.code: one for one in session.exec(select(Criterion).where(Criterion.study_id == study_id)).all()}
    for code in stored.keys() - {one.entry.code for one in criteria}:
        session.delete(stored[code])
    session.flush()
    for position, one in enumerate(criteria, start=1):
        criterion = stored.get(one.entry.code)
        if criterion is None:
            add_criterion(session, study_id=study_id, entry=one.entry, position=position, kinds=one.kinds)
            continue
        criterion.name, criterion.question = one.entry.name, one.entry.question
        criterion.kinds, criterion.position, criterion.is_primary = list(one.kinds), position, position == 1
        criterion.scale_id = _scale_for(session, criterion=criterion, entry=one.entry)
        session.add(criterion)
    session.flush()
    used = select(Criterion.scale_id).where(Criterion.study_id == study_id)
    session.exec(delete(Scale).where(col(Scale.study_id) == study_id, col(Scale.id).not_in(used)))


def _scale_for(session: Session, *, criterion: Criterion, entry: ScaleEntry) -> int:
    """The criterion's scale with the words and ends of `entry`; one that others use too is left as it is."""
    scale = session.get_one(Scale, criterion.scale_id)
    others = session.exec(
        select(Criterion.id).where(Criterion.scale_id == scale.id, col(Criterion.id) != criterion.id)
    ).first()
    if others is not None:
        scale = Scale(study_id=criterion.study_id, code=_free_scale_code(session, criterion), lower=0, upper=1)
    scale.lower, scale.upper = entry.lower, entry.upper
    scale.labels = {str(point): dict(words) for point, words in entry.labels.items()}
    session.add(scale)
    session.flush()
    return scale.id


def _free_scale_code(session: Session, criterion: Criterion) -> str:
    taken = set(session.exec(select(Scale.code).where(Scale.study_id == criterion.study_id)).all())
    names = (criterion.code, *(f"{criterion.code[:28]}-{number}" for number in range(2, 100)))
    return next(name for name in names if name not in taken)


def _store(session: Session, protocol: Protocol, *, settings: ProtocolSettings) -> None:
    protocol.settings, protocol.fingerprint = settings.as_json(), settings.fingerprint
    session.add(protocol)


def _latest(session: Session, *, study_id: int) -> Protocol:
    return session.exec(
        select(Protocol).where(Protocol.study_id == study_id).order_by(col(Protocol.version).desc()).limit(1)
    ).one()


def _hold(session: Session, *, study_id: int) -> Protocol:
    """The latest version; on PostgreSQL nobody else changes this study's protocol until the transaction ends."""
    session.exec(select(Study.id).where(Study.id == study_id).with_for_update()).one()
    return _latest(session, study_id=study_id)
