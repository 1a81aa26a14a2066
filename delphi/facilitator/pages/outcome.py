"""Where every statement of an objective ended: ranked activities, obstacles and success factors."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from delphi.facilitator.forms import ConfirmForm
from delphi.facilitator.pages.figures import FigureCells, figure_cells
from delphi.facilitator.pages.place import Place, colleges_of_place, place_of
from surveys.localized import LocalizedText
from surveys.models import Category, Outcome, Round, RoundResult, Snapshot, Statement, StatementVersion
from surveys.queries.board import Figures
from surveys.queries.objections import Objection, objections_of
from surveys.queries.questionnaire import criteria_of_study
from surveys.rules.permissions import Actor
from surveys.rules.settling import OUTCOME_ORDER
from surveys.services.outcomes import PublishPreview, preview_outcomes
from surveys.vocabulary import OutcomeStatus, StatementKind


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    statement_id: int
    code: str
    text: LocalizedText
    category: LocalizedText | None
    parent: str
    """Code of the statement it hangs on."""
    status: OutcomeStatus
    rank: int | None
    overall_rank: int | None
    round_number: int
    figures: FigureCells
    objections: tuple[Objection, ...]


@dataclass(frozen=True, slots=True)
class OutcomeGroup:
    """Statements of one outcome, each with its rank among all of its kind."""

    status: OutcomeStatus
    lines: tuple[OutcomeLine, ...]


@dataclass(frozen=True, slots=True)
class OutcomeSection:
    kind: StatementKind
    groups: tuple[OutcomeGroup, ...]


@dataclass(frozen=True, slots=True)
class OutcomePage:
    place: Place
    published_at: datetime | None
    """None: nothing was published yet."""
    is_whole: bool
    """Every task force has published, so that ranks across the study are known."""
    counts: dict[OutcomeStatus, int]
    sections: tuple[OutcomeSection, ...]


@dataclass(frozen=True, slots=True)
class PublishingPage:
    place: Place
    preview: PublishPreview
    counts: dict[OutcomeStatus, int]
    n_kinds: dict[StatementKind, int]
    was_published: bool
    form: ConfirmForm
    problem: str


def outcome_page(session: Session, *, task_force_id: int, actor: Actor) -> OutcomePage:
    """The published outcomes, by kind and rank; every figure is the frozen one that decided."""
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    criteria = {criterion.id: criterion for criterion in criteria_of_study(session, study_id=place.study_id)}
    rows = session.exec(
        select(Outcome, Statement, RoundResult, StatementVersion)
        .join(Statement, col(Statement.id) == Outcome.statement_id)
        .join(RoundResult, col(RoundResult.id) == Outcome.result_id)
        .join(StatementVersion, col(StatementVersion.id) == RoundResult.version_id)
        .where(Outcome.task_force_id == task_force_id)
        .order_by(col(Outcome.rank), col(Statement.code))
    ).all()
    colleges = colleges_of_place(session, place=place)
    objections = objections_of(session, task_force_ids=[task_force_id])
    codes = {statement.id: statement.code for _, statement, _, _ in rows}
    categories = {one.id: one.name for one in session.exec(select(Category).where(Category.study_id == place.study_id))}
    numbers = dict(
        session.exec(
            select(Snapshot.id, Round.number)
            .join(Round, col(Round.id) == Snapshot.round_id)
            .where(Round.task_force_id == task_force_id)
        ).all()
    )
    lines = [
        (
            statement.kind,
            OutcomeLine(
                statement_id=statement.id,
                code=statement.code,
                text=version.text,
                category=categories.get(statement.category_id) if statement.category_id is not None else None,
                parent=codes.get(statement.parent_id, "") if statement.parent_id is not None else "",
                status=outcome.status,
                rank=outcome.rank,
                overall_rank=outcome.overall_rank,
                round_number=numbers[result.snapshot_id],
                figures=figure_cells(
                    Figures(criterion=criteria[result.criterion_id], result=result), colleges=colleges
                ),
                objections=objections.get(statement.id, ()),
            ),
        )
        for outcome, statement, result, version in rows
    ]
    lines.sort(key=lambda pair: (pair[1].rank is None, pair[1].rank or 0, pair[1].code))
    return OutcomePage(
        place=place,
        published_at=max((outcome.published_at for outcome, *_ in rows), default=None),
        is_whole=any(line.overall_rank is not None for _, line in lines),
        counts=_counts(line.status for _, line in lines),
        sections=tuple(
            OutcomeSection(kind=kind, groups=_groups([line for own, line in lines if own is kind]))
            for kind in StatementKind
            if any(own is kind for own, _ in lines)
        ),
    )


def publishing_page(
    session: Session, *, task_force_id: int, actor: Actor, form: ConfirmForm, problem: str = ""
) -> PublishingPage:
    """What publishing would store. Raises `round_not_closed`."""
    preview = preview_outcomes(session, task_force_id=task_force_id)
    published = session.exec(select(Outcome.id).where(Outcome.task_force_id == task_force_id)).first()
    return PublishingPage(
        place=place_of(session, task_force_id=task_force_id, actor=actor),
        preview=preview,
        counts=_counts(one.status for one in preview.outcomes),
        n_kinds=dict(Counter(one.latest.kind for one in preview.outcomes)),
        was_published=published is not None,
        form=form,
        problem=problem,
    )


def _groups(lines: Iterable[OutcomeLine]) -> tuple[OutcomeGroup, ...]:
    ordered = tuple(lines)
    groups = (
        OutcomeGroup(status=status, lines=tuple(line for line in ordered if line.status is status))
        for status in OUTCOME_ORDER
    )
    return tuple(group for group in groups if group.lines)


def _counts(statuses: Iterable[OutcomeStatus]) -> dict[OutcomeStatus, int]:
    counted = Counter(statuses)
    return {status: counted[status] for status in OutcomeStatus}
