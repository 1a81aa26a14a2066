"""Categories: made, renamed and merged by the secretariat; nothing that was sorted into one is ever lost."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Category, Statement, TaskForce
from surveys.rules.permissions import Actor
from surveys.rules.protocol import canonical_digest
from surveys.rules.texts import require_text
from surveys.services.audit import record
from surveys.vocabulary import AuditAction, ViolationCode

NAME_LIMIT = 120
CODE_LIMIT = 48


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What merging would do: which statements move, and a digest of exactly that."""

    source: Category
    target: Category
    statement_ids: tuple[int, ...]
    digest: str


def create_category(
    session: Session,
    *,
    actor: Actor | None,
    study_id: int,
    name: LocalizedText,
    languages: Sequence[str],
    now: datetime,
) -> Category:
    """A new category at the end of the list, named in each of `languages`.

    Raises
    ------
    RuleViolation
        `text_empty`, `text_too_long` or `category_taken`, compared in any language without regard to case.
    """
    cleaned = _checked_name(session, study_id=study_id, name=name, languages=languages)
    last = session.exec(select(func.max(Category.position)).where(Category.study_id == study_id)).one()
    code = _free_code(session, study_id=study_id, name=cleaned.in_language(languages[0]))
    category = Category(study_id=study_id, code=code, name=cleaned, position=(last or 0) + 1)
    session.add(category)
    session.flush()
    _record(session, category, "created", actor=actor, now=now)
    return category


def rename_category(
    session: Session,
    *,
    actor: Actor | None,
    study_id: int,
    category_id: int,
    name: LocalizedText,
    languages: Sequence[str],
    now: datetime,
) -> Category:
    """Give a category other names; its code, and with it every earlier export, stays as it is.

    Raises
    ------
    RuleViolation
        As `create_category`; `category_merged` where it was merged into another.
    NotFound
        Where the study has no such category.
    """
    category = live_category(session, study_id=study_id, category_id=category_id)
    cleaned = _checked_name(session, study_id=study_id, name=name, languages=languages, besides=category_id)
    before = category.name
    if cleaned == before:
        return category
    category.name = cleaned
    session.add(category)
    session.flush()
    _record(session, category, "renamed", actor=actor, now=now, before=before.as_json())
    return category


def preview_merge(session: Session, *, study_id: int, source_id: int, target_id: int) -> MergePreview:
    """What `merge_categories` would do now.

    Raises
    ------
    RuleViolation
        `category_merged` where either was merged already, or both are the same.
    NotFound
        Where the study has no such category.
    """
    source = live_category(session, study_id=study_id, category_id=source_id)
    target = live_category(session, study_id=study_id, category_id=target_id)
    if source_id == target_id:
        raise RuleViolation(ViolationCode.CATEGORY_MERGED)
    moving = session.exec(
        select(Statement.id).where(Statement.category_id == source_id).order_by(col(Statement.id))
    ).all()
    digest = canonical_digest(
        {"source": [source.id, dict(source.name)], "target": [target.id, dict(target.name)], "moving": list(moving)}
    )
    return MergePreview(source=source, target=target, statement_ids=tuple(moving), digest=digest)


def merge_categories(
    session: Session,
    *,
    actor: Actor | None,
    study_id: int,
    source_id: int,
    target_id: int,
    digest: str,
    now: datetime,
) -> int:
    """Move every statement of one category to another; returns how many moved.

    The merged category stays and says into which it went; the log names each statement that moved. `digest` is that
    of the preview the user saw.

    Raises
    ------
    RuleViolation
        `preview_outdated`, or as `preview_merge`.
    """
    preview = preview_merge(session, study_id=study_id, source_id=source_id, target_id=target_id)
    if preview.digest != digest:
        raise RuleViolation(ViolationCode.PREVIEW_OUTDATED)
    for statement in session.exec(select(Statement).where(col(Statement.category_id) == source_id)).all():
        statement.category_id = target_id
        session.add(statement)
    # What was merged into the source earlier now points at where its statements are.
    for earlier in session.exec(select(Category).where(col(Category.merged_into_id) == source_id)).all():
        earlier.merged_into_id = target_id
        session.add(earlier)
    preview.source.merged_into_id = target_id
    session.add(preview.source)
    session.flush()
    _record(
        session,
        preview.source,
        "merged",
        before=preview.source.name.as_json(),
        after=preview.target.name.as_json(),
        actor=actor,
        now=now,
        into=preview.target.name.as_json(),
        into_id=target_id,
        statement_ids=list(preview.statement_ids),
    )
    return len(preview.statement_ids)


def assign_category(
    session: Session,
    *,
    actor: Actor | None,
    study_id: int,
    statement_ids: Sequence[int],
    category_id: int | None,
    now: datetime,
) -> int:
    """Sort statements into a category, or out of any with None; returns how many changed.

    Raises
    ------
    RuleViolation
        `nothing_chosen` without a statement; `unknown_statement` for one of another study; `category_merged`.
    NotFound
        Where the study has no such category.
    """
    category = None if category_id is None else live_category(session, study_id=study_id, category_id=category_id)
    names = dict(session.exec(select(Category.id, Category.name).where(Category.study_id == study_id)).all())
    changed = 0
    for statement in statements_of_study(session, study_id=study_id, statement_ids=statement_ids):
        if statement.category_id == category_id:
            continue
        before, statement.category_id = statement.category_id, category_id
        session.add(statement)
        changed += 1
        record(
            session,
            AuditAction.STATEMENT_CATEGORISED,
            actor=actor,
            now=now,
            study_id=study_id,
            task_force_id=statement.task_force_id,
            subject=f"statement:{statement.id}",
            code=statement.code,
            category_id=category_id,
            name=None if category is None else category.name.as_json(),
            before_id=before,
            before=None if before is None else dict(names[before]),
            after=None if category_id is None else dict(names[category_id]),
        )
    session.flush()
    return changed


def live_category(session: Session, *, study_id: int, category_id: int) -> Category:
    """The category, unless it belongs to another study (NotFound) or was merged away (`category_merged`)."""
    category = session.get(Category, category_id)
    if category is None or category.study_id != study_id:
        raise NotFound(f"category {category_id}")
    if category.merged_into_id is not None:
        raise RuleViolation(ViolationCode.CATEGORY_MERGED)
    return category


def statements_of_study(session: Session, *, study_id: int, statement_ids: Sequence[int]) -> list[Statement]:
    """The chosen statements, each of them in this study; `nothing_chosen` or `unknown_statement` otherwise."""
    wanted = sorted(set(statement_ids))
    if not wanted:
        raise RuleViolation(ViolationCode.NOTHING_CHOSEN)
    found = session.exec(
        select(Statement)
        .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
        .where(col(Statement.id).in_(wanted), TaskForce.study_id == study_id)
        .order_by(col(Statement.id))
    ).all()
    if len(found) != len(wanted):
        raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT)
    return list(found)


def _record(
    session: Session, category: Category, change: str, *, actor: Actor | None, now: datetime, **details: Any
) -> None:
    """One row of the log for everything that happens to a category."""
    record(
        session,
        AuditAction.CATEGORY_CHANGED,
        actor=actor,
        now=now,
        study_id=category.study_id,
        subject=f"category:{category.id}",
        change=change,
        name=category.name.as_json(),
        **{"before": None, "after": category.name.as_json(), **details},
    )


def _checked_name(
    session: Session, *, study_id: int, name: LocalizedText, languages: Sequence[str], besides: int | None = None
) -> LocalizedText:
    cleaned = LocalizedText(
        {language: require_text(name.get(language, ""), limit=NAME_LIMIT) for language in languages}
    )
    others = session.exec(
        select(Category).where(Category.study_id == study_id, col(Category.merged_into_id).is_(None))
    ).all()
    for other in others:
        if other.id != besides and any(
            other.name.get(language, "").casefold() == text.casefold() for language, text in cleaned.items()
        ):
            raise RuleViolation(ViolationCode.CATEGORY_TAKEN)
    return cleaned


def _free_code(session: Session, *, study_id: int, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:CODE_LIMIT] or "category"
    taken = set(session.exec(select(Category.code).where(Category.study_id == study_id)).all())
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(code for code in numbered if code not in taken)
