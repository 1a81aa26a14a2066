"""Activities that look alike across task forces: proposals to decide about, and what was decided."""

from dataclasses import dataclass

from sqlmodel import Session

from delphi.secretariat.pages.study_head import StudyHead, study_head
from surveys.queries.activities import RankedStatement, of_kind, ranked_statements
from surveys.queries.links import Link, links_of_study
from surveys.queries.objectives import ObjectiveTitle, objective_titles
from surveys.rules.duplicates import Candidate, similar_pairs
from surveys.vocabulary import LinkKind, StatementKind

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Proposal:
    first: RankedStatement
    second: RankedStatement
    likeness: float
    may_conflict: bool


@dataclass(frozen=True, slots=True)
class Decided:
    first: RankedStatement
    second_code: str
    link: Link


@dataclass(frozen=True, slots=True)
class OverlapsPage:
    study: StudyHead
    proposals: tuple[Proposal, ...]
    n_more: int
    decided: tuple[Decided, ...]
    disputed: tuple[ObjectiveTitle, ...]
    """Objectives whose facility the documents give differently."""
    typed_pair: str
    typed_reason: str


def overlaps_page(session: Session, *, study_id: int, typed_pair: str = "", typed_reason: str = "") -> OverlapsPage:
    rows = {
        row.statement_id: row for row in of_kind(ranked_statements(session, study_id=study_id), StatementKind.ACTIVITY)
    }
    links = links_of_study(session, study_id=study_id, with_dismissed=True)
    settled = {(own, link.other_id) for own, all_of_it in links.items() for link in all_of_it}
    pairs = [
        pair
        for pair in similar_pairs([Candidate(row.statement_id, row.task_force_id, row.text) for row in rows.values()])
        if (pair.first, pair.second) not in settled
    ]
    titles = objective_titles(session, study_id=study_id).values()
    return OverlapsPage(
        study=study_head(session, study_id=study_id),
        proposals=tuple(
            Proposal(rows[pair.first], rows[pair.second], pair.likeness, pair.may_conflict) for pair in pairs[:SHOWN]
        ),
        n_more=max(len(pairs) - SHOWN, 0),
        decided=tuple(
            Decided(rows[own], link.other_code, link)
            for own, all_of_it in sorted(links.items())
            if own in rows
            for link in all_of_it
            if own < link.other_id
        ),
        disputed=tuple(title for title in titles if title.documents_disagree),
        typed_pair=typed_pair,
        typed_reason=typed_reason,
    )


def kind_of(value: str) -> LinkKind | None:
    return LinkKind(value) if value in list(LinkKind) else None
