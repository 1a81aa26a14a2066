"""Sorting statements: categories with what is in them, and the desks for categories and facilities."""

from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext
from sqlmodel import Session

from delphi.i18n import in_language
from delphi.secretariat.pages.facets import (
    Choice,
    Facet,
    Options,
    category_facet,
    facet,
    facility_facet,
    objective_facet,
)
from delphi.secretariat.pages.study_head import StudyHead, study_head
from delphi.sentences import KINDS_PLURAL, OUTCOMES
from delphi.sentences.facility import FACILITY_TYPES, documented
from surveys.queries.assignments import FacilityName, facilities_of
from surveys.queries.objectives import ObjectiveTitle, objective_titles
from surveys.queries.sorting import CategoryRow, SortingRow, category_rows, sorting_rows
from surveys.rules.selection import Selection
from surveys.services.categories import MergePreview, preview_merge
from surveys.vocabulary import RATED_KINDS, FacilityType, StatementKind


@dataclass(frozen=True, slots=True)
class CategoriesPage:
    study: StudyHead
    live: tuple[CategoryRow, ...]
    merged: tuple[CategoryRow, ...]
    kinds: tuple[tuple[StatementKind, str], ...]
    n_without: int


@dataclass(frozen=True, slots=True)
class CategoryPage:
    study: StudyHead
    category: CategoryRow
    others: tuple[CategoryRow, ...]
    rows: tuple[SortingRow, ...]


@dataclass(frozen=True, slots=True)
class MergePage:
    study: StudyHead
    preview: MergePreview
    rows: tuple[SortingRow, ...]


@dataclass(frozen=True, slots=True)
class SaidByDocument:
    source: str
    says: str
    note: str


@dataclass(frozen=True, slots=True)
class SortingGroup:
    """The statements of one objective, with what the framework and the documents say of it."""

    objective: ObjectiveTitle
    default: str
    documents: tuple[SaidByDocument, ...]
    """Filled only where the documents disagree."""
    rows: tuple[SortingRow, ...]


@dataclass(frozen=True, slots=True)
class SortingPage:
    """A desk: what is shown, what can be chosen, how much is left to do."""

    study: StudyHead
    facets: tuple[Facet, ...]
    is_filtered: bool
    groups: tuple[SortingGroup, ...]
    targets: tuple[Choice, ...]
    n_done: int
    n_all: int
    outcomes: dict[str, str]


@dataclass(frozen=True, slots=True)
class FacilityCount:
    facility: FacilityName
    n: int


@dataclass(frozen=True, slots=True)
class FacilitiesPage:
    desk: SortingPage
    types: tuple[tuple[FacilityType, str, tuple[FacilityCount, ...]], ...]
    conflicts: tuple[SortingGroup, ...]
    """Objectives whose documents disagree, whether or not they are shown."""
    sources: tuple[str, ...]


def categories_page(session: Session, *, study_id: int) -> CategoriesPage:
    rows = category_rows(session, study_id=study_id)
    return CategoriesPage(
        study=study_head(session, study_id=study_id),
        live=tuple(row for row in rows if row.merged_into is None),
        merged=tuple(row for row in rows if row.merged_into is not None),
        kinds=tuple((kind, str(KINDS_PLURAL[kind])) for kind in RATED_KINDS),
        n_without=sum(
            row.category_id is None for row in sorting_rows(session, study_id=study_id, kinds=(StatementKind.ACTIVITY,))
        ),
    )


def category_page(session: Session, *, study_id: int, category_id: int) -> CategoryPage:
    rows = category_rows(session, study_id=study_id)
    return CategoryPage(
        study=study_head(session, study_id=study_id),
        category=next(row for row in rows if row.id == category_id),
        others=tuple(row for row in rows if row.id != category_id and row.merged_into is None),
        rows=tuple(row for row in sorting_rows(session, study_id=study_id) if row.category_id == category_id),
    )


def merge_page(session: Session, *, study_id: int, source_id: int, target_id: int) -> MergePage:
    preview = preview_merge(session, study_id=study_id, source_id=source_id, target_id=target_id)
    moving = set(preview.statement_ids)
    return MergePage(
        study=study_head(session, study_id=study_id),
        preview=preview,
        rows=tuple(row for row in sorting_rows(session, study_id=study_id) if row.statement_id in moving),
    )


def sorting_page(session: Session, *, study_id: int, selection: Selection) -> SortingPage:
    """The desk on which statements get their category."""
    options = _options(session, study_id=study_id)
    kinds = RATED_KINDS if selection.kind is None else (selection.kind,)
    rows = sorting_rows(session, study_id=study_id, kinds=kinds)
    facets = (
        facet(
            "kind",
            gettext("Kind"),
            [(kind.value, str(KINDS_PLURAL[kind])) for kind in RATED_KINDS],
            chosen="" if selection.kind is None else selection.kind.value,
        ),
        objective_facet(options, selection),
        category_facet(options, selection),
    )
    return SortingPage(
        study=study_head(session, study_id=study_id),
        facets=facets,
        is_filtered=_is_filtered(facets[1:]),
        groups=_groups([row for row in rows if selection.admits(row.facts)]),
        targets=tuple(
            Choice(str(one.id), in_language(one.name), is_chosen=False)
            for one in options.categories
            if one.merged_into is None
        ),
        n_done=sum(row.category_id is not None for row in rows),
        n_all=len(rows),
        outcomes=_outcome_words(),
    )


def facilities_page(session: Session, *, study_id: int, selection: Selection) -> FacilitiesPage:
    """The desk on which activities go to facilities."""
    options = _options(session, study_id=study_id)
    rows = sorting_rows(session, study_id=study_id, kinds=(StatementKind.ACTIVITY,))
    facets = (
        objective_facet(options, selection),
        category_facet(options, selection),
        facility_facet(options, selection),
    )
    shown = [row for row in rows if selection.admits(row.facts)]
    desk = SortingPage(
        study=study_head(session, study_id=study_id),
        facets=facets,
        is_filtered=_is_filtered(facets),
        groups=_groups(shown),
        targets=tuple(
            Choice(str(one.id), f"{one.code} {in_language(one.name)}", is_chosen=False) for one in options.facilities
        ),
        n_done=sum(row.facility is not None for row in rows),
        n_all=len(rows),
        outcomes=_outcome_words(),
    )
    counts = [
        FacilityCount(one, sum(row.facility is not None and row.facility.code == one.code for row in rows))
        for one in options.facilities
    ]
    return FacilitiesPage(
        desk=desk,
        types=tuple(
            (kind, str(words), tuple(count for count in counts if count.facility.type is kind))
            for kind, words in FACILITY_TYPES.items()
        ),
        conflicts=tuple(_group(one, ()) for one in options.objectives if one.documents_disagree),
        sources=tuple(dict.fromkeys(said.source for one in options.objectives for said in one.documents)),
    )


def _options(session: Session, *, study_id: int) -> Options:
    return Options(
        objectives=tuple(objective_titles(session, study_id=study_id).values()),
        categories=tuple(category_rows(session, study_id=study_id)),
        facilities=facilities_of(session, study_id=study_id),
    )


def _groups(rows: list[SortingRow]) -> tuple[SortingGroup, ...]:
    return tuple(_group(objective, tuple(found)) for objective, found in groupby(rows, key=lambda row: row.objective))


def _group(objective: ObjectiveTitle, rows: tuple[SortingRow, ...]) -> SortingGroup:
    documents = objective.documents if objective.documents_disagree else ()
    return SortingGroup(
        objective=objective,
        default=documented(objective.default_facility),
        documents=tuple(SaidByDocument(one.source, documented(one.facility), one.note) for one in documents),
        rows=rows,
    )


def _is_filtered(facets: tuple[Facet, ...]) -> bool:
    return any(choice.is_chosen and choice.value for one in facets for choice in one.choices)


def _outcome_words() -> dict[str, str]:
    return {status.value: str(words) for status, words in OUTCOMES.items()}
