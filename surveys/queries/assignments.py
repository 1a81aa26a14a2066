"""Who carries each activity: the decision in force, the earlier ones, and the facilities to choose from."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Facility, FacilityDecision, Person, Statement, TaskForce
from surveys.vocabulary import FacilityType


@dataclass(frozen=True, slots=True)
class FacilityName:
    id: int
    code: str
    type: FacilityType
    name: LocalizedText


@dataclass(frozen=True, slots=True)
class FacilityChoice:
    """One decision: which facility, by which document, why, by whom and when."""

    code: str
    type: FacilityType
    name: LocalizedText
    source: str
    reason: str
    author: str
    decided_at: datetime
    superseded_at: datetime | None
    part: str = ""
    """What this facility carries of a split activity; empty where it carries the whole."""
    leader: str = ""
    partners: str = ""


def facilities_of(session: Session, *, study_id: int) -> tuple[FacilityName, ...]:
    rows = session.exec(
        select(Facility).where(Facility.study_id == study_id).order_by(col(Facility.position), col(Facility.id))
    ).all()
    return tuple(FacilityName(row.id, row.code, row.type, row.name) for row in rows)


def facility_choices(session: Session, *, study_id: int) -> dict[int, tuple[FacilityChoice, ...]]:
    """Statement id to the decisions in force: one, or one a part where an activity is split.

    Statements without a decision are absent.
    """
    query = (
        select(FacilityDecision, Facility, Person.name)
        .join(Facility, col(Facility.id) == FacilityDecision.facility_id)
        .join(Statement, col(Statement.id) == FacilityDecision.statement_id)
        .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
        .outerjoin(Person, col(Person.id) == FacilityDecision.author_id)
        .where(TaskForce.study_id == study_id, col(FacilityDecision.superseded_at).is_(None))
        .order_by(col(FacilityDecision.id))
    )
    found: dict[int, tuple[FacilityChoice, ...]] = {}
    for decision, facility, author in session.exec(query).all():
        found[decision.statement_id] = (*found.get(decision.statement_id, ()), _choice(decision, facility, author))
    return found


def decisions_about(session: Session, *, statement_id: int) -> tuple[FacilityChoice, ...]:
    """Every decision about one statement, the newest first; none is ever removed."""
    rows = session.exec(
        select(FacilityDecision, Facility, Person.name)
        .join(Facility, col(Facility.id) == FacilityDecision.facility_id)
        .outerjoin(Person, col(Person.id) == FacilityDecision.author_id)
        .where(FacilityDecision.statement_id == statement_id)
        .order_by(col(FacilityDecision.decided_at).desc(), col(FacilityDecision.id).desc())
    ).all()
    return tuple(_choice(decision, facility, author) for decision, facility, author in rows)


def _choice(decision: FacilityDecision, facility: Facility, author: str | None) -> FacilityChoice:
    return FacilityChoice(
        code=facility.code,
        type=facility.type,
        name=facility.name,
        source=decision.source,
        reason=decision.reason,
        author=author or "",
        decided_at=decision.decided_at,
        superseded_at=decision.superseded_at,
        part=decision.part,
        leader=decision.leader,
        partners=decision.partners,
    )
