"""A facilitator's studies: one list for today, then every panel by study with its state and its next act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext, ngettext
from sqlmodel import Session, col, select

from delphi.facilitator.pages.acts import Act, act_of, state_sentence
from delphi.i18n import moment
from surveys.localized import LocalizedText
from surveys.models import PlannedRound, Protocol, Study
from surveys.queries.task_forces import TaskForceState, states_of
from surveys.queries.waiting import Waiting, waiting_in
from surveys.rules.next_act import NextAct
from surveys.rules.permissions import Actor
from surveys.vocabulary import StudyKind

Plans = Mapping[tuple[int, int], PlannedRound]

OPENING = frozenset(
    {
        NextAct.PLAN_IDEAS,
        NextAct.OPEN_ROUND,
        NextAct.SYNTHESISE,
        NextAct.BUILD_ROUND,
        NextAct.REVIEW_COMMENTS,
        NextAct.READ_ANSWERS,
    }
)
"""What lies before the opening of a round: its date is when the act is due."""


@dataclass(frozen=True, slots=True)
class TodayLine:
    """One thing that waits: where, what, why."""

    code: str
    label: str
    address: str
    title: LocalizedText
    reason: str


@dataclass(frozen=True, slots=True)
class TaskForceLine:
    task_force_id: int
    code: str
    title: LocalizedText
    n_panel: int
    state: str
    act: Act
    due: str


@dataclass(frozen=True, slots=True)
class StudyBlock:
    """A study with the panels this person runs in it."""

    study_id: int
    name: LocalizedText
    is_locked: bool
    may_set_up: bool
    summary: str
    task_forces: tuple[TaskForceLine, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    today: tuple[TodayLine, ...]
    studies: tuple[StudyBlock, ...]


def home_page(session: Session, *, actor: Actor, now: datetime) -> HomePage:
    states = states_of(session, task_force_ids=actor.facilitates)
    studies = {state.study_id: state.study_name for state in states}
    locked = _locked(session, study_ids=list(studies))
    plans = _plans(session, study_ids=list(studies))
    waiting = waiting_in(session, task_force_ids=actor.facilitates)
    acts = {state.id: act_of(state, now=now) for state in states}
    today = [
        TodayLine(
            code="",
            label=gettext("Lock the protocol"),
            address=url_for("facilitator.protocol", study_id=study_id),
            title=name,
            reason=gettext("It is a draft; no round is open yet."),
        )
        for study_id, name in studies.items()
        if not locked[study_id] and (study_id in actor.runs or study_id in actor.oversees)
    ]
    copies = _copies(session, study_ids=list(studies))
    for state in states:
        if state.study_id in copies:
            continue
        today += _of_task_force(state, act=acts[state.id], waiting=waiting.get(state.id, Waiting()), plans=plans)
    return HomePage(
        today=tuple(today),
        studies=tuple(
            _block(
                study_id,
                name,
                states=[state for state in states if state.study_id == study_id],
                acts=acts,
                is_locked=locked[study_id],
                may_set_up=study_id in actor.runs or study_id in actor.oversees,
                plans=plans,
            )
            for study_id, name in sorted(studies.items(), reverse=True)
        ),
    )


def _of_task_force(state: TaskForceState, *, act: Act, waiting: Waiting, plans: Plans) -> list[TodayLine]:
    found = []
    if act.is_due:
        reason = " ".join(filter(None, (act.reason, _due(state, act=act, plans=plans))))
        found.append(TodayLine(state.code, act.label, act.address, state.title, reason))
    if waiting.n_remarks:
        label = ngettext("Answer %(num)d remark", "Answer %(num)d remarks", waiting.n_remarks)
        address = url_for("facilitator.synthesis", task_force_id=state.id)
        reason = gettext("An expert says that an idea is missing or distorted.")
        found.append(TodayLine(state.code, label, address, state.title, reason))
    if waiting.n_colleagues:
        label = ngettext("Ask %(num)d suggested colleague", "Ask %(num)d suggested colleagues", waiting.n_colleagues)
        address = url_for("facilitator.task_force", task_force_id=state.id)
        reason = gettext("Nobody has written to them yet.")
        found.append(TodayLine(state.code, label, address, state.title, reason))
    return found


def _block(
    study_id: int,
    name: LocalizedText,
    *,
    states: Sequence[TaskForceState],
    acts: Mapping[int, Act],
    is_locked: bool,
    may_set_up: bool,
    plans: Plans,
) -> StudyBlock:
    return StudyBlock(
        study_id=study_id,
        name=name,
        is_locked=is_locked,
        may_set_up=may_set_up,
        summary=_summary([acts[state.id] for state in states]),
        task_forces=tuple(
            TaskForceLine(
                task_force_id=state.id,
                code=state.code,
                title=state.title,
                n_panel=state.n_panel,
                state=state_sentence(state),
                act=acts[state.id],
                due=_due(state, act=acts[state.id], plans=plans),
            )
            for state in states
        ),
    )


def _summary(acts: Sequence[Act]) -> str:
    """How many panels wait for whom."""
    n_mine = sum(act.is_due for act in acts)
    n_experts = sum(act.name is NextAct.WAIT for act in acts)
    n_done = sum(act.name is NextAct.DONE for act in acts)
    parts = [
        ngettext("%(num)d waits for you", "%(num)d wait for you", n_mine) if n_mine else "",
        ngettext("%(num)d is with the experts", "%(num)d are with the experts", n_experts) if n_experts else "",
        ngettext("%(num)d is published", "%(num)d are published", n_done) if n_done else "",
    ]
    return ", ".join(filter(None, parts))


def _due(state: TaskForceState, *, act: Act, plans: Plans) -> str:
    """When the next act is due, as far as a date is known."""
    standing = state.standing
    if act.name is NextAct.WAIT or act.name is NextAct.CLOSE_ROUND:
        if standing.deadline_at is None:
            return ""
        return gettext("Closes on %(at)s.", at=moment(standing.deadline_at, state.time_zone))
    number = standing.number if act.name is NextAct.OPEN_ROUND else standing.number + 1
    planned = plans.get((state.study_id, number))
    if planned is None or act.name not in OPENING:
        return ""
    return gettext(
        "Round %(number)s is to open on %(at)s.", number=number, at=moment(planned.opens_at, state.time_zone)
    )


def _copies(session: Session, *, study_ids: Sequence[int]) -> set[int]:
    """Pilots and rehearsals: they wait for nobody."""
    query = select(Study.id).where(col(Study.id).in_(study_ids), Study.kind != StudyKind.STUDY)
    return set(session.exec(query).all())


def _locked(session: Session, *, study_ids: Sequence[int]) -> dict[int, bool]:
    rows = session.exec(
        select(Study.id, Protocol.locked_at)
        .join(Protocol, col(Protocol.study_id) == Study.id)
        .where(col(Study.id).in_(study_ids), Protocol.version == 1)
    ).all()
    return {study_id: locked_at is not None for study_id, locked_at in rows}


def _plans(session: Session, *, study_ids: Sequence[int]) -> Plans:
    rows = session.exec(select(PlannedRound).where(col(PlannedRound.study_id).in_(study_ids))).all()
    return {(row.study_id, row.number): row for row in rows}
