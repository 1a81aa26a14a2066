"""What a study has published, as records of the one schema; nothing unpublished, nobody's name, nothing computed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from delphi.exports.schema import (
    ActivityRecord,
    CriterionRecord,
    DocumentRecord,
    FacilityRecord,
    LinkRecord,
    NamedRecord,
    ObjectiveRecord,
    ProtocolRecord,
    PublishedStudy,
    ResultRecord,
    Shown,
    StatementRecord,
    StudyRecord,
)
from delphi.version import __version__
from surveys.models import Objective, ObjectiveVersion, Outcome, Protocol, Study, TaskForce
from surveys.queries.activities import RankedStatement, ranked_statements
from surveys.queries.frozen_data import FrozenStatement, frozen_data
from surveys.queries.objectives import objective_titles
from surveys.queries.questionnaire import criteria_of_study
from surveys.rules.anonymity import Disclosure, disclosure
from surveys.rules.protocol import ProtocolSettings
from surveys.vocabulary import StatementKind


def published_study(session: Session, *, study_id: int, now: datetime) -> PublishedStudy:
    """Everything of one study in one document."""
    rows = ranked_statements(session, study_id=study_id)
    return PublishedStudy(
        software=f"Delphi {__version__}",
        made_at=now,
        study=study_record(session, study_id=study_id),
        objectives=objective_records(session, study_id=study_id),
        activities=activity_records(session, study_id=study_id, rows=rows),
        statements=statement_records(rows),
        results=result_records(session, study_id=study_id),
    )


def study_record(session: Session, *, study_id: int) -> StudyRecord:
    study = session.get_one(Study, study_id)
    protocol = session.exec(
        select(Protocol).where(Protocol.study_id == study_id).order_by(col(Protocol.version).desc())
    ).first()
    if protocol is None:
        raise LookupError(f"study {study_id} has no protocol")
    settings = ProtocolSettings.from_json(protocol.settings)
    return StudyRecord(
        id=study.id,
        slug=study.slug,
        name=dict(study.name),
        purpose=dict(study.purpose),
        languages=list(study.languages),
        protocol=ProtocolRecord(
            version=protocol.version,
            fingerprint=protocol.fingerprint,
            locked_at=protocol.locked_at,
            quantile=settings.quantile,
            denominator=settings.denominator,
            min_n=settings.min_n,
            min_group_size=settings.min_group_size,
        ),
        criteria=_criteria(session, study_id=study_id, settings=settings),
        n_objectives=session.exec(select(func.count()).where(Objective.study_id == study_id)).one(),
        n_published=len(_published_at(session, study_id=study_id)),
    )


def objective_records(session: Session, *, study_id: int) -> list[ObjectiveRecord]:
    """In the order of the framework, with their newest texts."""
    titles = objective_titles(session, study_id=study_id)
    newest = {
        version.objective_id: version
        for version in session.exec(
            select(ObjectiveVersion)
            .where(col(ObjectiveVersion.objective_id).in_(list(titles)))
            .order_by(col(ObjectiveVersion.version))
        ).all()
    }
    published = set(
        session.exec(
            select(TaskForce.objective_id).where(
                col(TaskForce.code).in_(_published_at(session, study_id=study_id)), TaskForce.study_id == study_id
            )
        ).all()
    )
    records = []
    for objective_id, title in titles.items():
        texts = newest.get(objective_id)
        records.append(
            ObjectiveRecord(
                code=title.code,
                goal=title.goal_code,
                goal_name=dict(title.goal_name),
                version=0 if texts is None else texts.version,
                title=dict(title.title),
                description={} if texts is None else dict(texts.description),
                baseline_2020={} if texts is None else dict(texts.baseline_2020),
                target_2030={} if texts is None else dict(texts.target_2030),
                target_2050={} if texts is None else dict(texts.target_2050),
                default_facility=title.default_facility,
                facility_group=title.facility_group,
                documents=[
                    DocumentRecord(source=one.source, facility=one.facility, note=one.note) for one in title.documents
                ],
                is_published=objective_id in published,
            )
        )
    return records


def activity_records(
    session: Session, *, study_id: int, rows: Sequence[RankedStatement] | None = None
) -> list[ActivityRecord]:
    """Published activities by objective and rank, the unranked last within their objective."""
    rows = ranked_statements(session, study_id=study_id) if rows is None else rows
    return [
        ActivityRecord(
            **_statement(row),
            category=None
            if row.category is None
            else NamedRecord(code=row.category.code, name=dict(row.category.name)),
            facilities=[
                FacilityRecord(
                    code=one.code,
                    type=one.type.value,
                    name=dict(one.name),
                    source=one.source,
                    reason=one.reason,
                    part=one.part,
                    leader=one.leader,
                    partners=one.partners,
                )
                for one in row.facilities
            ],
            linked=[LinkRecord(code=one.other_code, kind=one.kind.value, reason=one.reason) for one in row.links],
            obstacles=[one.code for one in row.obstacles],
            success_factors=[one.code for one in row.success_factors],
        )
        for row in rows
        if row.kind is StatementKind.ACTIVITY
    ]


def statement_records(rows: Iterable[RankedStatement]) -> list[StatementRecord]:
    """Published statements of every kind."""
    return [StatementRecord(**_statement(row)) for row in rows]


def result_records(session: Session, *, study_id: int) -> list[ResultRecord]:
    """The frozen figures of every published statement, from all rounds that were closed when it was published."""
    published = _published_at(session, study_id=study_id)
    objectives = dict(
        session.exec(
            select(TaskForce.code, Objective.code)
            .join(Objective, col(Objective.id) == TaskForce.objective_id)
            .where(TaskForce.study_id == study_id)
        ).all()
    )
    records = []
    for one in frozen_data(session, study_id=study_id).statements:
        moment = published.get(one.task_force)
        closed_at = one.figures.sealed.closed_at
        if moment is not None and closed_at is not None and closed_at <= moment:
            records.append(_result(one, objective=objectives[one.task_force]))
    return records


def result_id(*, statement: str, criterion: str, round_number: int) -> str:
    return f"{statement}.{criterion}.{round_number}"


def _published_at(session: Session, *, study_id: int) -> dict[str, datetime]:
    """Code of each task force that has published to when it last did."""
    rows = session.exec(
        select(TaskForce.code, func.max(Outcome.published_at))
        .join(Outcome, col(Outcome.task_force_id) == TaskForce.id)
        .where(TaskForce.study_id == study_id)
        .group_by(col(TaskForce.code))
    ).all()
    return dict(rows)


def _criteria(session: Session, *, study_id: int, settings: ProtocolSettings) -> list[CriterionRecord]:
    return [
        CriterionRecord(
            code=one.code,
            name=dict(one.name),
            question=dict(one.question),
            kinds=[kind.value for kind in one.kinds],
            is_primary=one.is_primary,
            lower=one.lower,
            upper=one.upper,
            agree_from=None if rule is None else rule.agree_from,
            agree_to=None if rule is None else rule.agree_to,
            agreement=None if rule is None else rule.agreement,
            iqr=None if rule is None else rule.iqr,
        )
        for one in criteria_of_study(session, study_id=study_id)
        for rule in (settings.criteria.get(one.code),)
    ]


def _statement(row: RankedStatement) -> dict[str, Any]:
    return {
        "code": row.code,
        "kind": row.kind.value,
        "objective": row.objective.code,
        "parent": row.parent_code or None,
        "text": dict(row.text),
        "wording": row.version_number,
        "outcome": row.status.value,
        "rank": row.rank,
        "overall_rank": row.overall_rank,
        "result": result_id(
            statement=row.code, criterion=row.figures.criterion_code, round_number=row.figures.sealed.number
        ),
        "n_ideas": row.n_ideas,
        "objections": [dict(one.text) for one in row.objections],
        "reopened_since": row.stale_since,
    }


def _result(one: FrozenStatement, *, objective: str) -> ResultRecord:
    figures = one.figures
    sealed = figures.sealed
    level = disclosure(figures.n, min_group_size=sealed.settings.min_group_size)
    some, full = level is not Disclosure.NOTHING, level is Disclosure.FULL
    return ResultRecord(
        id=result_id(statement=one.code, criterion=figures.criterion_code, round_number=sealed.number),
        statement=one.code,
        objective=objective,
        kind=one.kind.value,
        criterion=figures.criterion_code,
        round=sealed.number,
        wording=one.version_number,
        closed_at=sealed.closed_at,
        n=figures.n,
        n_asked=sealed.n_eligible,
        n_returned=sealed.n_returned,
        n_outside_expertise=figures.n_outside_expertise,
        shown=Shown(level.value),
        frequency=list(figures.frequency) if full else None,
        median=figures.median if some else None,
        q1=figures.q1 if full else None,
        q3=figures.q3 if full else None,
        iqr=figures.iqr if full else None,
        mean=figures.mean if full else None,
        sd=figures.sd if full else None,
        agreement_k=figures.agreement_k if full else None,
        agreement_n=figures.agreement_n if full else None,
        verdict=figures.verdict if some else None,
        consensus_class=figures.consensus_class if some else None,
        rank=figures.rank if full else None,
        rank_low=figures.rank_low if full else None,
        rank_high=figures.rank_high if full else None,
        answers_digest=sealed.digest,
        rule_fingerprint=sealed.fingerprint,
    )
