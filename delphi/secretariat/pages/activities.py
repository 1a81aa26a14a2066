"""The activity list over all task forces: the product of the study."""

from dataclasses import dataclass
from itertools import groupby

from flask import url_for
from sqlmodel import Session

from delphi.exports.activity_tables import LISTED, unranked_reason
from delphi.secretariat.pages.facets import (
    Facet,
    Options,
    category_facet,
    facility_facet,
    goal_facet,
    objective_facet,
    outcome_facet,
)
from delphi.secretariat.pages.study_head import StudyHead, study_head
from delphi.sentences import CLASSES, KINDS_PLURAL, OUTCOMES
from delphi.sentences.facility import documented
from surveys.localized import LocalizedText
from surveys.queries.activities import RankedStatement, of_kind, ranked_statements
from surveys.queries.assignments import FacilityChoice, facilities_of
from surveys.queries.frozen_figures import Figures
from surveys.queries.links import Link
from surveys.queries.objections import Objection
from surveys.queries.objectives import ObjectiveTitle, objective_titles
from surveys.queries.sorting import category_rows
from surveys.rules.selection import Selection
from surveys.vocabulary import OutcomeStatus, StatementKind


@dataclass(frozen=True, slots=True)
class Linked:
    """An obstacle or success factor beside its activity."""

    statement_id: int
    code: str
    text: LocalizedText
    outcome: str
    status: OutcomeStatus


@dataclass(frozen=True, slots=True)
class ListedStatement:
    statement_id: int
    code: str
    text: LocalizedText
    rank: int | None
    overall_rank: int | None
    objective: ObjectiveTitle
    parent_code: str
    category: LocalizedText | None
    facilities: tuple[FacilityChoice, ...]
    """The decisions in force: none, one, or one a part of a split activity."""
    default_facility: str
    """In words."""
    is_tied: bool
    n_ideas: int
    links: tuple[Link, ...]
    objections: tuple[Objection, ...]
    is_stale: bool
    """The round that decided it was reopened since."""
    status: OutcomeStatus
    outcome: str
    consensus_class: str
    unranked_reason: str
    figures: Figures
    others: tuple[Figures, ...]
    obstacles: tuple[Linked, ...]
    success_factors: tuple[Linked, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The ranked statements of one objective; `objective` is None where the order is that of the whole study."""

    objective: ObjectiveTitle | None
    results: str
    rows: tuple[ListedStatement, ...]


@dataclass(frozen=True, slots=True)
class KindTab:
    kind: StatementKind
    label: str
    n: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ActivitiesPage:
    study: StudyHead
    kind: StatementKind
    tabs: tuple[KindTab, ...]
    facets: tuple[Facet, ...]
    is_filtered: bool
    by_overall_rank: bool
    has_overall_ranks: bool
    groups: tuple[Group, ...]
    unranked: tuple[ListedStatement, ...]
    n_shown: int
    n_published: int
    """Objectives with published outcomes, of `n_objectives`."""
    n_objectives: int


def activities_page(session: Session, *, study_id: int, selection: Selection, by_overall_rank: bool) -> ActivitiesPage:
    """The published statements that `selection` admits; ranked ones by objective or over the whole study."""
    rows = ranked_statements(session, study_id=study_id)
    kind = selection.kind if selection.kind in LISTED else StatementKind.ACTIVITY
    has_overall_ranks = any(row.overall_rank is not None for row in rows)
    options = Options(
        objectives=tuple(objective_titles(session, study_id=study_id).values()),
        categories=tuple(category_rows(session, study_id=study_id)),
        facilities=facilities_of(session, study_id=study_id),
    )
    shown = [row for row in rows if row.kind is kind and selection.admits(row.facts)]
    ranked = [row for row in shown if row.is_ranked]
    by_overall_rank = by_overall_rank and has_overall_ranks
    facets = [objective_facet(options, selection), goal_facet(options, selection), category_facet(options, selection)]
    if kind is StatementKind.ACTIVITY:
        facets.append(facility_facet(options, selection))
    facets.append(outcome_facet(selection))
    return ActivitiesPage(
        study=study_head(session, study_id=study_id),
        kind=kind,
        tabs=tuple(
            KindTab(one, str(KINDS_PLURAL[one]), len(of_kind(rows, one)), is_chosen=one is kind) for one in LISTED
        ),
        facets=tuple(facets),
        is_filtered=any(choice.is_chosen and choice.value for one in facets for choice in one.choices),
        by_overall_rank=by_overall_rank,
        has_overall_ranks=has_overall_ranks,
        groups=_overall(ranked) if by_overall_rank else _by_objective(ranked),
        unranked=tuple(_listed(row) for row in shown if not row.is_ranked),
        n_shown=len(shown),
        n_published=len({row.objective.id for row in rows}),
        n_objectives=len(options.objectives),
    )


def _by_objective(rows: list[RankedStatement]) -> tuple[Group, ...]:
    return tuple(
        Group(
            objective=objective,
            results=url_for("facilitator.outcome", task_force_id=task_force_id),
            rows=tuple(_listed(row) for row in group),
        )
        for (task_force_id, objective), group in groupby(rows, key=lambda row: (row.task_force_id, row.objective))
    )


def _overall(rows: list[RankedStatement]) -> tuple[Group, ...]:
    ordered = sorted(rows, key=lambda row: (row.overall_rank is None, row.overall_rank or 0, row.code))
    return (Group(objective=None, results="", rows=tuple(_listed(row) for row in ordered)),) if ordered else ()


def _listed(row: RankedStatement) -> ListedStatement:
    return ListedStatement(
        statement_id=row.statement_id,
        code=row.code,
        text=row.text,
        rank=row.rank,
        overall_rank=row.overall_rank,
        objective=row.objective,
        parent_code=row.parent_code,
        category=None if row.category is None else row.category.name,
        facilities=row.facilities,
        default_facility=documented(row.objective.default_facility) if row.objective.default_facility else "",
        is_tied=row.is_tied,
        n_ideas=row.n_ideas,
        links=row.links,
        objections=row.objections,
        is_stale=row.stale_since is not None,
        status=row.status,
        outcome=str(OUTCOMES[row.status]),
        consensus_class=str(CLASSES[row.figures.consensus_class]),
        unranked_reason=unranked_reason(row) or "",
        figures=row.figures,
        others=row.others,
        obstacles=_linked(row.obstacles),
        success_factors=_linked(row.success_factors),
    )


def _linked(rows: tuple[RankedStatement, ...]) -> tuple[Linked, ...]:
    return tuple(Linked(row.statement_id, row.code, row.text, str(OUTCOMES[row.status]), row.status) for row in rows)
