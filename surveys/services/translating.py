"""The translation desk: saving one text in one language, and approving what was looked at."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Question, Study, TaskForce, Translation
from surveys.queries.questions import asked_from
from surveys.queries.translations import DeskText, texts_of_task_force
from surveys.rules.permissions import Actor
from surveys.rules.texts import STATEMENT_LIMIT, clean_text
from surveys.rules.translating import text_mark
from surveys.services.audit import record
from surveys.services.questions import edit_question
from surveys.services.wording import edit_translation
from surveys.vocabulary import AuditAction, TranslationState, ViolationCode

STUDY_TEXT_LIMIT = 4000


def save_translation(
    session: Session,
    *,
    actor: Actor,
    task_force_id: int,
    subject: str,
    language: str,
    text: str,
    seen: str,
    approve: bool,
    now: datetime,
) -> DeskText:
    """Put a text into a language; it counts as an edit of that language only, so ratings of a statement stay.

    Parameters
    ----------
    seen : mark of the text in that language as the translator had it before them
    approve : whether somebody has checked it; otherwise it waits to be checked

    Raises
    ------
    NotFound
        The task force has no such text.
    RuleViolation
        `edited_meanwhile` where it reads otherwise than what was seen, `text_empty`, `text_too_long`,
        `source_missing`, `protocol_locked` for a text of the study that is there already.
    """
    found = find_text(session, task_force_id=task_force_id, subject=subject)
    if found.mark(language) != seen:
        raise RuleViolation(ViolationCode.EDITED_MEANWHILE)
    words = clean_text(text, limit=STUDY_TEXT_LIMIT if found.is_fixed else STATEMENT_LIMIT)
    if not words:
        raise RuleViolation(ViolationCode.TEXT_EMPTY)
    source_language = _source(found, language=language)
    if words != found.text.get(language, ""):
        _store(session, found, actor=actor, language=language, words=words, now=now)
    _note(
        session,
        task_force_id=task_force_id,
        found=replace(found, text=found.text.with_text(language, words)),
        language=language,
        source_language=source_language,
        is_approved=approve,
        actor=actor,
        now=now,
    )
    _record(
        session,
        AuditAction.TRANSLATION_SAVED,
        actor=actor,
        task_force_id=task_force_id,
        now=now,
        subject=subject,
        code=found.code,
        language=language,
        before=found.text.get(language, ""),
        after=words,
        text=words,
        approved=approve,
    )
    return find_text(session, task_force_id=task_force_id, subject=subject)


def approve_translations(
    session: Session,
    *,
    actor: Actor,
    task_force_id: int,
    language: str,
    seen: Mapping[str, tuple[str, str]],
    now: datetime,
) -> tuple[int, tuple[str, ...]]:
    """Approve texts as they were seen; how many were, and the codes of those that changed meanwhile and were not.

    `seen` maps a subject to the marks of its source and of its translation. What is missing cannot be approved.
    Raises `nothing_chosen` where nothing was chosen, `NotFound` for a text of another task force.
    """
    if not seen:
        raise RuleViolation(ViolationCode.NOTHING_CHOSEN)
    texts = {one.subject: one for one in texts_of_task_force(session, task_force_id=task_force_id)}
    if set(seen) - set(texts):
        raise NotFound
    changed, n_approved = [], 0
    for subject, marks in seen.items():
        found = texts[subject]
        source = _source(found, language=language)
        is_same = marks == (found.mark(source), found.mark(language))
        if not is_same or found.states[language] is TranslationState.MISSING:
            changed.append(found.code)
            continue
        n_approved += 1
        _note(
            session,
            task_force_id=task_force_id,
            found=found,
            language=language,
            source_language=source,
            is_approved=True,
            actor=actor,
            now=now,
        )
    if n_approved:
        _record(
            session,
            AuditAction.TRANSLATION_APPROVED,
            actor=actor,
            task_force_id=task_force_id,
            now=now,
            subject="",
            language=language,
            n=n_approved,
        )
    return n_approved, tuple(changed)


def find_text(session: Session, *, task_force_id: int, subject: str) -> DeskText:
    """One text of the desk; `NotFound` where this task force has none of that name."""
    texts = texts_of_task_force(session, task_force_id=task_force_id)
    found = next((one for one in texts if one.subject == subject), None)
    if found is None:
        raise NotFound
    return found


def _source(found: DeskText, *, language: str) -> str:
    """The language to translate from: that of the source, or for the source itself one that it has a text in."""
    if found.source_language != language:
        return found.source_language
    other = next((one for one in found.text if one != language), None)
    if other is None:
        raise RuleViolation(ViolationCode.SOURCE_MISSING)
    return other


def _store(session: Session, found: DeskText, *, actor: Actor, language: str, words: str, now: datetime) -> None:
    table, _, rest = found.subject.partition(":")
    number, _, part = rest.partition(":")
    if table == "statement":
        edit_translation(session, actor=actor, statement_id=int(number), language=language, words=words, now=now)
    elif table == "question":
        _store_question(session, int(number), part=part, actor=actor, language=language, words=words, now=now)
    else:
        if found.text.get(language):
            raise RuleViolation(ViolationCode.PROTOCOL_LOCKED)
        study = session.get_one(Study, int(number))
        setattr(study, part, found.text.with_text(language, words))
        session.add(study)
        session.flush()


def _store_question(
    session: Session, question_id: int, *, part: str, actor: Actor, language: str, words: str, now: datetime
) -> None:
    stored = session.get_one(Question, question_id)
    asked = asked_from(stored)

    def put(text: LocalizedText, name: str) -> LocalizedText:
        return text.with_text(language, words) if name == part else text

    edit_question(
        session,
        actor=actor,
        round_id=stored.round_id,
        question_id=question_id,
        question=replace(
            asked,
            text=put(asked.text, "text"),
            hint=put(asked.hint, "hint"),
            options=tuple(replace(one, text=put(one.text, f"option:{one.code}")) for one in asked.options),
            groups=tuple(replace(one, text=put(one.text, f"group:{one.code}")) for one in asked.groups),
        ),
        now=now,
    )


def _note(
    session: Session,
    *,
    task_force_id: int,
    found: DeskText,
    language: str,
    source_language: str,
    is_approved: bool,
    actor: Actor,
    now: datetime,
) -> None:
    study_id = session.exec(select(TaskForce.study_id).where(TaskForce.id == task_force_id)).one()
    row = session.exec(
        select(Translation).where(
            Translation.study_id == study_id, Translation.subject == found.subject, Translation.language == language
        )
    ).first()
    state: dict[str, Any] = {
        "source_language": source_language,
        "source_digest": text_mark(found.text.get(source_language, "")),
        "text_digest": found.mark(language),
        "is_approved": is_approved,
        "actor_id": actor.person_id,
        "changed_at": now,
    }
    if row is None:
        named: dict[str, Any] = {"study_id": study_id, "subject": found.subject, "language": language}
        row = Translation(**named, **state)
    else:
        row.sqlmodel_update(state)
    session.add(row)
    session.flush()


def _record(
    session: Session,
    action: AuditAction,
    *,
    actor: Actor,
    task_force_id: int,
    now: datetime,
    subject: str,
    **details: object,
) -> None:
    study_id = session.exec(select(TaskForce.study_id).where(TaskForce.id == task_force_id)).one()
    record(
        session,
        action,
        actor=actor,
        now=now,
        study_id=study_id,
        task_force_id=task_force_id,
        subject=subject,
        **details,
    )
    session.flush()
