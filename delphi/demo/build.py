"""Builds the demo study in one transaction, by the services a real study uses; only answers are written in bulk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from delphi.database import Database
from delphi.demo.content import demo_framework, demo_texts
from delphi.demo.decisions import Made, publish, sort_and_decide
from delphi.demo.desk import read_answers_over, review_comments, synthesise
from delphi.demo.ideas_round import play_ideas_round
from delphi.demo.panels import DemoPanel, demo_panels
from delphi.demo.people import demo_people
from delphi.demo.rating_rounds import play_rating_round
from delphi.demo.stages import DemoStage, Position
from surveys.models import OutboxMessage, Panellist, Person, StaffRole, Study, TaskForce
from surveys.rules.permissions import Actor
from surveys.services.framework_import import import_framework
from surveys.services.panel_import import import_panel
from surveys.services.sign_in import ensure_invitation
from surveys.vocabulary import Audience, OutboxStatus, Role

SLUG = "soils"
DEFAULT_SEED = 1
PREPARED = timedelta(days=120)
"""How long ago framework and panel were imported, well before the first round of the furthest task force."""
REVIEWED_AFTER_ROUND_2 = 0.6
"""Share of comments that are reviewed where the facilitator is still at it."""


@dataclass(frozen=True, slots=True)
class DemoLinks:
    """What is needed to print three addresses: `/r/<expert_token>` and the two staff pages of demo mode."""

    study_id: int
    expert_person_id: int
    expert_name: str
    expert_token: str
    facilitator_person_id: int
    secretariat_person_id: int


def build_demo(database: Database, *, stage: DemoStage, seed: int, secret_key: str, now: datetime) -> DemoLinks:
    """Add the demo study to a database that has the schema.

    The same stage and seed give the same study (see `demo_digest`) but for ids, dates and secrets.

    Raises
    ------
    RuleViolation
        `study_exists` where the demo was built before.
    """
    with database.writing() as session:
        study_id = _prepare(session, now=now - PREPARED)
        panels = demo_panels(session, study_id=study_id, stage=stage, seed=seed, now=now)
        work = [(panel, _play(session, panel)) for panel in panels]
        for panel in panels:
            if panel.position is Position.FINISHED:
                publish(session, panel)
        secretary = Actor(
            person_id=_person(session, demo_people().secretariat).id,
            audience=Audience.STAFF,
            oversees=frozenset({study_id}),
        )
        sort_and_decide(session, work, secretary=secretary, stage=stage)
        _deliver_mail(session, study_id=study_id)
        return _invite(session, study_id=study_id, secret_key=secret_key, now=now - PREPARED)


def _prepare(session: Session, *, now: datetime) -> int:
    imported = import_framework(session, framework=demo_framework(), texts=demo_texts(), slug=SLUG, actor=None, now=now)
    import_panel(session, study_id=imported.study_id, panel=demo_people().panel, actor=None, now=now)
    secretary = _person(session, demo_people().secretariat)
    study = session.get_one(Study, imported.study_id)
    study.contact_name, study.contact_email = secretary.name, secretary.email
    session.add(study)
    session.flush()
    return imported.study_id


def _play(session: Session, panel: DemoPanel) -> Made:
    """Everything that happened in one task force until now; its statements by their keys."""
    if panel.position < Position.ROUND_1_OPEN:
        return {}
    ideas = play_ideas_round(session, panel)
    if panel.position < Position.ROUND_1_CLOSED:
        return {}
    made = synthesise(session, panel, ideas)
    if panel.position < Position.ROUND_2_OPEN:
        return made
    is_open = panel.position is Position.ROUND_2_OPEN
    second = play_rating_round(session, panel, number=2, is_open=is_open, statements=made)
    if is_open:
        return made
    is_reviewing = panel.position is Position.ROUND_2_CLOSED
    review_comments(session, panel, round_id=second, share=REVIEWED_AFTER_ROUND_2 if is_reviewing else 1.0)
    if not is_reviewing:
        is_open = panel.position is Position.ROUND_3_OPEN
        third = play_rating_round(session, panel, number=3, is_open=is_open, statements=made)
        if not is_open:
            read_answers_over(session, panel, round_id=third, number=3)
    return made


def _deliver_mail(session: Session, *, study_id: int) -> None:
    """The mails of the past were sent long ago; a worker that starts now must not send them again."""
    session.flush()
    session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.study_id) == study_id)
        .values(status=OutboxStatus.SENT, sent_at=col(OutboxMessage.created_at), attempts=1)
    )


def _invite(session: Session, *, study_id: int, secret_key: str, now: datetime) -> DemoLinks:
    person_ids = session.exec(
        select(Panellist.person_id)
        .join(TaskForce, col(TaskForce.id) == Panellist.task_force_id)
        .where(TaskForce.study_id == study_id, col(Panellist.person_id).is_not(None))
        .distinct()
    ).all()
    tokens = {
        person_id: ensure_invitation(session, person_id=person_id, study_id=study_id, secret_key=secret_key, now=now)[1]
        for person_id in sorted(person_id for person_id in person_ids if person_id is not None)
    }
    expert = _person(session, demo_people().expert)
    return DemoLinks(
        study_id=study_id,
        expert_person_id=expert.id,
        expert_name=expert.name,
        expert_token=tokens[expert.id],
        facilitator_person_id=_staff(session, demo_people().facilitator, role=Role.FACILITATOR),
        secretariat_person_id=_staff(session, demo_people().secretariat, role=Role.SECRETARIAT),
    )


def _person(session: Session, email: str) -> Person:
    return session.exec(select(Person).where(Person.email == email)).one()


def _staff(session: Session, email: str, *, role: Role) -> int:
    return session.exec(
        select(Person.id)
        .join(StaffRole, col(StaffRole.person_id) == Person.id)
        .where(Person.email == email, StaffRole.role == role)
        .distinct()
    ).one()
