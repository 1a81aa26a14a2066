"""What the rule proposes for each statement of a task force, before the facilitator decides."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Category, Criterion, Statement, TaskForce
from surveys.queries.latest_results import LatestResult, latest_results
from surveys.queries.protocols import protocol_record
from surveys.queries.statements import current_versions, meanings
from surveys.rules.settling import Proposal, propose
from surveys.vocabulary import StatementKind, StopRule


@dataclass(frozen=True, slots=True)
class StatementProposal:
    """A statement in its newest wording, the rule's proposal, and the frozen result it rests on."""

    statement_id: int
    code: str
    kind: StatementKind
    text: LocalizedText
    category: LocalizedText | None
    proposal: Proposal
    latest: LatestResult | None


def proposals_of(session: Session, *, task_force_id: int) -> tuple[StatementProposal, ...]:
    """Every statement of a kind that is rated, by kind, category and code."""
    study_id = session.exec(select(TaskForce.study_id).where(TaskForce.id == task_force_id)).one()
    stop = StopRule(protocol_record(session, study_id=study_id).settings.stop)
    criteria = session.exec(select(Criterion.kinds).where(Criterion.study_id == study_id)).all()
    rated_kinds = {kind for kinds in criteria for kind in kinds}
    versions = current_versions(session, task_force_id=task_force_id)
    asks = meanings(session, task_force_ids=[task_force_id])
    latest = latest_results(session, task_force_ids=[task_force_id])
    rows = session.exec(
        select(Statement, Category)
        .outerjoin(Category, col(Category.id) == Statement.category_id)
        .where(Statement.task_force_id == task_force_id, col(Statement.retired_at).is_(None))
        .order_by(col(Statement.code), col(Statement.id))
    ).all()
    found = []
    for statement, category in rows:
        if statement.kind.value not in rated_kinds:
            continue
        version, result = versions[statement.id], latest.get(statement.id)
        proposal = propose(
            result.result.verdict if result else None,
            is_reworded=result is not None and asks[result.result.version_id] != asks[version.id],
            stop=stop,
            earlier_verdict=result.earlier_verdict if result else None,
        )
        found.append(
            StatementProposal(
                statement_id=statement.id,
                code=statement.code,
                kind=statement.kind,
                text=version.text,
                category=category.name if category is not None else None,
                proposal=proposal,
                latest=result,
            )
        )
    order = list(StatementKind)
    return tuple(
        sorted(found, key=lambda one: (order.index(one.kind), one.category is None, str(one.category), one.code))
    )
