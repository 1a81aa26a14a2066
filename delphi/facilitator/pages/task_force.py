"""One task force: its objective, its protocol, its rounds, who takes part in the open one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlmodel import Session, col, select

from delphi import sentences
from delphi.facilitator.forms import DeadlineForm
from delphi.facilitator.pages.acts import Act, act_of, state_sentence
from delphi.facilitator.pages.place import Place, place_of
from delphi.sentences.protocol import protocol_sentences
from surveys.models import ObjectiveVersion, Protocol, Question, Round, RoundStatement, Snapshot, TaskForce
from surveys.queries.after import Stayer, SuggestedColleague, colleagues_to_ask, stayers
from surveys.queries.answer_reviews import n_unread_in
from surveys.queries.held_languages import held_languages
from surveys.queries.participation import IN_PANEL, PanellistProgress, progress_of_panel
from surveys.queries.questionnaire import criteria_of_study
from surveys.queries.task_forces import states_of
from surveys.rules.permissions import Actor
from surveys.rules.protocol import ProtocolSettings
from surveys.rules.questions import QUESTION_KINDS
from surveys.services.chasing import reminders_sent
from surveys.services.reopening import REOPEN_WITHIN
from surveys.vocabulary import QuestionKind, RoundKind, RoundStatus


@dataclass(frozen=True, slots=True)
class RoundLine:
    round_id: int
    number: int
    kind: RoundKind
    status: RoundStatus
    opened_at: datetime | None
    deadline_at: datetime | None
    closed_at: datetime | None
    n_statements: int
    n_questions: int
    n_texts: int
    """Of those the questions that ask for a text."""
    n_unread: int
    """Texts that nobody has read over; 0 while the round is not closed."""
    n_answered: int | None
    n_eligible: int | None
    may_reopen: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Whether somebody has finished; never an answer, and no language: a lone French speaker's ideas would be named."""

    name: str
    state: str
    is_unfinished: bool


@dataclass(frozen=True, slots=True)
class OpenRound:
    """The open round: who takes part, whether a reminder may go out, and more time."""

    round_id: int
    number: int
    deadline_at: datetime | None
    people: tuple[PersonLine, ...]
    n_unfinished: int
    n_reminders: int
    reminders_at_most: int
    next_reminder_at: datetime | None
    may_remind: bool


@dataclass(frozen=True, slots=True)
class TaskForcePage:
    place: Place
    objective: ObjectiveVersion
    protocol: tuple[str, ...]
    fingerprint: str
    locked_at: datetime | None
    amendment: str
    n_panel: int
    state: str
    act: Act
    rounds: tuple[RoundLine, ...]
    open_round: OpenRound | None
    form: DeadlineForm
    colleagues: tuple[SuggestedColleague, ...]
    """Named by experts who said no; nobody has written to them yet."""
    stayers: tuple[Stayer, ...]
    problem: str
    is_new: bool
    """No round yet: the first one is planned from here."""


def task_force_page(
    session: Session, *, task_force_id: int, actor: Actor, now: datetime, form: DeadlineForm, problem: str = ""
) -> TaskForcePage:
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    task_force = session.get_one(TaskForce, task_force_id)
    objective = session.exec(
        select(ObjectiveVersion)
        .where(ObjectiveVersion.objective_id == task_force.objective_id)
        .order_by(col(ObjectiveVersion.version).desc())
    ).first()
    protocol = session.exec(
        select(Protocol).where(Protocol.study_id == place.study_id).order_by(col(Protocol.version).desc())
    ).first()
    if objective is None or protocol is None:
        raise LookupError(f"task force {task_force_id} has no objective text or no protocol")
    settings = ProtocolSettings.from_json(protocol.settings)
    names = {criterion.code: criterion.name for criterion in criteria_of_study(session, study_id=place.study_id)}
    state = states_of(session, task_force_ids=[task_force_id])[0]
    rounds = _rounds(session, task_force_id=task_force_id, now=now)
    open_round = next((round_ for round_ in rounds if round_.status is RoundStatus.OPEN), None)
    if open_round is not None and open_round.deadline_at is not None and form.deadline.raw_data is None:
        form.deadline.data = open_round.deadline_at.astimezone(ZoneInfo(place.time_zone)).replace(tzinfo=None)
    return TaskForcePage(
        place=place,
        objective=objective,
        protocol=tuple(protocol_sentences(settings, names=names)),
        fingerprint=f"{protocol.fingerprint[:4]}·{protocol.fingerprint[4:8]}",
        locked_at=protocol.locked_at,
        amendment=protocol.reason if protocol.version > 1 else "",
        n_panel=state.n_panel,
        state=state_sentence(state),
        act=act_of(state, now=now),
        rounds=rounds,
        open_round=_open_round(session, open_round, settings=settings, now=now) if open_round else None,
        form=form,
        colleagues=tuple(colleagues_to_ask(session, task_force_id=task_force_id)),
        stayers=tuple(stayers(session, task_force_id=task_force_id)),
        problem=problem,
        is_new=not rounds,
    )


def _rounds(session: Session, *, task_force_id: int, now: datetime) -> tuple[RoundLine, ...]:
    rounds = session.exec(select(Round).where(Round.task_force_id == task_force_id).order_by(col(Round.number))).all()
    ids = [round_.id for round_ in rounds]
    last = next((one for one in reversed(rounds) if one.status is not RoundStatus.PLANNED), None)
    asked = session.exec(select(RoundStatement.round_id).where(col(RoundStatement.round_id).in_(ids))).all()
    asked_kinds = session.exec(select(Question.round_id, Question.kind).where(col(Question.round_id).in_(ids))).all()
    questions = [round_id for round_id, _ in asked_kinds]
    texts = [round_id for round_id, kind in asked_kinds if not QUESTION_KINDS[QuestionKind(kind)].is_counted]
    unread = n_unread_in(session, round_ids=[one.id for one in rounds if one.status is RoundStatus.CLOSED])
    snapshots = {
        snapshot.round_id: snapshot
        for snapshot in session.exec(
            select(Snapshot).where(col(Snapshot.round_id).in_(ids)).order_by(col(Snapshot.number))
        ).all()
    }
    return tuple(
        RoundLine(
            round_id=round_.id,
            number=round_.number,
            kind=round_.kind,
            status=round_.status,
            opened_at=round_.opened_at,
            deadline_at=round_.deadline_at,
            closed_at=round_.closed_at,
            n_statements=asked.count(round_.id),
            n_questions=questions.count(round_.id),
            n_texts=texts.count(round_.id),
            n_unread=unread.get(round_.id, 0),
            n_answered=snapshots[round_.id].n_answered if round_.id in snapshots else None,
            n_eligible=snapshots[round_.id].n_eligible if round_.id in snapshots else None,
            may_reopen=round_ is last and round_.closed_at is not None and now <= round_.closed_at + REOPEN_WITHIN,
        )
        for round_ in rounds
    )


def _open_round(session: Session, line: RoundLine, *, settings: ProtocolSettings, now: datetime) -> OpenRound:
    progress = progress_of_panel(session, round_=session.get_one(Round, line.round_id))
    held = held_languages(session, round_id=line.round_id)
    people = tuple(
        PersonLine(
            name=one.name,
            state=gettext("Waits for the translation") if one.language in held else _progress_words(one),
            is_unfinished=_is_unfinished(one) and one.language not in held,
        )
        for one in progress
    )
    sent = reminders_sent(session, round_id=line.round_id)
    next_at = sent[-1] + timedelta(hours=settings.reminder_gap_hours) if sent else None
    n_unfinished = sum(person.is_unfinished for person in people)
    is_free = next_at is None or next_at <= now
    return OpenRound(
        round_id=line.round_id,
        number=line.number,
        deadline_at=line.deadline_at,
        people=people,
        n_unfinished=n_unfinished,
        n_reminders=len(sent),
        reminders_at_most=settings.reminders_at_most,
        next_reminder_at=None if is_free else next_at,
        may_remind=n_unfinished > 0 and is_free and len(sent) < settings.reminders_at_most,
    )


def _is_unfinished(one: PanellistProgress) -> bool:
    return one.membership in IN_PANEL and not one.has_submitted


def _progress_words(one: PanellistProgress) -> str:
    if one.membership not in IN_PANEL:
        return str(sentences.MEMBERSHIPS[one.membership])
    if one.is_on_paper:
        return gettext("Finished, on paper")
    if one.has_submitted:
        return gettext("Finished")
    return gettext("Started") if one.has_started else gettext("Not started")
