"""Pilots and rehearsals: what a copy of the study has shown so far."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from sqlmodel import Session, col, select

from delphi.facilitator.pages.launch_checks import is_worker_awake
from delphi.facilitator.pages.place import Place, place_of
from delphi.i18n import LANGUAGE_NAMES
from delphi.sentences import KINDS
from surveys.localized import LocalizedText
from surveys.models import OutboxMessage, Round, Statement
from surveys.queries.pilots import PilotReader, copies_of, notes_of, pilot_round_of, readers_of
from surveys.queries.rehearsals import RehearsalProgress, has_ended_early, progress_of_rehearsal
from surveys.rules.permissions import Actor
from surveys.rules.pilot_timing import median_minutes
from surveys.services.freezing import protocol_of
from surveys.services.rehearsal import FEWEST_ROUNDS
from surveys.vocabulary import MessageKind, OutboxStatus, RoundKind, StatementKind, StudyKind

MOST_MINUTES = 20
MAILS: dict[MessageKind, Any] = {
    MessageKind.INVITATION: _l("Invitation"),
    MessageKind.REMINDER: _l("Reminder"),
    MessageKind.ROUND_OPENED: _l("Round opened"),
    MessageKind.ROUND_RESULTS: _l("Round results"),
    MessageKind.THANKS: _l("Thanks"),
}


@dataclass(frozen=True, slots=True)
class ReaderLine:
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class NoteLine:
    label: str
    text: LocalizedText
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class PilotPage:
    place: Place
    round_id: int
    number: int
    is_running: bool
    median: int | None
    taken: int | None
    """The minutes that the invitation says."""
    most_minutes: int
    readers: tuple[ReaderLine, ...]
    notes: tuple[NoteLine, ...]
    typed: dict[str, str]
    problem: str


@dataclass(frozen=True, slots=True)
class HeldMails:
    kind: str
    language: str
    n: int


@dataclass(frozen=True, slots=True)
class RehearsalPage:
    place: Place
    copy_id: int | None
    n_rounds: int
    n_statements: int
    """Of the copy once it was played, of the real task force before."""
    n_mails: int
    mails: tuple[HeldMails, ...]
    board_round_id: int | None
    progress: RehearsalProgress | None
    """How far the worker is; None where nothing is played now."""
    n_done: int
    n_steps: int
    """The same as parts of a bar: experts who sent their answers, over all rounds of the protocol."""
    is_worker_awake: bool
    has_ended_early: bool
    """The last rehearsal could not be played to its end."""
    problem: str


def pilot_page(session: Session, *, round_id: int, actor: Actor, typed: dict[str, str], problem: str = "") -> PilotPage:
    round_ = session.get_one(Round, round_id)
    pilot = pilot_round_of(session, round_id=round_id)
    readers = readers_of(session, round_id=pilot.id) if pilot is not None else ()
    notes = notes_of(session, round_id=pilot.id) if pilot is not None else ()
    return PilotPage(
        place=place_of(session, task_force_id=round_.task_force_id, actor=actor),
        round_id=round_id,
        number=round_.number,
        is_running=pilot is not None,
        median=median_minutes([one.at_work for one in readers if one.at_work is not None]),
        taken=round_.minutes,
        most_minutes=MOST_MINUTES,
        readers=tuple(ReaderLine(one.name, _state(one)) for one in readers),
        notes=tuple(NoteLine(_label(one.code), one.text, one.note, one.by) for one in notes),
        typed=typed,
        problem=problem,
    )


def rehearsal_page(
    session: Session, *, task_force_id: int, actor: Actor, now: datetime, problem: str = ""
) -> RehearsalPage:
    played = next(iter(copies_of(session, task_force_id=task_force_id, kind=StudyKind.REHEARSAL)), None)
    shown_id = played.id if played is not None else task_force_id
    n_statements = len(
        session.exec(
            select(Statement.id).where(Statement.task_force_id == shown_id, col(Statement.retired_at).is_(None))
        ).all()
    )
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    rounds = (
        session.exec(select(Round).where(Round.task_force_id == played.id).order_by(col(Round.number))).all()
        if played is not None
        else []
    )
    progress = progress_of_rehearsal(session, task_force_id=played.id) if played is not None else None
    n_rounds = max(FEWEST_ROUNDS, protocol_of(session, study_id=place.study_id).max_rounds)
    mails = _held_mails(session, study_id=played.study_id) if played is not None else ()
    rated = [round_.id for round_ in rounds if round_.kind is RoundKind.RATING]
    return RehearsalPage(
        place=place,
        copy_id=played.id if played is not None else None,
        n_rounds=n_rounds if progress is not None else len(rounds),
        n_statements=n_statements,
        n_mails=sum(one.n for one in mails),
        mails=mails,
        board_round_id=rated[-1] if rated else None,
        progress=progress,
        n_done=(progress.number - 1) * progress.n_players + progress.n_sent if progress is not None else 0,
        n_steps=n_rounds * progress.n_players if progress is not None else 1,
        is_worker_awake=progress is None or is_worker_awake(session, now=now),
        has_ended_early=played is None and has_ended_early(session, task_force_id=task_force_id),
        problem=problem,
    )


def _held_mails(session: Session, *, study_id: int) -> tuple[HeldMails, ...]:
    mails: Counter[tuple[str, str]] = Counter(
        session.exec(
            select(OutboxMessage.kind, OutboxMessage.language).where(
                OutboxMessage.study_id == study_id, OutboxMessage.status == OutboxStatus.HELD
            )
        ).all()
    )
    return tuple(
        HeldMails(str(MAILS.get(MessageKind(kind), kind)), LANGUAGE_NAMES.get(code, code), n)
        for (kind, code), n in sorted(mails.items())
    )


def _state(reader: PilotReader) -> str:
    if reader.at_work is not None:
        minutes = max(1, ceil(reader.at_work.total_seconds() / 60))
        return ngettext("Finished in %(num)d minute", "Finished in %(num)d minutes", minutes)
    return gettext("Has opened the link") if reader.has_opened else gettext("Not opened yet")


def _label(code: str) -> str:
    return str(KINDS[StatementKind(code)]) if code in set(StatementKind) else code
