"""Where a page of a task force is: names for its head, and the parts of the work this visitor may open."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Round, Statement, Study, TaskForce
from surveys.queries.colleges import colleges_to_name
from surveys.queries.task_forces import current_titles
from surveys.rules.permissions import Actor, Subject, is_allowed
from surveys.services.freezing import protocol_of
from surveys.vocabulary import Permission, RoundKind, RoundStatus, StudyKind


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A task force as every page about it names it."""

    task_force_id: int
    code: str
    title: LocalizedText
    study_id: int
    study_name: LocalizedText
    time_zone: str
    languages: tuple[str, ...]
    may_facilitate: bool
    kind: StudyKind
    """A pilot or a rehearsal says so on every page."""
    original_id: int | None
    """The task force it was copied from."""
    tabs: tuple[Tab, ...]


def place_of(session: Session, *, task_force_id: int, actor: Actor) -> Place:
    """The head of a page about a task force."""
    task_force = session.get_one(TaskForce, task_force_id)
    study = session.get_one(Study, task_force.study_id)
    may_facilitate = is_allowed(
        Permission.FACILITATE, actor=actor, subject=Subject(study_id=study.id, task_force_id=task_force_id)
    )
    return Place(
        task_force_id=task_force_id,
        code=task_force.code,
        title=current_titles(session, objective_ids=[task_force.objective_id])[task_force.objective_id],
        study_id=study.id,
        study_name=study.name,
        time_zone=study.time_zone,
        languages=tuple(study.languages),
        may_facilitate=may_facilitate,
        kind=study.kind,
        original_id=task_force.copy_of_id,
        tabs=tuple(_tabs(session, task_force_id=task_force_id, may_facilitate=may_facilitate)),
    )


def colleges_of_place(session: Session, *, place: Place) -> dict[str, LocalizedText]:
    """The colleges that a result on this task force's pages may name."""
    settings = protocol_of(session, study_id=place.study_id)
    return colleges_to_name(session, task_force_id=place.task_force_id, min_group_size=settings.min_group_size)


def _tabs(session: Session, *, task_force_id: int, may_facilitate: bool) -> list[Tab]:
    closed = session.exec(
        select(Round.kind, Round.id)
        .where(Round.task_force_id == task_force_id, Round.status == RoundStatus.CLOSED)
        .order_by(col(Round.number))
    ).all()
    made = select(Statement.id).where(Statement.task_force_id == task_force_id).limit(1)
    has_statements = session.exec(made).first() is not None
    rated = [round_id for kind, round_id in closed if kind is RoundKind.RATING]
    tabs = []
    if may_facilitate:
        address = url_for("facilitator.task_force", task_force_id=task_force_id)
        tabs.append(Tab(gettext("Overview"), address, "overview"))
        address = url_for("facilitator.panel", task_force_id=task_force_id)
        tabs.append(Tab(gettext("Panel"), address, "panel"))
    if may_facilitate and closed:
        address = url_for("facilitator.synthesis", task_force_id=task_force_id)
        tabs.append(Tab(gettext("Synthesis"), address, "synthesis"))
    if may_facilitate and has_statements:
        address = url_for("facilitator.translations", task_force_id=task_force_id)
        tabs.append(Tab(gettext("Translations"), address, "translations"))
    if rated:
        tabs.append(Tab(gettext("Consensus"), url_for("facilitator.board", round_id=rated[-1]), "board"))
        address = url_for("facilitator.outcome", task_force_id=task_force_id)
        tabs.append(Tab(gettext("Outcomes"), address, "outcome"))
    if may_facilitate:
        tabs.append(Tab(gettext("Log"), url_for("facilitator.log", task_force_id=task_force_id), "log"))
    return tabs
