"""Changing a statement: its wording and what it hangs on. What was rated keeps the wording it was rated in."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Round, RoundStatement, Statement, StatementVersion, TaskForce
from surveys.rules.permissions import Actor
from surveys.rules.texts import REASON_LIMIT, clean_text
from surveys.rules.wordings import wording_digest
from surveys.services.audit import record
from surveys.services.desk_steps import note_step
from surveys.services.synthesis import clean_wording
from surveys.vocabulary import AuditAction, DeskStepKind, RoundStatus, ViolationCode


def edit_wording(
    session: Session,
    *,
    actor: Actor,
    statement_id: int,
    text: LocalizedText,
    seen: str,
    as_new_version: bool,
    reason: str = "",
    is_step: bool = True,
    now: datetime,
) -> StatementVersion:
    """Change a statement's wording; a planned round that asks it takes the new one.

    Once a round has asked the statement a change always makes a new version, and needs a reason. Before, it may
    correct the version in place; the log keeps what it read before. An unchanged text changes nothing.

    Parameters
    ----------
    seen : `wording_digest` of the version the editor had before them
    is_step : whether it goes into the journal of the desk, to be undone; undoing itself does not

    Raises
    ------
    RuleViolation
        `edited_meanwhile` where the newest version is not the one seen, `text_empty`, `text_too_long`,
        `reason_missing`.
    """
    statement, task_force = _hold(session, statement_id=statement_id)
    newest = newest_version(session, statement_id=statement_id)
    if seen != wording_digest(version_id=newest.id, text=newest.text):
        raise RuleViolation(ViolationCode.EDITED_MEANWHILE)
    wording = clean_wording(text)
    if wording == newest.text:
        return newest
    words = clean_text(reason, limit=REASON_LIMIT)
    asked = was_asked(session, statement_id=statement_id)
    if asked and not words:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    before, before_id = newest.text, newest.id
    version = newest
    if asked or as_new_version:
        version = StatementVersion(
            statement_id=statement_id,
            number=newest.number + 1,
            text=wording,
            author_id=actor.person_id,
            reason=words,
            created_at=now,
        )
    else:
        version.text = wording
    _put_on_planned_rounds(session, version, task_force=task_force)
    if is_step:
        note_step(
            session,
            DeskStepKind.REWORDED,
            task_force_id=task_force.id,
            subject_id=statement_id,
            actor=actor,
            now=now,
            before={"text": before.as_json(), "version": before_id},
            after={"text": wording.as_json(), "version": version.id, "reason": words},
        )
    _record(
        session,
        statement,
        task_force=task_force,
        actor=actor,
        now=now,
        what="wording",
        version=version.number,
        before=before.as_json(),
        after=wording.as_json(),
        reason=words,
    )
    return version


def edit_translation(
    session: Session, *, actor: Actor, statement_id: int, language: str, words: str, now: datetime
) -> StatementVersion:
    """Change a statement in one language, its meaning kept; what was rated stays comparable.

    Once a round has asked it this is a version of its own, so that everybody's answers stay with what they read.
    Raises `NotFound`, `text_too_long`.
    """
    statement, task_force = _hold(session, statement_id=statement_id)
    newest = newest_version(session, statement_id=statement_id)
    before, wording = newest.text, clean_wording(newest.text.with_text(language, words))
    version = newest
    if was_asked(session, statement_id=statement_id):
        version = StatementVersion(
            statement_id=statement_id,
            number=newest.number + 1,
            text=wording,
            author_id=actor.person_id,
            meaning_number=newest.meaning,
            created_at=now,
        )
    else:
        version.text = wording
    _put_on_planned_rounds(session, version, task_force=task_force)
    _record(
        session,
        statement,
        task_force=task_force,
        actor=actor,
        now=now,
        what="translation",
        language=language,
        version=version.number,
        before=before.as_json(),
        after=wording.as_json(),
    )
    return version


def newest_version(session: Session, *, statement_id: int) -> StatementVersion:
    """The wording that stands, read afresh; `NotFound` where there is none."""
    newest = session.exec(
        select(StatementVersion)
        .where(StatementVersion.statement_id == statement_id)
        .order_by(col(StatementVersion.number).desc())
        .execution_options(populate_existing=True)
    ).first()
    if newest is None:
        raise NotFound
    return newest


def _put_on_planned_rounds(session: Session, version: StatementVersion, *, task_force: TaskForce) -> None:
    session.add(version)
    session.flush()
    planned = select(Round.id).where(Round.task_force_id == task_force.id, Round.status == RoundStatus.PLANNED)
    session.connection().execute(
        update(RoundStatement)
        .where(col(RoundStatement.statement_id) == version.statement_id, col(RoundStatement.round_id).in_(planned))
        .values(version_id=version.id)
    )


def link_statement(
    session: Session, *, actor: Actor, statement_id: int, parent_id: int | None, now: datetime
) -> Statement:
    """Say what a statement hangs on: a cause on its problem, an obstacle on its activity; None for nothing.

    Raises `parent_mismatch` for a statement of another kind than `StatementKind.parent_kind`, `NotFound` for one of
    another task force or one that was taken back.
    """
    statement, task_force = _hold(session, statement_id=statement_id)
    code = None
    before = None if statement.parent_id is None else session.get_one(Statement, statement.parent_id).code
    if parent_id is not None:
        parent = session.get(Statement, parent_id)
        if parent is None or parent.task_force_id != statement.task_force_id or parent.retired_at is not None:
            raise NotFound
        if parent.kind is not statement.kind.parent_kind:
            raise RuleViolation(ViolationCode.PARENT_MISMATCH)
        code = parent.code
    if statement.parent_id == parent_id:
        return statement
    note_step(
        session,
        DeskStepKind.LINKED,
        task_force_id=task_force.id,
        subject_id=statement_id,
        actor=actor,
        now=now,
        before={"parent": statement.parent_id},
        after={"parent": parent_id},
    )
    statement.parent_id = parent_id
    session.add(statement)
    linked = {"what": "parent", "parent": code, "before": before, "after": code}
    _record(session, statement, task_force=task_force, actor=actor, now=now, **linked)
    return statement


def was_asked(session: Session, *, statement_id: int) -> bool:
    """Whether a round that has opened asks this statement, so that its wording is held."""
    query = (
        select(RoundStatement.round_id)
        .join(Round, col(Round.id) == RoundStatement.round_id)
        .where(RoundStatement.statement_id == statement_id, Round.status != RoundStatus.PLANNED)
    )
    return session.exec(query).first() is not None


def _hold(session: Session, *, statement_id: int) -> tuple[Statement, TaskForce]:
    """The statement, locked until the transaction ends, and its task force."""
    statement = session.exec(
        select(Statement)
        .where(Statement.id == statement_id, col(Statement.retired_at).is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if statement is None:
        raise NotFound
    return statement, session.get_one(TaskForce, statement.task_force_id)


def _record(
    session: Session, statement: Statement, *, task_force: TaskForce, actor: Actor, now: datetime, **details: object
) -> None:
    record(
        session,
        AuditAction.STATEMENT_EDITED,
        actor=actor,
        now=now,
        study_id=task_force.study_id,
        task_force_id=task_force.id,
        subject=f"statement:{statement.id}",
        statement=statement.code,
        **details,
    )
    session.flush()
