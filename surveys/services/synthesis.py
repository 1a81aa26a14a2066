"""From ideas to statements: every idea goes into a statement or is set aside with a reason."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Idea, IdeaPlacement, Round, Statement, StatementVersion, TaskForce
from surveys.queries.statements import current_versions
from surveys.rules.permissions import Actor
from surveys.rules.texts import REASON_LIMIT, STATEMENT_LIMIT, clean_text, require_text
from surveys.rules.wordings import wording_digest
from surveys.services.audit import record
from surveys.services.desk_steps import note_step
from surveys.services.next_round import hold_task_force
from surveys.services.similar_ideas import encoder_in_use, queue_run
from surveys.vocabulary import AuditAction, DeskStepKind, IdeaStatus, PlacementAction, RoundStatus, ViolationCode


def place_as_new(
    session: Session,
    *,
    actor: Actor,
    task_force_id: int,
    idea_id: int,
    text: LocalizedText,
    is_split: bool = False,
    now: datetime,
) -> Statement:
    """Make a new statement of an idea; the idea's own text, unchanged, counts as kept, another as edited.

    `is_split` lets an idea that has a place already go into a second statement. The statement hangs on the
    statement of the idea that its idea was typed under, where that one has its place already.

    Raises
    ------
    NotFound
        The idea is of another task force.
    RuleViolation
        `round_not_closed`, `idea_already_placed`, `text_empty`, `text_too_long`.
    """
    idea, task_force = _hold_idea(session, task_force_id=task_force_id, idea_id=idea_id, is_split=is_split)
    wording = clean_wording(text)
    statement = Statement(
        task_force_id=task_force_id,
        code=_next_code(session, task_force=task_force),
        kind=idea.kind,
        parent_id=_inherited_parent(session, idea=idea),
        created_at=now,
    )
    session.add(statement)
    session.flush()
    if encoder_in_use(session, task_force_id=task_force_id):
        queue_run(session, actor=None, task_force_id=task_force_id, now=now)
    session.add(
        StatementVersion(statement_id=statement.id, number=1, text=wording, author_id=actor.person_id, created_at=now)
    )
    kept = wording.get(idea.language) == clean_text(idea.text, limit=len(idea.text))
    action = PlacementAction.KEPT if kept else PlacementAction.EDITED
    _place(
        session,
        idea,
        statement=statement,
        action=PlacementAction.SPLIT if is_split else action,
        created_statement=True,
        actor=actor,
        task_force=task_force,
        now=now,
    )
    return statement


def merge_idea(
    session: Session,
    *,
    actor: Actor,
    task_force_id: int,
    idea_id: int,
    statement_id: int,
    is_split: bool = False,
    seen: str = "",
    now: datetime,
) -> IdeaPlacement:
    """Put an idea into an existing statement of its kind; the statement's wording stays.

    `seen` is the mark of the wording that the facilitator had before them; without it nothing is compared.

    Raises
    ------
    NotFound
        Idea or statement are of another task force, or the statement was taken back.
    RuleViolation
        `round_not_closed`, `idea_already_placed` (also into the same statement twice), `kind_mismatch`,
        `edited_meanwhile` where the statement reads otherwise than what was seen.
    """
    idea, task_force = _hold_idea(session, task_force_id=task_force_id, idea_id=idea_id, is_split=is_split)
    statement = session.get(Statement, statement_id)
    if statement is None or statement.task_force_id != task_force_id or statement.retired_at is not None:
        raise NotFound
    if statement.kind is not idea.kind:
        raise RuleViolation(ViolationCode.KIND_MISMATCH)
    if statement_id in {placement.statement_id for placement in placements_of(session, idea_id=idea_id)}:
        raise RuleViolation(ViolationCode.IDEA_ALREADY_PLACED)
    if seen:
        newest = current_versions(session, task_force_id=task_force_id)[statement_id]
        if seen != wording_digest(version_id=newest.id, text=newest.text):
            raise RuleViolation(ViolationCode.EDITED_MEANWHILE)
    return _place(
        session,
        idea,
        statement=statement,
        action=PlacementAction.SPLIT if is_split else PlacementAction.MERGED,
        created_statement=False,
        actor=actor,
        task_force=task_force,
        now=now,
    )


def park_idea(session: Session, *, actor: Actor, task_force_id: int, idea_id: int, reason: str, now: datetime) -> Idea:
    """Set an idea aside. Raises `reason_missing`, `round_not_closed`, `idea_already_placed`, `text_too_long`."""
    idea, task_force = _hold_idea(session, task_force_id=task_force_id, idea_id=idea_id, is_split=False)
    words = clean_text(reason, limit=REASON_LIMIT)
    if not words:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    idea.status, idea.parked_reason = IdeaStatus.PARKED, words
    session.add(idea)
    note_step(session, DeskStepKind.PARKED, task_force_id=task_force_id, subject_id=idea_id, actor=actor, now=now)
    record_step(
        session, AuditAction.IDEA_PARKED, task_force, actor=actor, now=now, subject=f"idea:{idea.id}", reason=words
    )
    session.flush()
    return idea


def clean_wording(text: LocalizedText) -> LocalizedText:
    """A wording as it is stored. Raises `text_too_long`, and `text_empty` where no language has a text."""
    cleaned = LocalizedText({language: clean_text(words, limit=STATEMENT_LIMIT) for language, words in text.items()})
    if not cleaned:
        require_text("", limit=STATEMENT_LIMIT)
    return cleaned


def find_idea(session: Session, *, task_force_id: int, idea_id: int) -> Idea:
    """The idea, if it is of this task force; `NotFound` otherwise."""
    idea = session.exec(
        select(Idea)
        .join(Round, col(Round.id) == Idea.round_id)
        .where(Idea.id == idea_id, Round.task_force_id == task_force_id)
    ).first()
    if idea is None:
        raise NotFound
    return idea


def _hold_idea(session: Session, *, task_force_id: int, idea_id: int, is_split: bool) -> tuple[Idea, TaskForce]:
    # Two people at one desk: the task force's row is the one they queue at, so that an idea is placed once.
    task_force = hold_task_force(session, task_force_id=task_force_id)
    idea = find_idea(session, task_force_id=task_force_id, idea_id=idea_id)
    if session.get_one(Round, idea.round_id).status is not RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    expected = IdeaStatus.PLACED if is_split else IdeaStatus.WAITING
    if idea.status is not expected:
        raise RuleViolation(ViolationCode.IDEA_ALREADY_PLACED)
    return idea, task_force


def placements_of(session: Session, *, idea_id: int) -> list[IdeaPlacement]:
    """Where an idea is now: its placements that were not undone."""
    query = select(IdeaPlacement).where(IdeaPlacement.idea_id == idea_id, col(IdeaPlacement.undone_at).is_(None))
    return list(session.exec(query).all())


def _inherited_parent(session: Session, *, idea: Idea) -> int | None:
    if idea.parent_id is None:
        return None
    parents = {placement.statement_id for placement in placements_of(session, idea_id=idea.parent_id)}
    return parents.pop() if len(parents) == 1 else None


def _next_code(session: Session, *, task_force: TaskForce) -> str:
    # Codes taken back are not given out again: a code means one statement for life.
    codes = session.exec(select(Statement.code).where(Statement.task_force_id == task_force.id)).all()
    numbers = [int(code.rpartition("-")[2]) for code in codes if code.rpartition("-")[2].isdigit()]
    return f"{task_force.code}-{max(numbers, default=0) + 1:02d}"


def _place(
    session: Session,
    idea: Idea,
    *,
    statement: Statement,
    action: PlacementAction,
    created_statement: bool,
    actor: Actor,
    task_force: TaskForce,
    now: datetime,
) -> IdeaPlacement:
    placement = IdeaPlacement(
        idea_id=idea.id,
        statement_id=statement.id,
        action=action,
        created_statement=created_statement,
        actor_id=actor.person_id,
        placed_at=now,
    )
    idea.status = IdeaStatus.PLACED
    session.add_all([placement, idea])
    session.flush()
    note_step(session, DeskStepKind.PLACED, task_force_id=task_force.id, subject_id=placement.id, actor=actor, now=now)
    record_step(
        session,
        AuditAction.IDEA_PLACED,
        task_force,
        actor=actor,
        now=now,
        subject=f"placement:{placement.id}",
        idea=idea.id,
        statement=statement.code,
        how=action.value,
        created=created_statement,
    )
    session.flush()
    return placement


def record_step(
    session: Session,
    action: AuditAction,
    task_force: TaskForce,
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    **details: object,
) -> None:
    """Write one step of the synthesis to the log of its task force."""
    record(
        session,
        action,
        actor=actor,
        now=now,
        study_id=task_force.study_id,
        task_force_id=task_force.id,
        subject=subject,
        **details,
    )
