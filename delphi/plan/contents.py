"""Everything a plan is made of, read once; no word of any language is chosen here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Facility, Goal, Protocol, Study
from surveys.queries.activities import RankedStatement, of_kind, ranked_statements
from surveys.queries.finality import CARRIED
from surveys.queries.objective_texts import ObjectiveTexts, objective_texts
from surveys.queries.objectives import ObjectiveTitle, objective_titles
from surveys.queries.taking_part import TakingPart, taking_part
from surveys.rules.protocol import ProtocolSettings
from surveys.vocabulary import FacilityType, StatementKind


@dataclass(frozen=True, slots=True)
class GoalOfPlan:
    code: str
    name: LocalizedText
    gist: LocalizedText


@dataclass(frozen=True, slots=True)
class FacilityOfPlan:
    code: str
    type: FacilityType
    name: LocalizedText
    objectives: tuple[str, ...]
    also_concerns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanContents:
    slug: str
    study: LocalizedText
    time_zone: str
    made_at: datetime
    protocol_version: int
    fingerprint: str
    rules: dict[str, ProtocolSettings]
    criteria: dict[str, LocalizedText]
    goals: tuple[GoalOfPlan, ...]
    objectives: tuple[ObjectiveTitle, ...]
    texts: dict[int, ObjectiveTexts]
    facilities: tuple[FacilityOfPlan, ...]
    statements: tuple[RankedStatement, ...]
    experts: TakingPart
    languages: tuple[str, ...]

    @property
    def activities(self) -> list[RankedStatement]:
        return of_kind(self.statements, StatementKind.ACTIVITY)

    @property
    def carried(self) -> list[RankedStatement]:
        return [row for row in self.activities if row.status in CARRIED]

    @property
    def set_apart(self) -> list[RankedStatement]:
        return [row for row in self.activities if row.status not in CARRIED]

    @property
    def disputed(self) -> tuple[ObjectiveTitle, ...]:
        """Objectives on which documents say different things."""
        return tuple(objective for objective in self.objectives if objective.documents_disagree)

    @property
    def unassigned(self) -> list[RankedStatement]:
        return [row for row in self.carried if not row.facilities]

    @property
    def is_final(self) -> bool:
        """Whether a vote may be held on it: somebody carries every activity, and no round behind it is open again."""
        return not self.unassigned and not self.stale

    @property
    def stale(self) -> list[str]:
        """Codes of objectives whose deciding round was reopened after they published."""
        return list(dict.fromkeys(row.objective.code for row in self.statements if row.stale_since is not None))

    @property
    def uncategorised(self) -> list[RankedStatement]:
        return [row for row in self.carried if row.category is None]

    @property
    def untranslated(self) -> list[str]:
        """Codes of activities and objectives that lack a text in one of the study's languages."""
        rows: list[tuple[str, LocalizedText]] = [(row.code, row.text) for row in self.statements]
        rows += [(one.code, text) for one in self.texts.values() for text in one.texts.values() if len(text)]
        return sorted({code for code, text in rows if any(language not in text for language in self.languages)})


def plan_contents(session: Session, *, study_id: int, now: datetime) -> PlanContents:
    study = session.get_one(Study, study_id)
    protocol = session.exec(
        select(Protocol)
        .where(Protocol.study_id == study_id, col(Protocol.locked_at).is_not(None))
        .order_by(col(Protocol.version).desc())
    ).first()
    if protocol is None:
        raise LookupError(f"study {study_id} has no locked protocol")
    statements = ranked_statements(session, study_id=study_id)
    applied = {row.figures.sealed.fingerprint: row.figures.sealed.settings for row in statements}
    return PlanContents(
        slug=study.slug,
        study=study.name,
        time_zone=study.time_zone,
        made_at=now,
        protocol_version=protocol.version,
        fingerprint=protocol.fingerprint,
        rules=applied or {protocol.fingerprint: ProtocolSettings.from_json(protocol.settings)},
        criteria=_criteria(statements),
        goals=_goals(session, study_id=study_id),
        objectives=tuple(objective_titles(session, study_id=study_id).values()),
        texts=objective_texts(session, study_id=study_id),
        facilities=_facilities(session, study_id=study_id),
        statements=statements,
        experts=taking_part(session, study_id=study_id),
        languages=tuple(study.languages),
    )


def _criteria(statements: Sequence[RankedStatement]) -> dict[str, LocalizedText]:
    return {
        figures.criterion_code: figures.criterion_name for row in statements for figures in (row.figures, *row.others)
    }


def _goals(session: Session, *, study_id: int) -> tuple[GoalOfPlan, ...]:
    rows = session.exec(
        select(Goal).where(Goal.study_id == study_id).order_by(col(Goal.position), col(Goal.code))
    ).all()
    return tuple(GoalOfPlan(row.code, row.name, row.gist) for row in rows)


def _facilities(session: Session, *, study_id: int) -> tuple[FacilityOfPlan, ...]:
    rows = session.exec(
        select(Facility).where(Facility.study_id == study_id).order_by(col(Facility.position), col(Facility.id))
    ).all()
    return tuple(
        FacilityOfPlan(row.code, row.type, row.name, tuple(row.objectives), tuple(row.also_concerns)) for row in rows
    )
