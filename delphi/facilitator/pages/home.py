"""A facilitator's own task forces, and what is to be done today."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from delphi.facilitator.pages.acts import Act, act_of, state_sentence
from surveys.localized import LocalizedText
from surveys.queries.task_forces import states_of
from surveys.rules.permissions import Actor


@dataclass(frozen=True, slots=True)
class TaskForceLine:
    task_force_id: int
    code: str
    title: LocalizedText
    study_name: LocalizedText
    n_panel: int
    state: str
    act: Act


@dataclass(frozen=True, slots=True)
class HomePage:
    """`today`: task forces that wait for the facilitator; `task_forces`: all of them, by code."""

    today: tuple[TaskForceLine, ...]
    task_forces: tuple[TaskForceLine, ...]


def home_page(session: Session, *, actor: Actor, now: datetime) -> HomePage:
    lines = tuple(
        TaskForceLine(
            task_force_id=state.id,
            code=state.code,
            title=state.title,
            study_name=state.study_name,
            n_panel=state.n_panel,
            state=state_sentence(state),
            act=act_of(state, now=now),
        )
        for state in states_of(session, task_force_ids=actor.facilitates)
    )
    return HomePage(today=tuple(line for line in lines if line.act.is_due), task_forces=lines)
