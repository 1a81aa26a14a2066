"""The revised texts of objectives: what stands, what is proposed, what is approved, and who said so."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import FrameworkVersion, Objective, ObjectiveRevision, Person
from surveys.queries.objective_texts import ObjectiveTexts, objective_texts
from surveys.vocabulary import ObjectiveField, RevisionState


@dataclass(frozen=True, slots=True)
class Wording:
    """One revision of one field."""

    id: int
    number: int
    text: LocalizedText
    stale: tuple[str, ...]
    state: RevisionState
    reason: str
    evidence: tuple[int, ...]
    author: str
    created_at: datetime
    approver: str
    approved_at: datetime | None
    version_id: int | None

    @property
    def is_waiting(self) -> bool:
        """Approved, and in no version of the framework yet."""
        return self.state is RevisionState.APPROVED and self.version_id is None


@dataclass(frozen=True, slots=True)
class RevisedField:
    field: ObjectiveField
    before: LocalizedText
    """The text of the version in force."""
    history: tuple[Wording, ...]
    """Revisions, newest first."""

    @property
    def latest(self) -> Wording | None:
        """The newest revision, unless it stands in a version already."""
        return self.history[0] if self.history and self.history[0].version_id is None else None

    @property
    def now(self) -> LocalizedText:
        return self.before if self.latest is None else self.latest.text


@dataclass(frozen=True, slots=True)
class RevisedObjective:
    objective_id: int
    code: str
    version: int
    fields: tuple[RevisedField, ...]

    @property
    def proposed(self) -> tuple[RevisedField, ...]:
        return tuple(one for one in self.fields if one.latest is not None)

    @property
    def approved(self) -> tuple[RevisedField, ...]:
        return tuple(one for one in self.fields if one.latest is not None and one.latest.is_waiting)


def revised_objectives(session: Session, *, study_id: int) -> dict[int, RevisedObjective]:
    """Objective id to its fields; a fixed number of statements to the database."""
    texts = objective_texts(session, study_id=study_id)
    history: dict[tuple[int, ObjectiveField], tuple[Wording, ...]] = {}
    people = dict(
        session.exec(
            select(Person.id, Person.name).where(
                col(Person.id).in_(select(ObjectiveRevision.author_id))
                | col(Person.id).in_(select(ObjectiveRevision.approved_by_id))
            )
        ).all()
    )
    rows = session.exec(
        select(ObjectiveRevision)
        .join(Objective, col(Objective.id) == ObjectiveRevision.objective_id)
        .where(Objective.study_id == study_id)
        .order_by(col(ObjectiveRevision.number).desc())
    ).all()
    for row in rows:
        key = (row.objective_id, row.field)
        history[key] = (*history.get(key, ()), _wording(row, people))
    return {objective_id: _revised(one, history) for objective_id, one in texts.items()}


def framework_number(session: Session, *, study_id: int) -> int | None:
    """The number of the newest framework version that was made here; None before the first."""
    return session.exec(
        select(FrameworkVersion.number)
        .where(FrameworkVersion.study_id == study_id)
        .order_by(col(FrameworkVersion.number).desc())
    ).first()


def _revised(texts: ObjectiveTexts, history: dict[tuple[int, ObjectiveField], tuple[Wording, ...]]) -> RevisedObjective:
    return RevisedObjective(
        objective_id=texts.objective_id,
        code=texts.code,
        version=texts.version,
        fields=tuple(
            RevisedField(field, text, history.get((texts.objective_id, field), ()))
            for field, text in texts.texts.items()
        ),
    )


def _wording(row: ObjectiveRevision, people: dict[int, str]) -> Wording:
    return Wording(
        id=row.id,
        number=row.number,
        text=row.text,
        stale=tuple(row.stale),
        state=row.state,
        reason=row.reason,
        evidence=tuple(row.evidence),
        author=people.get(row.author_id or 0, ""),
        created_at=row.created_at,
        approver=people.get(row.approved_by_id or 0, ""),
        approved_at=row.approved_at,
        version_id=row.version_id,
    )
