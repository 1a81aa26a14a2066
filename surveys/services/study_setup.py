"""New studies: from a template, a spreadsheet or another study; many parallel task forces under one protocol."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import (
    College,
    Criterion,
    Objective,
    Panellist,
    Person,
    Protocol,
    Region,
    StaffRole,
    Study,
    TaskForce,
)
from surveys.queries.frameworks import framework_of, scales_of_study, texts_of_study
from surveys.rating_study import slug_of
from surveys.rules.date_plan import RoundDates
from surveys.rules.permissions import Actor
from surveys.rules.protocol import ProtocolSettings
from surveys.services.audit import record
from surveys.services.date_plan import plan_dates
from surveys.services.framework_import import import_framework
from surveys.services.staff import give_role
from surveys.study_files import Framework, StudyTexts
from surveys.vocabulary import AuditAction, MembershipStatus, Role, ViolationCode


@dataclass(frozen=True, slots=True)
class NewStudy:
    """Everything somebody chose for a new study."""

    texts: StudyTexts
    framework: Framework
    objectives: tuple[str, ...]
    """Codes of the objectives that get a task force."""
    settings: ProtocolSettings
    dates: tuple[RoundDates, ...]
    time_zone: str
    template: str = ""


def create_study(
    session: Session, *, wanted: NewStudy, actor: Actor, now: datetime, source_study_id: int | None = None
) -> Study:
    """Make a study with a task force for each chosen objective and an unlocked protocol.

    Its maker runs all its task forces. Whoever oversees `source_study_id`, the study its objectives come from, oversees
    it too; so does its maker where they oversee any study.

    Raises
    ------
    RuleViolation
        `no_objective_chosen`, `duplicate_code`, `dates_impossible`.
    """
    known = {entry.code for entry in wanted.framework.objectives}
    chosen = [code for code in wanted.objectives if code in known]
    if not chosen:
        raise RuleViolation(ViolationCode.NO_OBJECTIVE_CHOSEN)
    made = import_framework(
        session,
        framework=replace(wanted.framework, languages=wanted.texts.languages),
        texts=wanted.texts,
        slug=_free_slug(session, name=wanted.texts.name),
        actor=actor,
        now=now,
        settings=wanted.settings,
        is_locked=False,
        task_forces=chosen,
    )
    study = session.get_one(Study, made.study_id)
    study.time_zone, study.template = wanted.time_zone, wanted.template
    maker = session.get(Person, actor.person_id) if actor.person_id is not None else None
    if maker is not None:
        study.contact_name, study.contact_email = maker.name, maker.email
    session.add(study)
    session.flush()
    _give_roles(session, study_id=study.id, actor=actor, source_study_id=source_study_id)
    if any(one.opens or one.closes for one in wanted.dates):
        plan_dates(session, study_id=study.id, rounds=wanted.dates, actor=actor, now=now)
    return study


def copy_study(
    session: Session,
    *,
    source_id: int,
    name: LocalizedText,
    objectives: Sequence[str],
    with_people: bool,
    dates: tuple[RoundDates, ...],
    actor: Actor,
    now: datetime,
) -> Study:
    """A new study with the framework, questions and rules of another one; its rounds, answers and results stay there.

    `with_people` invites everybody again who is in a task force of the source with the same objective: they keep their
    college, region and language, and are asked for their consent anew.

    Raises `no_objective_chosen` or `dates_impossible`.
    """
    source = session.get_one(Study, source_id)
    latest = session.exec(
        select(Protocol).where(Protocol.study_id == source_id).order_by(col(Protocol.version).desc()).limit(1)
    ).one()
    settings = replace(ProtocolSettings.from_json(latest.settings), instrument="")
    wanted = NewStudy(
        texts=replace(texts_of_study(session, study_id=source_id), name=name),
        framework=framework_of(session, study_id=source_id),
        objectives=tuple(objectives),
        settings=settings,
        dates=dates,
        time_zone=source.time_zone,
        template=source.template,
    )
    study = create_study(session, wanted=wanted, actor=actor, now=now, source_study_id=source_id)
    kinds = {scale.code: kinds for scale, kinds in scales_of_study(session, study_id=source_id)}
    for criterion in session.exec(select(Criterion).where(Criterion.study_id == study.id)).all():
        criterion.kinds = list(kinds[criterion.code])
        session.add(criterion)
    n_people = _copy_people(session, source_id=source_id, study_id=study.id) if with_people else 0
    record(
        session,
        AuditAction.STUDY_COPIED,
        actor=actor,
        now=now,
        study_id=study.id,
        name=dict(source.name),
        n_people=n_people,
    )
    session.flush()
    return study


def add_task_forces(
    session: Session, *, study_id: int, objectives: Collection[str], actor: Actor, now: datetime
) -> list[str]:
    """Give objectives that have none a task force under the study's protocol, run by whoever makes it; their codes.

    Raises `no_objective_chosen` where every one has its task force or is unknown.
    """
    free = session.exec(
        select(Objective)
        .outerjoin(TaskForce, col(TaskForce.objective_id) == Objective.id)
        .where(Objective.study_id == study_id, col(TaskForce.id).is_(None), col(Objective.code).in_(objectives))
        .order_by(col(Objective.position))
    ).all()
    if not free:
        raise RuleViolation(ViolationCode.NO_OBJECTIVE_CHOSEN)
    made = [TaskForce(study_id=study_id, objective_id=one.id, code=one.code) for one in free]
    session.add_all(made)
    session.flush()
    if actor.person_id is not None:
        for task_force in made:
            give_role(session, person_id=actor.person_id, role=Role.FACILITATOR, task_force_id=task_force.id)
    codes = [one.code for one in free]
    record(session, AuditAction.PANELS_ADDED, actor=actor, now=now, study_id=study_id, codes=", ".join(codes))
    session.flush()
    return codes


def _free_slug(session: Session, *, name: LocalizedText) -> str:
    """The name as an address; numbered where it is taken, so that nobody learns which names others use."""
    wanted = slug_of(name.in_language("en"))
    taken = set(session.exec(select(Study.slug).where(col(Study.slug).startswith(wanted[:60], autoescape=True))).all())
    numbered = (f"{wanted[:60]}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)


def _give_roles(session: Session, *, study_id: int, actor: Actor, source_study_id: int | None) -> None:
    if actor.person_id is not None:
        task_forces = session.exec(select(TaskForce.id).where(TaskForce.study_id == study_id)).all()
        for task_force_id in task_forces:
            give_role(session, person_id=actor.person_id, role=Role.FACILITATOR, task_force_id=task_force_id)
    overseers = set()
    if source_study_id is not None:
        held = select(StaffRole.person_id).where(
            StaffRole.role == Role.SECRETARIAT, StaffRole.study_id == source_study_id
        )
        overseers = set(session.exec(held).all())
    if actor.person_id is not None and (actor.oversees or actor.administers):
        overseers.add(actor.person_id)
    for person_id in sorted(overseers):
        give_role(session, person_id=person_id, role=Role.SECRETARIAT, study_id=study_id)


def _copy_people(session: Session, *, source_id: int, study_id: int) -> int:
    """Seats of everybody who is in a panel of the source; how many people they are."""
    task_forces = {
        one.code: one.id for one in session.exec(select(TaskForce).where(TaskForce.study_id == study_id)).all()
    }
    colleges: dict[str | None, int] = dict(
        session.exec(select(College.code, College.id).where(College.study_id == study_id)).all()
    )
    regions: dict[str | None, int] = dict(
        session.exec(select(Region.code, Region.id).where(Region.study_id == study_id)).all()
    )
    rows = session.exec(
        select(Panellist, TaskForce.code, College.code, Region.code)
        .join(TaskForce, col(TaskForce.id) == Panellist.task_force_id)
        .outerjoin(College, col(College.id) == Panellist.college_id)
        .outerjoin(Region, col(Region.id) == Panellist.region_id)
        .where(
            TaskForce.study_id == source_id,
            col(TaskForce.code).in_(task_forces),
            col(Panellist.person_id).is_not(None),
            col(Panellist.status).in_([MembershipStatus.INVITED, MembershipStatus.JOINED]),
        )
        .order_by(col(Panellist.person_id))
    ).all()
    session.add_all(
        Panellist(
            task_force_id=task_forces[code],
            person_id=panellist.person_id,
            college_id=colleges.get(college),
            region_id=regions.get(region),
            language=panellist.language,
        )
        for panellist, code, college, region in rows
    )
    session.flush()
    return len({panellist.person_id for panellist, *_ in rows})
