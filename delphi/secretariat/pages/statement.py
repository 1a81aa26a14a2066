"""One statement for the secretariat: its outcome, its category, and who carries it, with every earlier decision."""

from dataclasses import dataclass

from sqlmodel import Session

from delphi.i18n import in_language
from delphi.secretariat.pages.facets import Choice
from delphi.secretariat.pages.sorting import SaidByDocument
from delphi.secretariat.pages.study_head import StudyHead, study_head
from delphi.sentences import CLASSES, KINDS, OUTCOMES
from delphi.sentences.facility import documented
from surveys.errors import NotFound
from surveys.queries.activities import RankedStatement, ranked_statements
from surveys.queries.assignments import FacilityChoice, decisions_about, facilities_of
from surveys.queries.sorting import SortingRow, category_rows, sorting_rows
from surveys.vocabulary import StatementKind


@dataclass(frozen=True, slots=True)
class StatementPage:
    study: StudyHead
    row: SortingRow
    published: RankedStatement | None
    """None until its task force has published."""
    kind: str
    outcome: str
    consensus_class: str
    categories: tuple[Choice, ...]
    facilities: tuple[Choice, ...]
    is_activity: bool
    default: str
    documents: tuple[SaidByDocument, ...]
    documents_disagree: bool
    decisions: tuple[FacilityChoice, ...]
    """The newest first; all but the first are superseded."""


def statement_page(session: Session, *, study_id: int, statement_id: int) -> StatementPage:
    """The page of a statement that can be sorted; NotFound for a retired one and for problems and causes."""
    row = next((one for one in sorting_rows(session, study_id=study_id) if one.statement_id == statement_id), None)
    if row is None:
        raise NotFound(f"statement {statement_id}")
    published = next(
        (one for one in ranked_statements(session, study_id=study_id) if one.statement_id == statement_id), None
    )
    return StatementPage(
        study=study_head(session, study_id=study_id),
        row=row,
        published=published,
        kind=str(KINDS[row.kind]),
        outcome="" if published is None else str(OUTCOMES[published.status]),
        consensus_class="" if published is None else str(CLASSES[published.figures.consensus_class]),
        categories=tuple(
            Choice(str(one.id), in_language(one.name), is_chosen=one.id == row.category_id)
            for one in category_rows(session, study_id=study_id)
            if one.merged_into is None
        ),
        facilities=tuple(
            Choice(
                str(one.id),
                f"{one.code} {in_language(one.name)}",
                is_chosen=row.facility is not None and row.facility.code == one.code,
            )
            for one in facilities_of(session, study_id=study_id)
        ),
        is_activity=row.kind is StatementKind.ACTIVITY,
        default=documented(row.objective.default_facility),
        documents=tuple(
            SaidByDocument(one.source, documented(one.facility), one.note) for one in row.objective.documents
        ),
        documents_disagree=row.objective.documents_disagree,
        decisions=decisions_about(session, statement_id=statement_id),
    )
