"""Undoing any step of the desk: what stood before it stands again, unless somebody changed it since."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import DeskStep, Idea, IdeaPlacement, IdeaTag, Statement, StatementVersion
from surveys.rules.permissions import Actor
from surveys.rules.wordings import wording_digest
from surveys.services.next_round import hold_task_force
from surveys.services.synthesis import placements_of, record_step
from surveys.services.undoing import find_placement, take_out, unpark
from surveys.services.wording import edit_wording, newest_version
from surveys.vocabulary import AuditAction, DeskStepKind, IdeaStatus, ViolationCode


def undo_step(session: Session, *, actor: Actor, task_force_id: int, step_id: int, now: datetime) -> DeskStep:
    """Undo one step of the desk; the step stays in the journal, marked.

    Raises
    ------
    NotFound
        The step is of another task force.
    RuleViolation
        `nothing_to_undo` where it was undone before, `changed_since` where what it changed was changed again,
        `statement_asked` as `undo_placement`.
    """
    task_force = hold_task_force(session, task_force_id=task_force_id)
    step = session.exec(
        select(DeskStep).where(DeskStep.id == step_id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if step is None or step.task_force_id != task_force_id:
        raise NotFound
    if step.undone_at is not None:
        raise RuleViolation(ViolationCode.NOTHING_TO_UNDO)
    match step.kind:
        case DeskStepKind.PLACED:
            placement = find_placement(session, task_force_id=task_force_id, placement_id=step.subject_id)
            take_out(session, placement, now=now)
        case DeskStepKind.TAKEN_OUT:
            _put_back(session, step)
        case DeskStepKind.PARKED:
            unpark(session, session.get_one(Idea, step.subject_id))
        case DeskStepKind.TAKEN_UP:
            _park_again(session, step)
        case DeskStepKind.REWORDED:
            _word_back(session, step, actor=actor, now=now)
        case DeskStepKind.LINKED:
            _link_back(session, step)
        case DeskStepKind.CATEGORISED:
            statement = _statement(session, step)
            _ensure(statement.category_id == step.after["category"])
            statement.category_id = step.before["category"]
            session.add(statement)
        case DeskStepKind.TAGGED | DeskStepKind.UNTAGGED:
            _retag(session, step, now=now)
    step.undone_at = now
    session.add(step)
    record_step(
        session,
        AuditAction.DESK_STEP_UNDONE,
        task_force,
        actor=actor,
        now=now,
        subject=f"desk_step:{step.id}",
        kind=step.kind.value,
        of=step.subject_id,
    )
    session.flush()
    return step


def _put_back(session: Session, step: DeskStep) -> None:
    placement = session.get_one(IdeaPlacement, step.subject_id)
    idea = session.get_one(Idea, placement.idea_id)
    now_in = sorted(one.id for one in placements_of(session, idea_id=idea.id))
    _ensure(
        placement.undone_at is not None and now_in == step.after["placements"] and idea.status is not IdeaStatus.PARKED
    )
    statement = session.get_one(Statement, placement.statement_id)
    placement.undone_at, idea.status, statement.retired_at = None, IdeaStatus.PLACED, None
    unlinked = session.exec(select(Statement).where(col(Statement.id).in_(step.before["unlinked"]))).all()
    for child in unlinked:
        if child.parent_id is None:
            child.parent_id = statement.id
    session.add_all([placement, idea, statement, *unlinked])
    session.flush()


def _park_again(session: Session, step: DeskStep) -> None:
    idea = session.get_one(Idea, step.subject_id)
    _ensure(idea.status is IdeaStatus.WAITING)
    idea.status, idea.parked_reason = IdeaStatus.PARKED, step.before["reason"]
    session.add(idea)


def _word_back(session: Session, step: DeskStep, *, actor: Actor, now: datetime) -> None:
    newest = newest_version(session, statement_id=_statement(session, step).id)
    # A later step undone may have left the same words in a version of its own.
    written = session.get_one(StatementVersion, step.after["version"])
    _ensure(newest.meaning == written.meaning and newest.text == step.after["text"])
    version = edit_wording(
        session,
        actor=actor,
        statement_id=step.subject_id,
        text=LocalizedText(step.before["text"]),
        seen=wording_digest(version_id=newest.id, text=newest.text),
        as_new_version=step.before["version"] != step.after["version"],
        reason=step.after["reason"],
        is_step=False,
        now=now,
    )
    former = session.get_one(StatementVersion, step.before["version"])
    if version.id != former.id:
        # The old words again are the old meaning again: what was rated under them compares.
        version.meaning_number = former.meaning
        session.add(version)


def _link_back(session: Session, step: DeskStep) -> None:
    statement, before = _statement(session, step), step.before["parent"]
    parent = session.get_one(Statement, before) if before is not None else None
    _ensure(statement.parent_id == step.after["parent"] and (parent is None or parent.retired_at is None))
    statement.parent_id = before
    session.add(statement)


def _retag(session: Session, step: DeskStep, *, now: datetime) -> None:
    tag, is_off = session.get_one(IdeaTag, step.subject_id), step.kind is DeskStepKind.UNTAGGED
    _ensure((tag.removed_at is not None) == is_off)
    if is_off:
        again = select(IdeaTag).where(
            IdeaTag.idea_id == tag.idea_id, IdeaTag.tag == tag.tag, col(IdeaTag.removed_at).is_(None)
        )
        _ensure(session.exec(again).first() is None)
    tag.removed_at = None if is_off else now
    session.add(tag)


def _statement(session: Session, step: DeskStep) -> Statement:
    statement = session.get_one(Statement, step.subject_id)
    _ensure(statement.retired_at is None)
    return statement


def _ensure(stands: bool) -> None:
    if not stands:
        raise RuleViolation(ViolationCode.CHANGED_SINCE)
